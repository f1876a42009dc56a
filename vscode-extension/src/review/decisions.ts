/**
 * Own what a person has decided of a change that waits: marks on its parts, and what is sent at the end.
 *
 * It must not know the editor; every function returns a new review and changes none.
 */

import type { ChangedFile, Chosen, Hunk, Proposal, ToApply } from "../protocol.ts";

export type Decision = "undecided" | "accepted" | "discarded";

/** What can be taken or left by itself; `hunk` is null for a file that is taken whole. */
export interface Part {
  readonly path: string;
  readonly hunk: number | null;
}

/** A change that waits, and the marks on it; `sent` says that the server has been asked to apply it. */
export interface Review {
  readonly proposal: Proposal;
  readonly marks: ReadonlyMap<string, Decision>;
  readonly sent: boolean;
}

/** What the server is to be asked for. */
export type Outcome =
  | { readonly command: "glossator.proposal.apply"; readonly argument: ToApply }
  | { readonly command: "glossator.proposal.discard"; readonly argument: Chosen };

export interface Counts {
  readonly accepted: number;
  readonly discarded: number;
  readonly undecided: number;
}

/** Begin a review in which nothing is decided. */
export function beginReview(proposal: Proposal): Review {
  return { proposal, marks: new Map(), sent: false };
}

/** Return the parts of a change in the order of its files; what goes along with others is none. */
export function partsOf(proposal: Proposal): readonly Part[] {
  return proposal.files.flatMap(partsOfFile);
}

/** Return the parts of one file: its hunks, or the file itself where it is taken whole. */
export function partsOfFile(file: ChangedFile): readonly Part[] {
  if (file.along) return [];
  if (isWhole(file)) return [{ path: file.path, hunk: null }];
  return file.hunks.map((it) => ({ path: file.path, hunk: it.number }));
}

/** Tell whether a file is taken whole or not at all. */
export function isWhole(file: ChangedFile): boolean {
  return file.change !== "modified" || file.hunks.length === 0;
}

/** Return what is decided of a part. */
export function decisionOf(review: Review, part: Part): Decision {
  return review.marks.get(keyOf(part)) ?? "undecided";
}

/** Return what is decided of several parts, "mixed" where they differ. */
export function decisionOfAll(review: Review, parts: readonly Part[]): Decision | "mixed" {
  const decisions = new Set(parts.map((it) => decisionOf(review, it)));
  const [only] = decisions;
  return decisions.size === 1 && only !== undefined ? only : decisions.size === 0 ? "undecided" : "mixed";
}

/**
 * Mark parts. A change that is not taken by parts has all of its parts marked.
 *
 * Nothing changes once it has been sent: what is on its way was decided.
 */
export function decide(review: Review, parts: readonly Part[], decision: Decision): Review {
  if (review.sent) return review;
  const marks = new Map(review.marks);
  const known = partsOf(review.proposal);
  const wanted = new Set(parts.map(keyOf));
  const named = known.filter((it) => wanted.has(keyOf(it)));
  for (const part of review.proposal.byParts || named.length === 0 ? named : known) {
    marks.set(keyOf(part), decision);
  }
  return { ...review, marks };
}

/** Count the parts by what is decided of them. */
export function countsOf(review: Review): Counts {
  const counts = { accepted: 0, discarded: 0, undecided: 0 };
  for (const part of partsOf(review.proposal)) counts[decisionOf(review, part)] += 1;
  return counts;
}

/** Tell whether every part is decided. */
export function isDecided(review: Review): boolean {
  return countsOf(review).undecided === 0;
}

/**
 * Return what the server is asked for: the accepted parts in one request, checked together.
 *
 * Where nothing is marked at all, the whole change is meant. What is undecided is discarded with the rest,
 * or waits on together with what was discarded.
 */
export function outcomeOf(review: Review, rest: "discard" | "wait"): Outcome {
  const { proposal } = review;
  const id = proposal.id ?? "";
  const parts = partsOf(proposal);
  const counts = countsOf(review);
  const untouched = counts.undecided === parts.length;
  if (untouched || counts.accepted === parts.length) {
    return { command: "glossator.proposal.apply", argument: { id } };
  }
  if (counts.accepted === 0) return { command: "glossator.proposal.discard", argument: { id } };
  const named = namedParts(proposal, (it) => decisionOf(review, it) === "accepted");
  const argument = rest === "discard" ? { id, ...named, rest } : { id, ...named };
  return { command: "glossator.proposal.apply", argument };
}

/** Note that the server has been asked: marks are kept until it says what became of it. */
export function afterSending(review: Review): Review {
  return { ...review, sent: true };
}

/** Note that the server did not do it: everything may be decided anew. */
export function afterRefusal(review: Review): Review {
  return { ...review, sent: false };
}

/**
 * Take over a newer state of the same change: the marks of parts that are still there are kept.
 *
 * So they are where the server refused, and where a part was applied and the rest waits on.
 */
export function followUp(review: Review, proposal: Proposal): Review {
  const old = new Map<string, Decision>();
  for (const file of review.proposal.files) {
    for (const part of partsOfFile(file)) {
      const content = contentOf(file, part);
      const decision = decisionOf(review, part);
      // Of two that do the same, decided differently, nobody can say which one is left.
      old.set(content, old.has(content) && old.get(content) !== decision ? "undecided" : decision);
    }
  }
  const marks = new Map<string, Decision>();
  for (const file of proposal.files) {
    for (const part of partsOfFile(file)) {
      const decision = old.get(contentOf(file, part)) ?? "undecided";
      if (decision !== "undecided") marks.set(keyOf(part), decision);
    }
  }
  return { proposal, marks, sent: false };
}

function keyOf(part: Part): string {
  return `${part.hunk ?? ""}\n${part.path}`;
}

function namedParts(proposal: Proposal, taken: (part: Part) => boolean): Omit<Chosen, "id"> {
  const files: string[] = [];
  const hunks: Record<string, readonly number[]> = {};
  for (const file of proposal.files) {
    const parts = partsOfFile(file);
    const accepted = parts.filter(taken);
    if (accepted.length === 0) continue;
    if (accepted.length === parts.length) files.push(file.path);
    else hunks[file.path] = accepted.map((it) => it.hunk ?? 0);
  }
  return { ...(files.length > 0 && { files }), ...(Object.keys(hunks).length > 0 && { hunks }) };
}

/** Return what a part does, by which it is found again when the numbers have changed. */
function contentOf(file: ChangedFile, part: Part): string {
  const hunk = file.hunks.find((it) => it.number === part.hunk);
  if (hunk === undefined) return JSON.stringify([file.path, file.change, file.after]);
  return JSON.stringify([file.path, cut(file.before, hunk.before), cut(file.after, hunk.after)]);
}

function cut(text: string | null, lines: Hunk["before"]): readonly string[] {
  return (text ?? "").split("\n").slice(lines.start, lines.start + lines.count);
}
