import assert from "node:assert/strict";
import { test } from "node:test";
import { checksInWords, evidenceAsMarkdown, evidenceAsText, originOf } from "../src/review/evidence.ts";
import { edit, file, hunk } from "./proposals.ts";

const proposal = edit(
  [
    file("net.c", [hunk(1, [2, 1], [2, 3])]),
    file("new.c", [], { change: "created" }),
    file("to.c", [], { change: "renamed", movedFrom: "from.c" }),
  ],
  {
    evidence: [
      { check: "compiler", tool: "gcc", version: "12.2", before: "1 error", after: "nothing", verdict: "passed" },
      { check: "only comments changed", tool: "", version: "", before: "", after: "yes", verdict: "failed" },
    ],
    told: ["The test\nwas written."],
    notices: ["2 files were <b>left</b> out"],
    cost: "0.02 EUR",
  },
);

test("the text says all that the server said", () => {
  assert.equal(
    evidenceAsText(proposal),
    `Add a timeout (waits for you)
  net.c +3 −1
  new.c (new)
  to.c (was from.c)
Checks:
  passed  compiler (gcc 12.2): 1 error → nothing
  FAILED  only comments changed (Glossator): yes
How it came about:
  Model: coder (local: this machine, ollama, qwen)
  Rounds: 2
  Tokens: 812 read, 64 written
  Time: 4.3 s
  Cost: 0.02 EUR
Told:
  The test was written.
Notices:
  2 files were <b>left</b> out
`,
  );
});

test("the Markdown shows words as words", () => {
  const text = evidenceAsMarkdown(proposal);
  assert.match(text, /\| passed \| compiler \| gcc 12\.2 \| 1 error \| nothing \|/);
  assert.match(text, /2 files were \\<b\\>left\\<\/b\\> out/);
  assert.doesNotMatch(text, /[^\\]<b>/);
  const hostile = evidenceAsMarkdown({ ...proposal, title: "a | b\n# [x](command:evil) `c`" });
  assert.match(hostile, /^# a \\\| b \\# \\\[x\\\]\\\(command:evil\\\) \\`c\\`$/m);
});

test("where the model ran is always said", () => {
  assert.equal(originOf({ ...proposal, local: false, route: "" }), "coder (remote)");
  assert.equal(originOf({ ...proposal, model: "" }), "no model was asked");
});

test("checks are counted by what they said", () => {
  assert.equal(checksInWords(proposal), "1 of 2 checks failed");
  assert.equal(checksInWords({ ...proposal, evidence: proposal.evidence.slice(0, 1) }), "1 check passed");
  assert.equal(checksInWords({ ...proposal, evidence: [] }), "no checks are told");
});
