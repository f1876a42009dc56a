/**
 * Own what needs a folder that a person trusts: what runs the folder's own compilers and tests.
 *
 * It must not know whether a folder is trusted.
 */

const NEEDING = new Set(["glossator.fix", "glossator.review", "glossator.edit", "glossator.do"]);

/** Says in one sentence what to do first. */
export const TRUST_FIRST =
  "Trust this folder first: fixes, reviews and edits run its compilers and tests, which Restricted Mode does not allow.";

/** Tell whether a command of the server's may be run only in a trusted folder. */
export function needsTrust(command: string): boolean {
  return NEEDING.has(command);
}

/** Tell whether a code action is to be offered; `command` is undefined for one that edits by itself. */
export function isOffered(command: string | undefined, isTrusted: boolean): boolean {
  // What edits by itself writes an instruction, which leads to an edit.
  return isTrusted || (command !== undefined && !needsTrust(command));
}
