/**
 * Own what a message to `@glossator` asks of the server, and what is said of its end.
 *
 * It must not know the editor.
 */

import { asText } from "../markdown.ts";
import type { AnswerPiece, Proposal } from "../protocol.ts";
import { checksInWords, counted, originOf } from "../review/evidence.ts";
import type { JobCommand } from "../server.ts";

export type ChatCommand = "ask" | "explain" | "edit" | "fix" | "document";

/** A message: what was written, and the code that it is about, as the server's commands take it. */
export interface Message {
  readonly command: ChatCommand;
  readonly prompt: string;
  readonly place: object | null;
  readonly goesOn: boolean;
}

/** What the server is asked; one that answers in words is `spoken`. */
export interface Asked {
  readonly command: JobCommand;
  readonly argument: object;
  readonly spoken: boolean;
}

/** Return what the server is asked, or the sentence that says what is missing. */
export function askedOf(message: Message): Asked | string {
  const { command, place, goesOn } = message;
  const prompt = message.prompt.trim();
  const text = prompt === "" ? {} : { text: prompt };
  if (command === "ask") {
    if (prompt === "") return "Write your question behind `@glossator`.";
    return asked("glossator.ask", { ...text, ...place, ...(goesOn && { continue: true }) }, true);
  }
  if (command === "edit") {
    if (prompt === "") return "Write behind `/edit` what is to change.";
    return asked("glossator.edit", { ...text, ...place }, false);
  }
  if (place === null) return "Put the cursor on the code that is meant, in a file of a supported language.";
  if (command === "fix") return asked("glossator.fix", { ...place, ...text }, false);
  return asked(`glossator.${command}`, place, command === "explain");
}

/** Return the command of a message; a question is what has none. */
export function commandOf(name: string | undefined): ChatCommand {
  return COMMANDS.find((it) => it === name) ?? "ask";
}

/** Return what is said of a change that came of a message. */
export function proposalInWords(proposal: Proposal): string {
  const what = proposal.files.length === 0 ? "" : ` in ${counted(proposal.files.length, "file")}`;
  const state = { waiting: "waits for your review", applied: "was applied", discarded: "was discarded" };
  return `**${asText(proposal.title)}**${what} ${state[proposal.state]}; ${checksInWords(proposal)}. By ${asText(originOf(proposal))}.`;
}

/** Return what stands below an answer. */
export function notesOf(piece: AnswerPiece): string {
  return (piece.notices ?? []).map((it) => `\n\n*Note: ${asText(it)}*`).join("");
}

const COMMANDS = ["ask", "explain", "edit", "fix", "document"] as const;

function asked(command: JobCommand, argument: object, spoken: boolean): Asked {
  return { command, argument, spoken };
}
