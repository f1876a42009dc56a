/**
 * Own the rows of the tree of proposals: what each says, its icon, and what may be done with it.
 *
 * It must not know the editor: rows are plain data.
 */

import type { ChangedFile, Evidence, Hunk, Proposal } from "../protocol.ts";
import { countsOf, decisionOf, decisionOfAll, isWhole, partsOf, partsOfFile } from "./decisions.ts";
import type { Decision, Part, Review } from "./decisions.ts";
import { checksInWords, counted, factsOf, findingOf, linesOf, stateInWords, toolOf } from "./evidence.ts";
import { linesAfter } from "./places.ts";
import type { Entry, Shelf } from "./shelf.ts";

/** An icon of the editor's own, and the colour of its theme that it has. */
export interface Icon {
  readonly name: string;
  readonly color?: string;
}

/** What a row opens: a file of a proposal, at a line of its new text. */
export interface Target {
  readonly path: string;
  readonly line: number;
}

/** A row; `context` says which actions fit, `parts` what they are about. */
export interface Row {
  readonly id: string;
  readonly key: string;
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  readonly spoken: string;
  readonly icon: Icon | null;
  readonly file: string | null;
  readonly context: string;
  readonly open: "none" | "collapsed" | "expanded";
  readonly checked: boolean | null;
  readonly parts: readonly Part[];
  readonly target: Target | null;
  readonly children: readonly Row[];
}

const PASSED: Icon = { name: "pass", color: "testing.iconPassed" };
const FAILED: Icon = { name: "error", color: "testing.iconFailed" };
const DECISIONS: Readonly<Record<Decision, Icon>> = {
  undecided: { name: "circle-large-outline" },
  accepted: { name: "pass-filled", color: "testing.iconPassed" },
  discarded: { name: "circle-slash", color: "descriptionForeground" },
};
const NOUNS = { fix: "Fix", edit: "Edit", comment: "Comment" } as const;

/** Return the rows of all proposals, newest first; the reviews are those of what waits. */
export function outlineOf(shelf: Shelf, reviews: ReadonlyMap<string, Review>): readonly Row[] {
  return shelf.map((it) => proposalRow(it, reviews.get(it.key) ?? null));
}

function proposalRow(entry: Entry, review: Review | null): Row {
  const { key, proposal } = entry;
  const children = [
    ...proposal.files.map((it) => fileRow(key, proposal, it, review)),
    ...evidenceRows(key, proposal),
  ];
  const state = review === null ? stateInWords(proposal) : reviewInWords(review);
  const words = `${state}, ${checksInWords(proposal)}`;
  return {
    ...plain(key, key, proposal.title),
    description: state,
    tooltip: `${NOUNS[proposal.noun]}: ${proposal.title}\n${words}`,
    spoken: `${NOUNS[proposal.noun]}: ${proposal.title}, ${words}`,
    icon: proposalIcon(proposal, review),
    context: contextOf(proposal, review),
    open: review === null ? "collapsed" : "expanded",
    parts: partsOf(proposal),
    children,
  };
}

function contextOf(proposal: Proposal, review: Review | null): string {
  if (review === null) return `proposal.${proposal.state}`;
  if (review.sent) return "proposal.sent";
  return proposal.byParts ? "proposal.waiting.parts" : "proposal.waiting.whole";
}

function proposalIcon(proposal: Proposal, review: Review | null): Icon {
  if (review?.sent === true) return { name: "loading~spin" };
  return {
    waiting: { name: "diff", color: "charts.yellow" },
    applied: PASSED,
    discarded: DECISIONS.discarded,
  }[proposal.state];
}

function reviewInWords(review: Review): string {
  if (review.sent) return "is being applied";
  const counts = countsOf(review);
  const all = counts.accepted + counts.discarded + counts.undecided;
  if (counts.undecided === all) return stateInWords(review.proposal);
  return `${counts.accepted} accepted, ${counts.discarded} discarded, ${counts.undecided} to decide`;
}

function fileRow(key: string, proposal: Proposal, file: ChangedFile, review: Review | null): Row {
  const parts = review === null ? [] : partsOfFile(file);
  const decision = review === null || file.along ? null : decisionOfAll(review, parts);
  const showsHunks = review !== null && !isWhole(file) && !file.along;
  const [folder, name] = divided(file.path);
  const words = [...natureOf(file), ...inWords(decision)];
  return {
    ...plain(key, `${key}/file/${file.path}`, name),
    description: [folder, sizeOf(file), ...words].filter(Boolean).join(" · "),
    tooltip: [file.path, ...words].join("\n"),
    spoken: [file.path, ...words].join(", "),
    file: file.uri,
    context: fileContext(proposal, review, decision),
    open: showsHunks ? "expanded" : "none",
    checked: decision === null || !proposal.byParts ? null : decision === "accepted",
    parts,
    target: { path: file.path, line: firstLineOf(file) },
    children: showsHunks ? file.hunks.map((it) => hunkRow(key, proposal, file, it, review)) : [],
  };
}

function fileContext(proposal: Proposal, review: Review | null, decision: Decision | "mixed" | null): string {
  if (review === null || review.sent || decision === null || !proposal.byParts) return "file";
  return `file.${decision}`;
}

function firstLineOf(file: ChangedFile): number {
  const [first] = file.hunks;
  return first === undefined ? 0 : linesAfter(first).first;
}

function inWords(decision: Decision | "mixed" | null): readonly string[] {
  if (decision === null || decision === "undecided") return [];
  return [decision === "mixed" ? "partly decided" : decision];
}

/** Return the folder of a path and its last name. */
function divided(path: string): readonly [string, string] {
  const slash = path.lastIndexOf("/");
  return [path.slice(0, Math.max(0, slash)), path.slice(slash + 1)];
}

/** Return what is to be known of a file beyond its lines. */
function natureOf(file: ChangedFile): readonly string[] {
  const change = {
    modified: [],
    created: ["new"],
    deleted: ["deleted"],
    renamed: [`was ${file.movedFrom ?? "elsewhere"}`],
  }[file.change];
  return [
    ...change,
    ...(file.confirm ? ["asks before it is applied"] : []),
    ...(file.along ? ["goes along"] : []),
  ];
}

function sizeOf(file: ChangedFile): string {
  const { added, deleted } = linesOf(file);
  return added + deleted === 0 ? "" : `+${added} −${deleted}`;
}

function hunkRow(key: string, proposal: Proposal, file: ChangedFile, hunk: Hunk, review: Review): Row {
  const part: Part = { path: file.path, hunk: hunk.number };
  const decision = decisionOf(review, part);
  const { first } = linesAfter(hunk);
  const canDecide = proposal.byParts && !review.sent;
  const words = decision === "undecided" ? "to decide" : decision;
  return {
    ...plain(key, `${key}/hunk/${file.path}#${hunk.number}`, `Line ${first + 1}`),
    description: `+${hunk.added} −${hunk.deleted}${decision === "undecided" ? "" : ` · ${decision}`}`,
    tooltip: `Hunk ${hunk.number} of ${file.hunks.length} of ${file.path}: ${words}`,
    spoken: `Hunk ${hunk.number} of ${file.hunks.length}, line ${first + 1}, ${counted(hunk.added, "line")} added, ${counted(hunk.deleted, "line")} deleted, ${words}`,
    icon: DECISIONS[decision],
    context: canDecide ? `hunk.${decision}` : "hunk",
    checked: canDecide ? decision === "accepted" : null,
    parts: [part],
    target: { path: file.path, line: first },
  };
}

function evidenceRows(key: string, proposal: Proposal): readonly Row[] {
  const failed = proposal.evidence.some((it) => it.verdict === "failed");
  const facts = factsOf(proposal).map((it, at) => ({
    ...plain(key, `${key}/fact/${at}`, it.name),
    description: it.value,
    tooltip: `${it.name}: ${it.value}`,
    spoken: `${it.name}: ${it.value}`,
    icon: { name: it.name === "Model" ? (proposal.local ? "device-desktop" : "cloud") : "info" },
  }));
  const children = [
    ...proposal.evidence.map((it, at) => checkRow(key, it, at)),
    ...facts,
    ...proposal.told.map((it, at) => noteRow(key, `told/${at}`, it, "comment")),
    ...proposal.notices.map((it, at) => noteRow(key, `notice/${at}`, it, "warning")),
  ];
  const group: Row = {
    ...plain(key, `${key}/evidence`, "Evidence"),
    description: checksInWords(proposal),
    tooltip: checksInWords(proposal),
    spoken: `Evidence: ${checksInWords(proposal)}`,
    icon: failed ? FAILED : PASSED,
    context: "evidence",
    open: "collapsed",
    children,
  };
  return [group];
}

function checkRow(key: string, evidence: Evidence, at: number): Row {
  const finding = findingOf(evidence);
  const words = `${evidence.check}, ${evidence.verdict}: ${toolOf(evidence)}${finding === "" ? "" : `, ${finding}`}`;
  return {
    ...plain(key, `${key}/check/${at}`, evidence.check),
    description: [evidence.verdict, toolOf(evidence), finding].filter(Boolean).join(" · "),
    tooltip: words,
    spoken: words,
    icon: evidence.verdict === "passed" ? PASSED : FAILED,
  };
}

function noteRow(key: string, place: string, words: string, icon: string): Row {
  return { ...plain(key, `${key}/${place}`, words), tooltip: words, spoken: words, icon: { name: icon } };
}

function plain(key: string, id: string, label: string): Row {
  return {
    id,
    key,
    label,
    description: "",
    tooltip: label,
    spoken: label,
    icon: null,
    file: null,
    context: "note",
    open: "none",
    checked: null,
    parts: [],
    target: null,
    children: [],
  };
}
