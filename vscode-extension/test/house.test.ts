import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

const SOURCES = fileURLToPath(new URL("../src/", import.meta.url));
const MODULES = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((it) => it.endsWith(".ts"));

test("each module opens by saying what it owns, and what it must not do", () => {
  assert.ok(MODULES.length > 30);
  for (const name of MODULES) {
    const [head = ""] = readFileSync(join(SOURCES, name), "utf8").split("*/");
    assert.match(head, /^\/\*\*\n \* Own /, name);
    // Some say it as a sentence of what must never happen.
    assert.match(head, /must not|never/, name);
  }
});

test("the server's messages are read in one place, and markup of others is trusted nowhere", () => {
  for (const name of MODULES) {
    const text = readFileSync(join(SOURCES, name), "utf8");
    assert.doesNotMatch(text, /isTrusted\s*[=:]\s*true/, name);
    assert.doesNotMatch(text, /supportHtml\s*[=:]\s*true/, name);
    if (name !== "client.ts") assert.doesNotMatch(text, /\.on(Notification|Request)\(/, name);
  }
});
