import assert from "node:assert/strict";
import { test } from "node:test";
import { afterSending, beginReview, decide } from "../src/review/decisions.ts";
import type { Review } from "../src/review/decisions.ts";
import type { Proposal } from "../src/protocol.ts";
import { outlineOf } from "../src/review/outline.ts";
import type { Row } from "../src/review/outline.ts";
import { put } from "../src/review/shelf.ts";
import { edit, file, hunk } from "./proposals.ts";

const proposal = edit([
  file("src/net.c", [hunk(1, [2, 1], [2, 2]), hunk(2, [10, 2], [11, 0])]),
  file("Makefile", [hunk(1, [0, 0], [0, 1])], { confirm: true }),
  file("old.c", [], { change: "deleted", after: null }),
  file("todo.c", [hunk(1, [0, 1], [0, 0])], { along: true }),
]);

function tree(of: Proposal, review: Review | null): Row {
  const shelf = put([], of, 1);
  const key = shelf[0]?.key ?? "";
  const [row] = outlineOf(shelf, new Map(review === null ? [] : [[key, review]]));
  assert.ok(row);
  return row;
}

const lines = (row: Row, depth = 0): string[] => [
  `${"  ".repeat(depth)}${row.label} | ${row.description} | ${row.icon?.name ?? "file"} | ${row.context}`,
  ...row.children.flatMap((it) => lines(it, depth + 1)),
];

test("a review has its files, their hunks and what may be done with each", () => {
  const review = decide(beginReview(proposal), [{ path: "src/net.c", hunk: 2 }], "discarded");
  const row = tree(proposal, decide(review, [{ path: "old.c", hunk: null }], "accepted"));
  assert.deepEqual(lines(row), [
    "Add a timeout | 1 accepted, 1 discarded, 2 to decide | diff | proposal.waiting.parts",
    "  net.c | src · +2 −3 · partly decided | file | file.mixed",
    "    Line 3 | +2 −1 | circle-large-outline | hunk.undecided",
    "    Line 11 | +0 −2 · discarded | circle-slash | hunk.discarded",
    "  Makefile | +1 −0 · asks before it is applied | file | file.undecided",
    "    Line 1 | +1 −0 | circle-large-outline | hunk.undecided",
    "  old.c | deleted · accepted | file | file.accepted",
    "  todo.c | +0 −1 · goes along | file | file",
    "  Evidence | 1 check passed | pass | evidence",
    "    compiler | passed · gcc 12.2 · 1 error → nothing | pass | note",
    "    Model | coder (local: this machine, ollama, qwen) | device-desktop | note",
    "    Rounds | 2 | info | note",
    "    Tokens | 812 read, 64 written | info | note",
    "    Time | 4.3 s | info | note",
  ]);
});

test("nothing can be done with a change that was sent or is over", () => {
  const sent = tree(proposal, afterSending(beginReview(proposal)));
  assert.equal(sent.icon?.name, "loading~spin");
  const over = tree({ ...proposal, state: "applied" }, null);
  for (const row of [sent, over]) {
    const contexts = new Set(row.children.flatMap((it) => [it, ...it.children]).map((it) => it.context));
    assert.deepEqual([...contexts].filter((it) => it.includes(".")), []);
    assert.ok(row.children.every((it) => it.checked === null || it.context === "file"));
  }
  assert.equal(over.context, "proposal.applied");
});

test("a change that is not taken by parts has no boxes and no actions on its parts", () => {
  const whole = { ...proposal, byParts: false };
  const row = tree(whole, beginReview(whole));
  assert.equal(row.context, "proposal.waiting.whole");
  const parts = row.children.flatMap((it) => [it, ...it.children]);
  assert.ok(parts.every((it) => it.checked === null));
});

test("ids are unique, and every row says its state aloud", () => {
  const row = tree(proposal, beginReview(proposal));
  const all = (it: Row): Row[] => [it, ...it.children.flatMap(all)];
  const ids = all(row).map((it) => it.id);
  assert.equal(new Set(ids).size, ids.length);
  assert.match(row.children[0]?.children[0]?.spoken ?? "", /Hunk 1 of 2, line 3, 2 lines added, 1 line deleted, to decide/);
});

test("a failed check and a remote model are seen", () => {
  const [check] = proposal.evidence;
  assert.ok(check);
  const row = tree({ ...proposal, local: false, evidence: [{ ...check, verdict: "failed" }] }, null);
  const evidence = row.children.at(-1);
  assert.equal(evidence?.icon?.name, "error");
  assert.equal(evidence.children[1]?.icon?.name, "cloud");
});
