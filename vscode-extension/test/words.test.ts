import assert from "node:assert/strict";
import { test } from "node:test";
import { MOST_CHARACTERS, problemOfWords } from "../src/words.ts";

test("words can be sent where there are some, and not too many", () => {
  assert.equal(problemOfWords("mend it"), null);
  assert.equal(problemOfWords("x".repeat(MOST_CHARACTERS)), null);
  assert.match(problemOfWords("x".repeat(MOST_CHARACTERS + 1)) ?? "", /10,000/);
  assert.match(problemOfWords(" \t") ?? "", /^Write what you want/);
});
