import assert from "node:assert/strict";
import { test } from "node:test";
import { firstChangedLine, hunkAt, linesAfter, neighbourOf, placesOf } from "../src/review/places.ts";
import { edit, file, hunk } from "./proposals.ts";

const first = file("a.c", [hunk(1, [2, 1], [2, 3]), hunk(2, [10, 2], [12, 0])]);
const second = file("b.c", [hunk(1, [0, 0], [0, 1])]);
const proposal = edit([first, second]);

test("a hunk that only deletes or only adds stands at the line above", () => {
  assert.deepEqual(linesAfter(hunk(1, [10, 2], [12, 0])), { first: 11, last: 11 });
  assert.deepEqual(linesAfter(hunk(1, [0, 2], [0, 0])), { first: 0, last: 0 });
  assert.deepEqual(linesAfter(hunk(1, [2, 1], [2, 3])), { first: 2, last: 4 });
});

test("the hunk at the cursor is the one it is in, else the nearest", () => {
  const cases = [
    [0, 1],
    [2, 1],
    [4, 1],
    [7, 1],
    [8, 2],
    [11, 2],
    [99, 2],
  ] as const;
  for (const [line, number] of cases) assert.equal(hunkAt(first, line)?.number, number, `line ${line}`);
  assert.equal(hunkAt(first, 7, "before")?.number, 2, "in the old text");
  assert.equal(hunkAt(file("c.c", []), 3), null);
});

test("next and previous go across files and round", () => {
  const walk = (path: string, line: number, step: 1 | -1): string => {
    const it = neighbourOf(proposal, { path, line }, step);
    return `${it?.part.path ?? ""}:${it?.line ?? -1}`;
  };
  assert.equal(walk("a.c", 0, 1), "a.c:2");
  assert.equal(walk("a.c", 2, 1), "a.c:11");
  assert.equal(walk("a.c", 11, 1), "b.c:0");
  assert.equal(walk("b.c", 0, 1), "a.c:2");
  assert.equal(walk("a.c", 2, -1), "b.c:0");
  assert.equal(walk("b.c", 0, -1), "a.c:11");
  const onlyDeletion = neighbourOf(proposal, { path: "b.c", line: 0 }, 1, (it) => it.hunk === 2);
  assert.equal(onlyDeletion?.line, 11);
  assert.equal(neighbourOf(proposal, null, 1)?.line, 2);
  assert.equal(neighbourOf(proposal, null, -1)?.part.path, "b.c");
  assert.equal(neighbourOf(edit([]), null, 1), null);
  assert.equal(placesOf(proposal).length, 3);
});

test("the changed place is the first line that differs", () => {
  assert.equal(firstChangedLine("a\nb\nc", "a\nx\nc"), 1);
  assert.equal(firstChangedLine("a\nb", "a\nb\nc"), 2);
  assert.equal(firstChangedLine("a\nb\nc\n", "a\n"), 1);
  assert.equal(firstChangedLine("a", "a"), 0);
});
