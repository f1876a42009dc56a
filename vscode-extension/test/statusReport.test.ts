import assert from "node:assert/strict";
import { test } from "node:test";
import { statusReport } from "../src/statusReport.ts";

const found = {
  program: "/opt/glossator",
  extension: "0.1.0",
  doctor: "ok       glossator 0.1.0\n",
};

test("a report says everything that runs, and what the doctor finds", () => {
  const here = { model: "smollm2", route: "this machine", local: true, why: "first usable", problem: null };
  const nobody = { model: null, route: null, local: null, why: null, problem: "No model is approved." };
  const index = [{ root: "/r/ringlog", problems: ["The disk is full."], phase: "ready", files: 3 }];
  const status = { version: "0.1.0", ...here, jobs: [{ job: 3, title: "Fix f" }], index, roles: { document: here, fix: nobody } };
  assert.equal(
    statusReport({ ...found, state: { kind: "running" }, status, isTrusted: true }),
    `Glossator for VS Code 0.1.0
server    running
program   /opt/glossator
folder    trusted
version   0.1.0

Models:
  document  smollm2, local (this machine), first usable
  fix       none: No model is approved.

Jobs:
  3  Fix f

Indexes:
  ringlog: ready, 3 files (/r/ringlog)
    The disk is full.

What \`glossator doctor\` finds:

ok       glossator 0.1.0
`,
  );
});

test("without a server it says why", () => {
  const report = statusReport({ ...found, state: { kind: "failed", why: "It ended." }, status: null, isTrusted: false });
  assert.match(report, /^server {4}failed: It ended\.$/m);
  assert.match(report, /^folder {4}restricted/m);
});
