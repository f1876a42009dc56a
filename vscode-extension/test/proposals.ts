/**
 * Own proposals for tests, made of texts before and after as the server makes them.
 *
 * It must not decide anything that is tested.
 */

import type { ChangedFile, Hunk, Proposal } from "../src/protocol.ts";

/** Return a hunk of lines that are replaced. */
export function hunk(number: number, before: [number, number], after: [number, number]): Hunk {
  return {
    number,
    before: { start: before[0], count: before[1] },
    after: { start: after[0], count: after[1] },
    added: after[1],
    deleted: before[1],
  };
}

/** Return a file of a change, modified unless something else is said. */
export function file(path: string, hunks: readonly Hunk[], more: Partial<ChangedFile> = {}): ChangedFile {
  return {
    path,
    uri: `file:///r/${path}`,
    change: "modified",
    movedFrom: null,
    before: numbered("old", 40),
    after: numbered("new", 40),
    hunks,
    confirm: false,
    along: false,
    ...more,
  };
}

/** Return an edit that waits and is taken by parts. */
export function edit(files: readonly ChangedFile[], more: Partial<Proposal> = {}): Proposal {
  return {
    id: "17-1",
    job: 3,
    state: "waiting",
    title: "Add a timeout",
    noun: "edit",
    byParts: true,
    files,
    evidence: [
      { check: "compiler", tool: "gcc", version: "12.2", before: "1 error", after: "nothing", verdict: "passed" },
    ],
    told: [],
    notices: [],
    model: "coder",
    route: "this machine, ollama, qwen",
    local: true,
    rounds: 2,
    seconds: 4.25,
    promptTokens: 812,
    completionTokens: 64,
    cost: null,
    ...more,
  };
}

function numbered(word: string, count: number): string {
  return Array.from({ length: count }, (_, at) => `${word} ${at}\n`).join("");
}
