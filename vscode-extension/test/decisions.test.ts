import assert from "node:assert/strict";
import { test } from "node:test";
import {
  afterRefusal,
  afterSending,
  beginReview,
  countsOf,
  decide,
  decisionOf,
  decisionOfAll,
  followUp,
  isDecided,
  outcomeOf,
  partsOf,
} from "../src/review/decisions.ts";
import type { Decision, Outcome, Part, Review } from "../src/review/decisions.ts";
import { edit, file, hunk } from "./proposals.ts";

const net = file("src/net.c", [hunk(1, [2, 1], [2, 2]), hunk(2, [10, 0], [11, 1]), hunk(3, [20, 3], [22, 0])]);
const header = file("net.h", [hunk(1, [1, 1], [1, 1])]);
const created = file("test_net.c", [hunk(1, [0, 0], [0, 9])], { change: "created", before: null });
const instruction = file("todo.c", [hunk(1, [0, 1], [0, 0])], { along: true });
const proposal = edit([net, header, created, instruction]);

const at = (path: string, number: number | null): Part => ({ path, hunk: number });

function decided(marks: readonly (readonly [string, number | null, Decision])[]): Review {
  return marks.reduce(
    (review, [path, number, decision]) => decide(review, [at(path, number)], decision),
    beginReview(proposal),
  );
}

test("parts are hunks, and whole files where they are new; what goes along is none", () => {
  assert.deepEqual(partsOf(proposal), [
    at("src/net.c", 1),
    at("src/net.c", 2),
    at("src/net.c", 3),
    at("net.h", 1),
    at("test_net.c", null),
  ]);
});

test("deleted and renamed files, and those without hunks, are taken whole", () => {
  for (const change of ["deleted", "renamed"] as const) {
    assert.deepEqual(partsOf(edit([file("a.c", [hunk(1, [0, 1], [0, 1])], { change })])), [at("a.c", null)]);
  }
  assert.deepEqual(partsOf(edit([file("a.c", [])])), [at("a.c", null)]);
});

const outcomes: readonly (readonly [string, Review, "discard" | "wait", Outcome])[] = [
  [
    "nothing marked means all of it",
    beginReview(proposal),
    "discard",
    { command: "glossator.proposal.apply", argument: { id: "17-1" } },
  ],
  [
    "hunks by number, whole files by name, in one request",
    decided([
      ["src/net.c", 1, "accepted"],
      ["src/net.c", 2, "discarded"],
      ["src/net.c", 3, "accepted"],
      ["net.h", 1, "accepted"],
      ["test_net.c", null, "discarded"],
    ]),
    "discard",
    {
      command: "glossator.proposal.apply",
      argument: { id: "17-1", files: ["net.h"], hunks: { "src/net.c": [1, 3] }, rest: "discard" },
    },
  ],
  [
    "the rest waits where a person wants that",
    decided([["net.h", 1, "accepted"]]),
    "wait",
    { command: "glossator.proposal.apply", argument: { id: "17-1", files: ["net.h"] } },
  ],
  [
    "only hunks",
    decided([["src/net.c", 2, "accepted"]]),
    "discard",
    {
      command: "glossator.proposal.apply",
      argument: { id: "17-1", hunks: { "src/net.c": [2] }, rest: "discard" },
    },
  ],
  [
    "all accepted is the whole change",
    decide(beginReview(proposal), partsOf(proposal), "accepted"),
    "discard",
    { command: "glossator.proposal.apply", argument: { id: "17-1" } },
  ],
  [
    "nothing accepted discards it",
    decide(beginReview(proposal), partsOf(proposal), "discarded"),
    "discard",
    { command: "glossator.proposal.discard", argument: { id: "17-1" } },
  ],
];

for (const [name, review, rest, outcome] of outcomes) {
  test(`sent: ${name}`, () => {
    assert.deepEqual(outcomeOf(review, rest), outcome);
  });
}

test("a mark can be taken back, and is counted", () => {
  const review = decided([
    ["net.h", 1, "accepted"],
    ["src/net.c", 1, "discarded"],
    ["net.h", 1, "undecided"],
  ]);
  assert.deepEqual(countsOf(review), { accepted: 0, discarded: 1, undecided: 4 });
  assert.equal(isDecided(review), false);
  assert.equal(isDecided(decide(review, partsOf(proposal), "accepted")), true);
});

test("what is decided of several parts is mixed where they differ", () => {
  const review = decided([["src/net.c", 1, "accepted"]]);
  const parts = [at("src/net.c", 1), at("src/net.c", 2)];
  assert.equal(decisionOfAll(review, parts), "mixed");
  assert.equal(decisionOfAll(review, parts.slice(0, 1)), "accepted");
  assert.equal(decisionOfAll(review, []), "undecided");
});

test("a part that is not there is not marked", () => {
  assert.deepEqual(decided([["nowhere.c", 1, "accepted"]]).marks, new Map());
  assert.deepEqual(decided([["todo.c", 1, "accepted"]]).marks, new Map());
});

test("a change that is not taken by parts is decided as one", () => {
  const whole = beginReview({ ...proposal, byParts: false });
  const review = decide(whole, [at("net.h", 1)], "accepted");
  assert.deepEqual(countsOf(review), { accepted: 5, discarded: 0, undecided: 0 });
});

test("once sent nothing is decided until the server refuses", () => {
  const sent = afterSending(decided([["net.h", 1, "accepted"]]));
  assert.equal(decide(sent, [at("net.h", 1)], "discarded"), sent);
  const again = decide(afterRefusal(sent), [at("net.h", 1)], "discarded");
  assert.equal(decisionOf(again, at("net.h", 1)), "discarded");
});

test("what waits on keeps its marks, by what the hunks do and not by their numbers", () => {
  const before = decided([
    ["net.h", 1, "accepted"],
    ["src/net.c", 3, "discarded"],
    ["src/net.c", 1, "accepted"],
  ]);
  const shifted = file("src/net.c", [hunk(1, [10, 0], [11, 1]), hunk(2, [20, 3], [22, 0])]);
  const rest = followUp(afterSending(before), edit([shifted, created]));
  assert.equal(rest.sent, false);
  assert.deepEqual(countsOf(rest), { accepted: 0, discarded: 1, undecided: 2 });
  assert.equal(decisionOf(rest, at("src/net.c", 2)), "discarded");
});

test("a refusal changes no mark", () => {
  const before = afterSending(decided([["net.h", 1, "accepted"]]));
  assert.deepEqual(followUp(before, proposal), { ...before, sent: false });
});

test("of two hunks that do the same, decided differently, neither is taken for the other", () => {
  const texts = { before: "a\nx\na\n", after: "b\nx\nb\n" };
  const twins = edit([file("a.c", [hunk(1, [0, 1], [0, 1]), hunk(2, [2, 1], [2, 1])], texts)]);
  const review = decide(beginReview(twins), [at("a.c", 2)], "discarded");
  const left = edit([file("a.c", [hunk(1, [2, 1], [2, 1])], texts)]);
  assert.equal(decisionOf(followUp(review, left), at("a.c", 1)), "undecided");
});
