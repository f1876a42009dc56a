import assert from "node:assert/strict";
import { test } from "node:test";
import { WITHIN_MS, afterCrash } from "../src/crashes.ts";

test("the fifth crash in three minutes is the last", () => {
  let crashes: readonly number[] = [];
  const restarts = [0, 10, 20, 30, 40].map((now) => {
    const after = afterCrash(crashes, now);
    ({ crashes } = after);
    return after.restart;
  });
  assert.deepEqual(restarts, [true, true, true, true, false]);
});

test("crashes of long ago are forgotten", () => {
  const after = afterCrash([0, 1, 2, 3], WITHIN_MS + 2);
  assert.deepEqual(after, { crashes: [3, WITHIN_MS + 2], restart: true });
});
