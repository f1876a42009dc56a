import assert from "node:assert/strict";
import { test } from "node:test";
import { commandLink, plain, quoted } from "../src/markdown.ts";

test("words from elsewhere show as they are", () => {
  const cases: [string, string][] = [
    ["qwen2.5-coder:7b", "qwen2\\.5\\-coder\\:7b"],
    ["[x](command:evil)", "\\[x\\]\\(command\\:evil\\)"],
    ["$(flame) a | b", "\\$\\(flame\\) a \\| b"],
    ["<b>two\nlines</b>", "\\<b\\>two lines\\<\\/b\\>"],
    ["größe 数", "größe 数"],
  ];
  for (const [words, shown] of cases) assert.equal(plain(words), shown);
});

test("a command's arguments are encoded", () => {
  assert.equal(commandLink("Go", "x.y", "Says", [")"]), '[Go](command:x.y?%5B%22%29%22%5D "Says")');
  assert.equal(commandLink("Go", "x.y", "Says"), '[Go](command:x.y "Says")');
});

test("what would be code is quoted where there is no Markdown", () => {
  assert.equal(quoted("Correct `glossator.path`, or `x`."), "Correct 'glossator.path', or 'x'.");
  assert.equal(quoted("One ` alone."), "One ` alone.");
});
