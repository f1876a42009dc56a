/**
 * Own the last changes that were proposed, whatever became of them.
 *
 * It must not know the editor; every function returns a new shelf and changes none.
 */

import type { Proposal } from "../protocol.ts";

/** As many are kept; those that wait are kept beyond that. */
export const MOST_KEPT = 20;

/** A proposal as it was last heard of; `at` is when it was first, in milliseconds since 1970. */
export interface Entry {
  readonly key: string;
  readonly proposal: Proposal;
  readonly at: number;
}

/** The entries, newest first. */
export type Shelf = readonly Entry[];

/** Return the name by which a proposal is known here; comments, which have no id, are each their own. */
export function keyFor(proposal: Proposal, at: number, shelf: Shelf): string {
  if (proposal.id !== null) return `proposal ${proposal.id}`;
  const before = shelf.filter((it) => it.proposal.job === proposal.job && it.at === at).length;
  return `job ${String(proposal.job)} at ${at} #${before}`;
}

/** Take in what the server said of a proposal: a new one stands first, a known one stays where it is. */
export function put(shelf: Shelf, proposal: Proposal, at: number): Shelf {
  const key = keyFor(proposal, at, shelf);
  const known = shelf.find((it) => it.key === key);
  if (known === undefined) return trimmed([{ key, proposal, at }, ...shelf]);
  const kept = { ...known, proposal: keepingTexts(known.proposal, proposal) };
  return shelf.map((it) => (it === known ? kept : it));
}

/** Return the entry of a key. */
export function entryOf(shelf: Shelf, key: string): Entry | undefined {
  return shelf.find((it) => it.key === key);
}

/** Return the entries that wait for a person, newest first. */
export function waiting(shelf: Shelf): Shelf {
  return shelf.filter((it) => it.proposal.state === "waiting");
}

/** Note that a server has ended: what waited in it is gone. */
export function afterServerEnded(shelf: Shelf): Shelf {
  return shelf.map((it) => (it.proposal.state === "waiting" ? { ...it, proposal: lost(it.proposal) } : it));
}

function lost(proposal: Proposal): Proposal {
  const notice = "The server ended while this waited: ask for it again.";
  return { ...proposal, state: "discarded", notices: [...proposal.notices, notice] };
}

/** Return what is known of a proposal now; one that is over and names no files keeps those it had. */
function keepingTexts(old: Proposal, proposal: Proposal): Proposal {
  const isOver = proposal.state !== "waiting";
  return isOver && proposal.files.length === 0 ? { ...proposal, files: old.files } : proposal;
}

function trimmed(shelf: Shelf): Shelf {
  let room = MOST_KEPT;
  return shelf.filter((it) => {
    room -= 1;
    return room >= 0 || it.proposal.state === "waiting";
  });
}
