import assert from "node:assert/strict";
import { test } from "node:test";
import { afterServerEnded, entryOf, MOST_KEPT, put, waiting } from "../src/review/shelf.ts";
import type { Shelf } from "../src/review/shelf.ts";
import { edit, file, hunk } from "./proposals.ts";

const files = [file("a.c", [hunk(1, [0, 1], [0, 1])])];
const comment = (job: number) => edit([], { id: null, job, noun: "comment", state: "applied", title: `Document f${job}` });

test("newest first; what becomes of a proposal stays in its place", () => {
  let shelf: Shelf = put([], edit(files, { id: "1" }), 1);
  shelf = put(shelf, edit(files, { id: "2" }), 2);
  shelf = put(shelf, edit([], { id: "1", state: "applied" }), 3);
  assert.deepEqual(shelf.map((it) => [it.proposal.id, it.proposal.state, it.at]), [
    ["2", "waiting", 2],
    ["1", "applied", 1],
  ]);
  assert.deepEqual(entryOf(shelf, "proposal 1")?.proposal.files, files, "what was changed can still be read");
  assert.deepEqual(waiting(shelf).map((it) => it.proposal.id), ["2"]);
});

test("each comment is an entry of its own, even of one job in one instant", () => {
  const shelf = [1, 1, 2].reduce<Shelf>((it, job) => put(it, comment(job), 5), []);
  assert.equal(new Set(shelf.map((it) => it.key)).size, 3);
});

test("the oldest go, but never one that waits", () => {
  let shelf: Shelf = put([], edit(files, { id: "old" }), 0);
  for (let job = 1; job <= MOST_KEPT + 5; job += 1) shelf = put(shelf, comment(job), job);
  assert.equal(shelf.length, MOST_KEPT + 1);
  assert.equal(shelf.at(-1)?.proposal.id, "old");
  shelf = put(shelf, edit([], { id: "old", state: "discarded" }), 99);
  shelf = put(shelf, comment(100), 100);
  assert.equal(shelf.length, MOST_KEPT);
});

test("what waited in a server that ended waits no more", () => {
  const shelf = afterServerEnded(put([], edit(files), 1));
  assert.equal(shelf[0]?.proposal.state, "discarded");
  assert.match(shelf[0].proposal.notices.at(-1) ?? "", /ask for it again/);
});
