/**
 * Own what the panel's page is told of a conversation: only what has changed, rendered and in words.
 *
 * It must not know the editor.
 */

import type { Status } from "../protocol.ts";
import { citationInShort } from "./conversation.ts";
import type { Conversation, Turn } from "./conversation.ts";
import type { ShownTurn } from "./messages.ts";
import { placeOf } from "./places.ts";
import type { Folder, Place } from "./places.ts";
import { linesInWords, rendered } from "./rendering.ts";

/** What the page is told of the turns: which there are, and those that it does not know yet. */
export interface Changes {
  readonly order: readonly number[];
  readonly changed: readonly ShownTurn[];
}

/** Remembers what the page was told, and where the links in it lead. */
export class Showing {
  #told = new Map<number, Turn>();
  #places = new Map<number, readonly Place[]>();

  /** Forget it all: the page is a new one. */
  forget(): void {
    this.#told = new Map();
  }

  /** Return what the page has to be told. */
  changes(conversation: Conversation, folders: readonly Folder[]): Changes {
    const { turns } = conversation;
    const changed = turns.filter((it) => this.#told.get(it.id) !== it).map((it) => this.#shown(it, folders));
    this.#told = new Map(turns.map((it) => [it.id, it]));
    return { order: turns.map((it) => it.id), changed };
  }

  /** Return where a link of an answer leads, as it was when it was rendered. */
  place(turn: number, at: number): Place | undefined {
    return this.#places.get(turn)?.[at];
  }

  #shown(turn: Turn, folders: readonly Folder[]): ShownTurn {
    const { html, places } = rendered(turn.text, (link) => placeOf(link, folders));
    this.#places.set(turn.id, places);
    return {
      id: turn.id,
      question: turn.question,
      isQuestion: turn.isQuestion,
      about: turn.about,
      state: turn.state,
      html,
      citations: turn.citations.map((it) => ({ label: citationInShort(it), name: `${it.path}, ${linesInWords(it)}` })),
      notices: turn.notices,
      origin: originInWords(turn.model, turn.local),
      trouble: turn.trouble,
    };
  }
}

/** Return who answered, and where. */
function originInWords(model: string | null, local: boolean | null): string {
  if (model === null) return "";
  return local === null ? model : `${model}, ${local ? "local" : "remote"}`;
}

/** Return who will answer questions, or why nobody can. */
export function answererOf(status: Status | null): string {
  const role = status?.roles?.["ask"] ?? status;
  if (role === null) return "";
  return role.model === null ? (role.problem ?? "No model answers questions.") : originInWords(role.model, role.local);
}

/** Return what there is to say of an index that is not whole yet, or null. */
export function indexNote(status: Status | null): string | null {
  const [index] = (status?.index ?? []).filter((it) => it.phase !== undefined && !READY.has(it.phase));
  if (index === undefined) return null;
  const { filesDone, filesTotal } = index;
  // The number of files is 0 as long as nobody knows it.
  const how = filesDone !== undefined && filesTotal ? ` (${filesDone} of ${filesTotal} files)` : "";
  return `The index is still being made${how}: an answer waits for it.`;
}

const READY: ReadonlySet<string> = new Set(["ready", "paused"]);
