import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { itemsOf, menuOf } from "../src/pickItems.ts";
import type { Moment } from "../src/pickItems.ts";

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string; readonly title: string }[] };
}

function commandsOf(moment: Partial<Moment>): string[] {
  return menuOf({ state: "running", isTrusted: true, editor: true, ...moment }).map((it) => it.command.replace("glossator.ui.", ""));
}

test("the menu has what can be done now", () => {
  assert.ok(commandsOf({}).includes("fix"));
  assert.ok(!commandsOf({ isTrusted: false }).includes("fix"));
  assert.ok(!commandsOf({ isTrusted: false }).includes("edit"));
  assert.ok(commandsOf({ isTrusted: false }).includes("document"));
  assert.ok(!commandsOf({ editor: false }).includes("document"));
  assert.ok(commandsOf({ editor: false }).includes("ask"));
  assert.equal(commandsOf({ state: "absent" })[0], "install");
  assert.ok(!commandsOf({ state: "failed" }).includes("ask"));
  assert.ok(commandsOf({ state: "failed" }).includes("restart"));
});

test("each line of the menu runs a command that there is, in the words of the palette", () => {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as Manifest;
  const titles = new Map(manifest.contributes.commands.map((it) => [it.command, it.title]));
  const states = ["running", "absent", "failed"] as const;
  const lines = states.flatMap((state) => menuOf({ state, isTrusted: true, editor: true }));
  for (const { command, group, label } of lines) {
    assert.equal(titles.has(command), group === undefined, command);
    assert.equal(label.replace(/^\$\([\w-]+\) /, ""), titles.get(command) ?? "");
  }
});

test("a hit says what it is and where", () => {
  const start = { line: 4, character: 0 };
  const location = { uri: "file:///r/ring.c", range: { start, end: start } };
  const hit = { path: "src/ring.c", start_line: 5, end_line: 9, score: 1, location };
  const [named, unnamed] = itemsOf([
    { ...hit, symbol: "ring_write", kind: "function" },
    { ...hit, symbol: "", kind: "new kind" },
  ]);
  assert.equal(named?.label, "$(symbol-method) ring_write");
  assert.equal(named.description, "src/ring.c:5");
  assert.equal(unnamed?.label, "$(code) ring.c");
});
