import assert from "node:assert/strict";
import { test } from "node:test";
import { argumentFor } from "../src/offers.ts";
import type { Offered } from "../src/offers.ts";

function offered(command: string, argument: unknown): Offered {
  return { title: command, command: { command, arguments: [argument] } };
}

const uri = "file:///r/ring.c";
const range = { start: { line: 3, character: 0 }, end: { line: 3, character: 0 } };
const review = offered("glossator.review", { uri, version: 4, symbol: "ring_write", range });
const explain = offered("glossator.explain", { uri, version: 4, symbol: "ring_write", range });
const lines = offered("glossator.fix", { uri, version: 4, range });
const finding = offered("glossator.fix", { uri, version: 4, diagnostics: [{ message: "missing ;" }] });

test("what is offered for the symbol around the cursor is what a command means", () => {
  assert.equal(argumentFor("glossator.explain", [review, explain]), explain.command?.arguments?.[0]);
  assert.equal(argumentFor("glossator.document", [review, explain]), undefined);
  assert.equal(argumentFor("glossator.review", [{ title: "Add a parameter" }, review]), review.command?.arguments?.[0]);
});

test("a fix is of what was found here, else of the whole symbol, else of the lines", () => {
  assert.equal(argumentFor("glossator.fix", [lines, review, finding]), finding.command?.arguments?.[0]);
  assert.deepEqual(argumentFor("glossator.fix", [lines, review]), { uri, version: 4, symbol: "ring_write" });
  assert.equal(argumentFor("glossator.fix", [lines]), lines.command?.arguments?.[0]);
  assert.equal(argumentFor("glossator.fix", []), undefined);
});
