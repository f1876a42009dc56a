import assert from "node:assert/strict";
import { test } from "node:test";
import { readAnswer, readHits, readPlan, readProposal, readStatus } from "../src/protocol.ts";
import { WrongShape } from "../src/shapes.ts";

const proposal = {
  id: "17-1",
  job: 3,
  state: "waiting",
  title: "Fix ringlog_write",
  noun: "fix",
  byParts: true,
  files: [
    {
      path: "ringlog.c",
      uri: "file:///r/ringlog.c",
      change: "modified",
      movedFrom: null,
      before: "a\n",
      after: "b\n",
      hunks: [
        { number: 1, before: { start: 0, count: 1 }, after: { start: 0, count: 1 }, added: 1, deleted: 1 },
      ],
      confirm: false,
      along: false,
    },
  ],
  evidence: [
    { check: "compiles", tool: "gcc", version: "12", before: "1 error", after: "nothing", verdict: "passed" },
  ],
  told: [],
  notices: ["one"],
  model: "coder",
  route: "this machine, ollama, qwen",
  local: true,
  rounds: 1,
  seconds: 2.5,
  promptTokens: 10,
  completionTokens: 3,
  cost: null,
};

test("a proposal is read as it was sent", () => {
  assert.deepEqual(readProposal(proposal, "proposal"), proposal);
});

test("a key that is new to us does no harm", () => {
  const read = readProposal({ ...proposal, later: 1 }, "proposal");
  assert.equal("later" in read, false);
});

test("a wrong shape is said with its place", () => {
  const [file] = proposal.files;
  const cases: [unknown, string][] = [
    [null, "proposal is not an object"],
    [{ ...proposal, job: -1 }, "proposal.job is not a whole number"],
    [{ ...proposal, state: "lost" }, "proposal.state is not one of waiting, applied, discarded"],
    [{ ...proposal, files: {} }, "proposal.files is not a list"],
    [{ ...proposal, files: [{ ...file, hunks: [{}] }] }, "proposal.files[0].hunks[0].number is not a whole number"],
    [{ ...proposal, seconds: Number.NaN }, "proposal.seconds is not a number"],
    [{ ...proposal, local: "yes" }, "proposal.local is not true or false"],
    [{ ...proposal, title: undefined }, "proposal.title is not a string"],
  ];
  for (const [value, message] of cases) {
    assert.throws(() => readProposal(value, "proposal"), new WrongShape(message));
  }
});

test("pieces of an answer need only their number and their words", () => {
  assert.deepEqual(readAnswer({ job: 1, seq: 0, delta: "It" }, "answer"), { job: 1, seq: 0, delta: "It" });
  const last = {
    job: 1,
    seq: 4,
    delta: "",
    done: true,
    found: true,
    citations: [{ path: "a.c", startLine: 3, endLine: 9 }],
    notices: [],
    model: null,
  };
  assert.deepEqual(readAnswer(last, "answer"), last);
});

test("plans, hits and the status are read", () => {
  const plan = { job: 1, title: "Edit", text: "# Plan", files: ["a.c"], uri: null, problem: null };
  assert.deepEqual(readPlan(plan, "plan"), plan);
  const start = { line: 1, character: 0 };
  const hit = {
    path: "a.c",
    start_line: 2,
    end_line: 5,
    symbol: "f",
    kind: "function",
    score: 0.5,
    location: { uri: "file:///a.c", range: { start, end: start } },
  };
  assert.deepEqual(readHits([{ ...hit, signals: {} }], "hits"), [hit]);
  const role = { model: "coder", route: "here", local: true, why: "first", problem: null };
  const status = { version: "0.1.0", ...role, jobs: [], index: [], roles: { fix: role } };
  assert.deepEqual(readStatus({ ...status, settings: {} }, "status"), status);
});
