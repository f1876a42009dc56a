/**
 * Own how one question and its answer look.
 *
 * It must not listen to anything: what can be clicked bears numbers.
 */

import type { ShownTurn } from "../ask/messages.ts";
import { made } from "./elements.ts";

/** Return the element of a question and what is known of its answer. */
export function turnElement(turn: ShownTurn): HTMLElement {
  const isOpen = turn.state === "waiting" || turn.state === "answering";
  return made(
    "article",
    `turn ${turn.state.replace(" ", "-")}`,
    { id: `turn-${turn.id}`, "data-turn": String(turn.id), "aria-busy": String(isOpen), "aria-label": turn.question },
    made("h2", "question", {}, turn.question),
    ...(turn.about === null ? [] : [made("p", "about", {}, `About ${turn.about}`)]),
    ...answer(turn),
    ...(isOpen ? [made("p", "working", {}, made("span", "bar", { "aria-hidden": "true" }), working(turn))] : []),
    ...ending(turn),
    ...list("Places", "places", turn.citations.map((it, at) => citation(it, at))),
    ...list("Notices", "notices", turn.notices),
    ...foot(turn, isOpen),
  );
}

function answer(turn: ShownTurn): readonly Node[] {
  if (turn.html === "") return [];
  const shown = made("div", "answer", {});
  // The extension has made it safe: no HTML of the answer's own, no images, links are numbers.
  shown.innerHTML = turn.html;
  return [shown];
}

function working(turn: ShownTurn): string {
  return turn.state === "waiting" ? "Looking it up…" : "Answering…";
}

function ending(turn: ShownTurn): readonly Node[] {
  if (turn.state === "stopped") return [made("p", "ending", {}, "Stopped.")];
  if (turn.state !== "failed") return [];
  const log = made("button", "link", { type: "button", "data-log": "" }, "Show Log");
  return [made("p", "ending error", {}, `${turn.trouble ?? "No answer came of it."} `, log)];
}

function citation(it: { readonly label: string; readonly name: string }, at: number): Node {
  const title = `Open ${it.name} (with Ctrl: beside)`;
  return made("button", "link", { type: "button", "data-citation": String(at), title }, it.label);
}

function list(name: string, kind: string, items: readonly (Node | string)[]): readonly Node[] {
  if (items.length === 0) return [];
  return [made("ul", kind, { "aria-label": name }, ...items.map((it) => made("li", "", {}, it)))];
}

function foot(turn: ShownTurn, isOpen: boolean): readonly Node[] {
  if (isOpen) return [];
  const copy = made("button", "link", { type: "button", "data-copy": "" }, "Copy");
  const again = made("button", "link", { type: "button", "data-again": "" }, "Ask Again");
  const actions = [...(turn.html === "" ? [] : [copy]), ...(turn.isQuestion ? [again] : [])];
  return [made("p", "foot", {}, made("span", "origin", {}, turn.origin), ...actions)];
}
