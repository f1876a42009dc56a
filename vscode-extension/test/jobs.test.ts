import assert from "node:assert/strict";
import { test } from "node:test";
import { ShownJobs } from "../src/progress/jobs.ts";

test("two jobs have a button that cancels, a third one does not cover the code", () => {
  const jobs = new ShownJobs<number>();
  assert.deepEqual([1, 2, 3].map((it) => jobs.begin(it, `Fix f${it}`)), ["corner", "corner", "bar"]);
  jobs.end(1, "done");
  assert.equal(jobs.begin(4, "Document g"), "corner");
});

test("what has a place of its own is quiet", () => {
  const jobs = new ShownJobs<number>();
  for (const [token, title] of ["Ask: why?", "Explain f", "Index net"].entries()) {
    assert.equal(jobs.begin(token, title), "bar");
    assert.equal(jobs.end(token, "done"), null);
  }
});

test("how a job ended is said with its name", () => {
  const jobs = new ShownJobs<string>();
  jobs.begin("t", "Fix f");
  assert.equal(jobs.end("t", "waits for review; 5 checks passed"), "Fix f: waits for review; 5 checks passed");
  assert.equal(jobs.end("t", "again"), null);
  jobs.begin("t", "Fix f");
  assert.equal(jobs.end("t", undefined), null);
});
