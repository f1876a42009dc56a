import assert from "node:assert/strict";
import { test } from "node:test";
import { readModels, wantsSmallModel } from "../src/modelList.ts";

function wants(...models: [name: string, state: string][]): boolean {
  const printed = { schema: 1, models: models.map(([name, state]) => ({ id: name, name, state, local: true })) };
  return wantsSmallModel(readModels(printed, "models").models);
}

test("the small model is offered only where nothing else can answer", () => {
  assert.equal(wants(["smollm2", "not-fetched"]), true);
  assert.equal(wants(["smollm2", "not-fetched"], ["coder", "unreachable"]), true);
  assert.equal(wants(["smollm2", "not-fetched"], ["coder", "ready"]), false);
  assert.equal(wants(["smollm2", "ready"]), false);
  // A policy that does not list it leaves nothing to be offered.
  assert.equal(wants(["coder", "unreachable"]), false);
  assert.equal(wants(), false);
});
