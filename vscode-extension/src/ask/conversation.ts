/**
 * Own a conversation: questions and their answers as they come, piece by piece, in order.
 *
 * It must not know the editor; every function returns a new conversation and changes none.
 */

import type { AnswerPiece, Citation } from "../protocol.ts";

export type TurnState = "waiting" | "answering" | "answered" | "not found" | "stopped" | "failed";

/** A question and what is known of its answer; `early` are pieces that came before one that is missing. */
export interface Turn {
  readonly id: number;
  readonly job: number | null;
  readonly question: string;
  /** A person wrote it, and can ask it again; else it is the name of an explanation. */
  readonly isQuestion: boolean;
  readonly about: string | null;
  readonly state: TurnState;
  readonly text: string;
  readonly next: number;
  readonly early: ReadonlyMap<number, AnswerPiece>;
  readonly citations: readonly Citation[];
  readonly notices: readonly string[];
  readonly model: string | null;
  readonly local: boolean | null;
  readonly trouble: string | null;
}

export interface Conversation {
  readonly turns: readonly Turn[];
  readonly nextId: number;
}

/** More turns than these are not kept on the screen. */
export const MOST_TURNS = 50;

export const EMPTY: Conversation = { turns: [], nextId: 1 };

/** Add a question that has been asked. */
export function asked(conversation: Conversation, question: string, about: string | null): Conversation {
  return added(conversation, { ...BLANK, question, about });
}

/** Add an explanation that was asked for elsewhere. */
export function explained(conversation: Conversation, name: string): Conversation {
  return added(conversation, { ...BLANK, question: name, isQuestion: false });
}

/** Note which job answers a question. */
export function accepted(conversation: Conversation, id: number, job: number): Conversation {
  return changed(conversation, id, (turn) => ({ ...turn, job }));
}

/** Note what a question is called that was asked elsewhere. */
export function named(conversation: Conversation, id: number, question: string): Conversation {
  return changed(conversation, id, (turn) => ({ ...turn, question }));
}

/** Take in a piece of the answer to a question: in the order of its number, each once. */
export function received(conversation: Conversation, id: number, piece: AnswerPiece): Conversation {
  return changed(conversation, id, (turn) => {
    if (isOver(turn) || piece.seq < turn.next) return turn;
    const early = new Map(turn.early).set(piece.seq, piece);
    let grown: Turn = { ...turn, early };
    for (let next = early.get(grown.next); next !== undefined; next = early.get(grown.next)) {
      early.delete(grown.next);
      grown = extended(grown, next);
    }
    return grown;
  });
}

/** Note that a person has stopped a question; what has come of the answer stays. */
export function stopped(conversation: Conversation, id: number): Conversation {
  return changed(conversation, id, (turn) => (isOver(turn) ? turn : { ...turn, state: "stopped" }));
}

/** Note that no answer comes, and why. */
export function failed(conversation: Conversation, id: number, trouble: string): Conversation {
  return changed(conversation, id, (turn) => (isOver(turn) ? turn : { ...turn, state: "failed", trouble }));
}

/** Note that the server has ended: what is open has failed, and the next one counts its jobs anew. */
export function cutOff(conversation: Conversation, why: string): Conversation {
  const ended = conversation.turns.reduce((it, { id }) => failed(it, id, why), conversation);
  return { ...ended, turns: ended.turns.map((it) => ({ ...it, job: null })) };
}

/** Note where the model of an answer runs. */
export function placed(conversation: Conversation, id: number, model: string, local: boolean): Conversation {
  return changed(conversation, id, (turn) => (turn.model === model ? { ...turn, local } : turn));
}

/** Tell whether a question has its answer, or gets none. */
export function isOver(turn: Turn): boolean {
  return turn.state !== "waiting" && turn.state !== "answering";
}

/** Return the question that is being answered, the last one where there are several. */
export function openTurn(conversation: Conversation): Turn | undefined {
  return conversation.turns.findLast((it) => !isOver(it));
}

/** Tell whether a next question can go on with this conversation. */
export function canGoOn(conversation: Conversation): boolean {
  return conversation.turns.some((it) => it.state === "answered" || it.state === "not found");
}

/** Return an answer as it is copied: its Markdown, and the places that it names. */
export function asMarkdown(turn: Turn): string {
  const places = turn.citations.map((it) => `- ${citationInShort(it)}`);
  const notes = turn.notices.map((it) => `- Note: ${it}`);
  const parts = [`## ${turn.question}`, turn.text.trim(), places.join("\n"), notes.join("\n")];
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}

/** Return a citation as `path:line`. */
export function citationInShort({ path, startLine, endLine }: Citation): string {
  return startLine === endLine ? `${path}:${startLine}` : `${path}:${startLine}-${endLine}`;
}

const BLANK: Omit<Turn, "id"> = {
  job: null,
  question: "",
  isQuestion: true,
  about: null,
  state: "waiting",
  text: "",
  next: 0,
  early: new Map(),
  citations: [],
  notices: [],
  model: null,
  local: null,
  trouble: null,
};

function added({ turns, nextId }: Conversation, turn: Omit<Turn, "id">): Conversation {
  return { turns: [...turns, { ...turn, id: nextId }].slice(-MOST_TURNS), nextId: nextId + 1 };
}

function extended(turn: Turn, piece: AnswerPiece): Turn {
  const text = (piece.startOver === true ? "" : turn.text) + piece.delta;
  const grown: Turn = { ...turn, text, next: turn.next + 1, state: "answering" };
  if (piece.done !== true) return grown;
  if (piece.found === undefined) {
    return { ...grown, state: "failed", trouble: "No answer came of it; a message or the log says why." };
  }
  return {
    ...grown,
    state: piece.found ? "answered" : "not found",
    citations: piece.citations ?? [],
    notices: piece.notices ?? [],
    model: piece.model ?? null,
  };
}

function changed(conversation: Conversation, id: number, change: (turn: Turn) => Turn): Conversation {
  return { ...conversation, turns: conversation.turns.map((it) => (it.id === id ? change(it) : it)) };
}
