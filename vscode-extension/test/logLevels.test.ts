import assert from "node:assert/strict";
import { test } from "node:test";
import { levelOf } from "../src/logLevels.ts";

test("a line is as grave as it says", () => {
  const cases: [string, string][] = [
    ["WARNING glossator_server.lsp.jobs: the editor creates no progress", "warn"],
    ["ERROR asyncio: oh", "error"],
    ["CRITICAL root: oh", "error"],
    ["DEBUG x: y", "debug"],
    ["INFO x: y", "info"],
    ["Traceback (most recent call last):", "info"],
    ["ERRORS are no level", "info"],
    ["", "info"],
  ];
  for (const [line, level] of cases) assert.equal(levelOf(line), level, line);
});
