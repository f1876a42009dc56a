/**
 * Own the page of the panel: it shows what the extension sends and says what a person does.
 *
 * It must not render Markdown, follow a link or know a path: links are numbers.
 */

import type { FromPage, Show, ShownTurn, ToPage } from "../ask/messages.ts";
import { Draft } from "./draft.ts";
import { element } from "./elements.ts";
import { turnElement } from "./turns.ts";

interface Editor {
  postMessage(message: FromPage): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): Editor;

const editor = acquireVsCodeApi();
const log = element("log", HTMLElement);
const empty = element("empty", HTMLElement);
const status = element("status", HTMLElement);
const note = element("note", HTMLElement);
const origin = element("origin", HTMLElement);
const about = element("about", HTMLButtonElement);
const send = element("send", HTMLButtonElement);
const stop = element("stop", HTMLButtonElement);
const form = element("form", HTMLFormElement);
const draft = new Draft(element("question", HTMLTextAreaElement), editor);

const turns = new Map<number, ShownTurn>();
// As many pixels from the end somebody still reads the end.
const NEAR_END = 40;

window.addEventListener("message", ({ data }: MessageEvent<ToPage>) => {
  if (data.type === "focus") draft.focus();
  else show(data);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
stop.addEventListener("click", () => {
  editor.postMessage({ type: "stop" });
  draft.focus();
});
about.addEventListener("click", () => {
  editor.postMessage({ type: "about", on: about.getAttribute("aria-pressed") !== "true" });
});
empty.addEventListener("click", ({ target }) => {
  if (target instanceof HTMLButtonElement) draft.write(target.textContent);
});
log.addEventListener("click", clicked);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !stop.hidden) editor.postMessage({ type: "stop" });
});
draft.onEnter = ask;
// The keyboard stays where it is until somebody wants to ask.
editor.postMessage({ type: "ready" });

function ask(): void {
  const text = draft.text.trim();
  if (text === "" || send.hidden) return;
  draft.clear();
  editor.postMessage({ type: "ask", text });
}

function show(message: Show): void {
  const readsTheEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END;
  const before = openTurn();
  for (const it of message.changed) {
    turns.set(it.id, it);
    const known = document.getElementById(`turn-${it.id}`);
    const shown = turnElement(it);
    if (known === null) log.append(shown);
    else known.replaceWith(shown);
  }
  for (const id of [...turns.keys()].filter((it) => !message.order.includes(it))) {
    turns.delete(id);
    document.getElementById(`turn-${id}`)?.remove();
  }
  empty.hidden = turns.size > 0;
  draft.history = message.asked;
  showAround(message);
  if (turns.size > 0 && (readsTheEnd || before?.id !== openTurn()?.id)) log.scrollTop = log.scrollHeight;
  tellEnd(before);
}

function showAround(message: Show): void {
  origin.textContent = message.origin;
  note.textContent = message.note;
  note.hidden = message.note === null;
  about.hidden = message.about === null;
  about.setAttribute("aria-pressed", String(message.about?.on === true));
  about.textContent = message.about === null ? "" : message.about.on ? `About ${message.about.label}` : `+ ${message.about.label}`;
  about.title = message.about?.on === true ? "Ask without this place" : "Ask about this place";
  const isBusy = openTurn() !== undefined;
  const hadFocus = document.activeElement === send || document.activeElement === stop;
  send.hidden = isBusy;
  stop.hidden = !isBusy;
  if (hadFocus) draft.focus();
}

/** Say aloud how an answer ended; the pieces on the way are not read out one by one. */
function tellEnd(before: ShownTurn | undefined): void {
  if (before === undefined) return;
  const now = turns.get(before.id);
  if (now === undefined || now.state === "waiting" || now.state === "answering") return;
  const text = document.querySelector(`#turn-${now.id} .answer`)?.textContent ?? "";
  status.textContent = `${WORDS[now.state]}. ${text}`;
}

function openTurn(): ShownTurn | undefined {
  return [...turns.values()].findLast((it) => it.state === "waiting" || it.state === "answering");
}

function clicked(event: MouseEvent): void {
  const { target } = event;
  if (!(target instanceof Element)) return;
  const turn = Number(target.closest<HTMLElement>("[data-turn]")?.dataset["turn"]);
  const control = target.closest<HTMLElement>("[data-place], [data-citation], [data-copy], [data-again], [data-log]");
  if (control === null) return;
  event.preventDefault();
  const beside = event.ctrlKey || event.metaKey || event.altKey;
  const { place, citation, copy, again } = control.dataset;
  if (place !== undefined) editor.postMessage({ type: "link", turn, at: Number(place), beside });
  else if (citation !== undefined) editor.postMessage({ type: "citation", turn, at: Number(citation), beside });
  else if (copy !== undefined) editor.postMessage({ type: "copy", turn });
  else if (again !== undefined) editor.postMessage({ type: "again", turn });
  else editor.postMessage({ type: "log" });
}

const WORDS = {
  answered: "Answered",
  "not found": "No answer was found",
  stopped: "Stopped",
  failed: "Failed",
} as const;
