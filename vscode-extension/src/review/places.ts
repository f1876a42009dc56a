/**
 * Own where the hunks of a change stand in the texts that a diff shows, and which one is meant by a line.
 *
 * It must not know the editor or what is decided; lines count from 0.
 */

import type { ChangedFile, Hunk, Proposal } from "../protocol.ts";
import { partsOf } from "./decisions.ts";
import type { Part } from "./decisions.ts";

/** The lines of a text that a hunk stands for, the last one included. */
export interface Lines {
  readonly first: number;
  readonly last: number;
}

/** A part and the line of the new text where its change begins. */
export interface Place {
  readonly part: Part;
  readonly line: number;
}

/** Return the lines of a hunk in the new text; where it only deletes, the line above it. */
export function linesAfter(hunk: Hunk): Lines {
  return linesOf(hunk.after);
}

/** Return the hunk that a line of the new or the old text is in, else the nearest one. */
export function hunkAt(file: ChangedFile, line: number, side: "before" | "after" = "after"): Hunk | null {
  let best: Hunk | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const hunk of file.hunks) {
    const { first, last } = linesOf(hunk[side]);
    const distance = line < first ? first - line : Math.max(0, line - last);
    if (distance < least) [best, least] = [hunk, distance];
  }
  return best;
}

/** Return the places of all parts in order. */
export function placesOf(proposal: Proposal): readonly Place[] {
  const files = new Map(proposal.files.map((it) => [it.path, it]));
  return partsOf(proposal).map((part) => {
    const hunk = files.get(part.path)?.hunks.find((it) => it.number === part.hunk);
    return { part, line: hunk === undefined ? 0 : linesAfter(hunk).first };
  });
}

/**
 * Return the place after or before a line of a file, going round at the ends; null where there is none.
 *
 * Only parts that are `wanted` count.
 */
export function neighbourOf(
  proposal: Proposal,
  from: { readonly path: string; readonly line: number } | null,
  step: 1 | -1,
  wanted: (part: Part) => boolean = () => true,
): Place | null {
  const places = placesOf(proposal).filter((it) => wanted(it.part));
  if (places.length === 0) return null;
  if (from === null) return places.at(step === 1 ? 0 : -1) ?? null;
  const order = proposal.files.map((it) => it.path);
  const isBeyond = (it: Place): boolean => {
    const files = order.indexOf(it.part.path) - order.indexOf(from.path);
    return (files === 0 ? it.line - from.line : files) * step > 0;
  };
  const beyond = places.filter(isBeyond);
  const next = step === 1 ? beyond.at(0) : beyond.at(-1);
  return next ?? places.at(step === 1 ? 0 : -1) ?? null;
}

/** Return the first line at which the new text differs from the old one. */
export function firstChangedLine(before: string, after: string): number {
  const old = before.split("\n");
  const lines = after.split("\n");
  const at = lines.findIndex((it, line) => it !== old[line]);
  return at === -1 ? Math.max(0, lines.length - 1) : at;
}

function linesOf(lines: Hunk["after"]): Lines {
  if (lines.count > 0) return { first: lines.start, last: lines.start + lines.count - 1 };
  const above = Math.max(0, lines.start - 1);
  return { first: above, last: above };
}
