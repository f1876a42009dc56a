import assert from "node:assert/strict";
import { test } from "node:test";
import { lineOfProblem, plannedFiles, planPath } from "../src/plan/plans.ts";
import { Questions } from "../src/plan/questions.ts";

const plan = { job: 3, title: "Add a timeout", text: "# Plan", files: ["a.c"], uri: null, problem: null };

test("the name of a plan says what it is, and is a name", () => {
  assert.equal(planPath(3, "Add a timeout"), "/3/Plan - Add a timeout.md");
  assert.equal(planPath(3, "../../etc/passwd\n<b>"), "/3/Plan - etc passwd b.md");
  assert.equal(planPath(3, "  ...  "), "/3/Plan.md");
  assert.equal(planPath(3, "Zeit überschreiten: «f»"), "/3/Plan - Zeit überschreiten f.md");
  assert.ok(planPath(3, "x".repeat(500)).length < 90);
});

test("the files of a plan are those that the server reads", () => {
  const text = [
    "# Add a timeout",
    "Not `this.c`.",
    "",
    "## Files",
    "",
    "Only the files in this list are changed, not `that.c`.",
    "- `net.c`: as in `other.c`",
    "* [x] `./src/a.h`, `b.h`",
    "  - ` spaced.c `",
    "## Notes",
    "- `late.c`",
  ].join("\r\n");
  assert.deepEqual(
    plannedFiles(text).map((it) => [it.path, it.line, text.split("\r\n")[it.line]?.slice(it.start, it.end)]),
    [
      ["net.c", 6, "net.c"],
      ["src/a.h", 7, "./src/a.h"],
      ["b.h", 7, "b.h"],
      ["spaced.c", 8, " spaced.c "],
    ],
  );
  assert.deepEqual(plannedFiles("- `a.c`"), []);
});

test("a problem is shown at the files, else at the top", () => {
  assert.equal(lineOfProblem("# Plan\n\n## files\n"), 2);
  assert.equal(lineOfProblem("# Plan\n"), 0);
});

test("a plan is answered once", async () => {
  const questions = new Questions();
  const asking = questions.ask("/3/Plan.md", plan);
  assert.deepEqual(questions.waiting.map((it) => it.name), ["/3/Plan.md"]);
  questions.answer("/3/Plan.md", "# Changed");
  questions.answer("/3/Plan.md", null);
  assert.equal(await asking, "# Changed");
  assert.equal(questions.named("/3/Plan.md"), undefined);
});

test("an answer may be empty, and one to nobody does no harm", async () => {
  const questions = new Questions();
  questions.answer("/9/Plan.md", "late");
  const asking = questions.ask("/3/Plan.md", plan);
  questions.answer("/3/Plan.md", "");
  assert.equal(await asking, "");
});

test("the same plan asked for again takes the place of the first", async () => {
  const questions = new Questions();
  const first = questions.ask("/3/Plan.md", plan);
  const second = questions.ask("/3/Plan.md", { ...plan, problem: "No heading." });
  assert.equal(await first, null);
  assert.equal(questions.named("/3/Plan.md")?.plan.problem, "No heading.");
  questions.discardAll();
  assert.equal(await second, null);
  assert.deepEqual(questions.waiting, []);
});
