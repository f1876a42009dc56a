/**
 * Own what passes between the server and this extension beyond plain LSP: names, shapes, readers.
 *
 * It must not know the editor; what a reader refuses must be logged and dropped.
 */

import { count, listOf, mapOf, number, object, objectWith, oneOf, orNull, text, truth } from "./shapes.ts";

export const ANSWER = "glossator/answer";
export const PROPOSAL = "glossator/proposal";
export const PLAN = "glossator/plan";
export const TRIAL = "glossator/trial";

const citation = object({ path: text, startLine: count, endLine: count });

/** A piece of an answer that streams; `seq` counts from 0, lines of citations from 1. */
export const readAnswer = objectWith(
  { job: count, seq: count, delta: text },
  {
    startOver: truth,
    done: truth,
    found: truth,
    citations: listOf(citation),
    notices: listOf(text),
    model: orNull(text),
  },
);

const lines = object({ start: count, count });
const hunk = object({ number: count, before: lines, after: lines, added: count, deleted: count });

const changedFile = object({
  path: text,
  uri: text,
  change: oneOf("modified", "created", "renamed", "deleted"),
  movedFrom: orNull(text),
  before: orNull(text),
  after: orNull(text),
  hunks: listOf(hunk),
  confirm: truth,
  along: truth,
});

const evidence = object({
  check: text,
  tool: text,
  version: text,
  before: text,
  after: text,
  verdict: oneOf("passed", "failed"),
});

/** A change that waits for a person, or what became of it; lines count from 0. */
export const readProposal = object({
  id: orNull(text),
  job: orNull(count),
  state: oneOf("waiting", "applied", "discarded"),
  title: text,
  noun: oneOf("fix", "edit", "comment"),
  byParts: truth,
  files: listOf(changedFile),
  evidence: listOf(evidence),
  told: listOf(text),
  notices: listOf(text),
  model: text,
  route: text,
  local: truth,
  rounds: count,
  seconds: number,
  promptTokens: count,
  completionTokens: count,
  cost: orNull(text),
});

/** A plan that a person reads and may change before it is carried out. */
export const readPlan = object({
  job: count,
  title: text,
  text,
  files: listOf(text),
  uri: orNull(text),
  problem: orNull(text),
});

/** What came of a prompt that was tried: a file that is written anew each time. */
export const readTrial = object({ job: count, prompt: text, uri: text });

const answering = {
  model: orNull(text),
  route: orNull(text),
  local: orNull(truth),
  why: orNull(text),
  problem: orNull(text),
};

const index = objectWith(
  { root: text, problems: listOf(text) },
  {
    phase: text,
    filesDone: count,
    filesTotal: count,
    secondsLeft: orNull(number),
    files: count,
    entities: count,
    chunks: count,
    vectors: count,
    vectorStore: text,
    embedder: orNull(text),
    bytesOnDisk: count,
  },
);

/** How the server is doing; the model at the top is that of comments. */
export const readStatus = objectWith(
  {
    version: text,
    ...answering,
    jobs: listOf(object({ job: count, title: text })),
    index: listOf(index),
  },
  { roles: mapOf(object(answering)), folders: listOf(text) },
);

/** What a command that starts a job answers. */
export const readJob = object({ job: count });

const position = object({ line: count, character: count });

/** What `glossator.search` answers, best first. */
export const readHits = listOf(
  object({
    path: text,
    start_line: count,
    end_line: count,
    // Empty for a part of a file that no named thing covers.
    symbol: text,
    kind: text,
    score: number,
    location: object({ uri: text, range: object({ start: position, end: position }) }),
  }),
);

export type Citation = ReturnType<typeof citation>;
export type AnswerPiece = ReturnType<typeof readAnswer>;
export type Hunk = ReturnType<typeof hunk>;
export type ChangedFile = ReturnType<typeof changedFile>;
export type Evidence = ReturnType<typeof evidence>;
export type Proposal = ReturnType<typeof readProposal>;
export type Plan = ReturnType<typeof readPlan>;
export type Trial = ReturnType<typeof readTrial>;
export type Index = ReturnType<typeof index>;
export type Status = ReturnType<typeof readStatus>;
export type Hit = ReturnType<typeof readHits>[number];

/** Who answers for a role; `model` is null where nobody may. */
export type Answering = ReturnType<ReturnType<typeof object<typeof answering>>>;

/** What a person wants to be done of a change that waits; all of it where nothing is named. */
export interface Chosen {
  readonly id: string;
  readonly files?: readonly string[];
  readonly hunks?: Readonly<Record<string, readonly number[]>>;
}

export interface ToApply extends Chosen {
  readonly rest?: "discard";
}
