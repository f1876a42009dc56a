/**
 * Own what passes between the panel's page and the extension: shapes, and readers for what the page says.
 *
 * It must not know either side.
 */

import { count, object, oneOf, text, truth } from "../shapes.ts";
import type { TurnState } from "./conversation.ts";

/** A question and its answer as the page shows them; `html` is safe and its links are numbers. */
export interface ShownTurn {
  readonly id: number;
  readonly question: string;
  readonly isQuestion: boolean;
  readonly about: string | null;
  readonly state: TurnState;
  readonly html: string;
  readonly citations: readonly { readonly label: string; readonly name: string }[];
  readonly notices: readonly string[];
  readonly origin: string;
  readonly trouble: string | null;
}

/** What a question can be about beside the workspace: code that is selected or where the cursor is. */
export interface About {
  readonly label: string;
  readonly on: boolean;
}

/** What the page is to show; of the turns only those that have changed. */
export interface Show {
  readonly type: "show";
  readonly order: readonly number[];
  readonly changed: readonly ShownTurn[];
  readonly asked: readonly string[];
  readonly about: About | null;
  readonly origin: string;
  readonly note: string | null;
}

/** Asks the page to take the keyboard. */
export interface Focus {
  readonly type: "focus";
}

export type ToPage = Show | Focus;

const readers = {
  ready: object({ type: oneOf("ready") }),
  ask: object({ type: oneOf("ask"), text }),
  stop: object({ type: oneOf("stop") }),
  copy: object({ type: oneOf("copy"), turn: count }),
  again: object({ type: oneOf("again"), turn: count }),
  link: object({ type: oneOf("link"), turn: count, at: count, beside: truth }),
  citation: object({ type: oneOf("citation"), turn: count, at: count, beside: truth }),
  about: object({ type: oneOf("about"), on: truth }),
  log: object({ type: oneOf("log") }),
};

export type FromPage = ReturnType<(typeof readers)[keyof typeof readers]>;

const kind = object({ type: oneOf("ready", "ask", "stop", "copy", "again", "link", "citation", "about", "log") });

/** Read what the page says; throws for what it never says. */
export function readFromPage(message: unknown): FromPage {
  const { type } = kind(message, "message");
  return readers[type](message, "message");
}
