import assert from "node:assert/strict";
import { test } from "node:test";
import { isPromptPath } from "../src/languages.ts";
import { problemOfName, promptItems, readPrompts } from "../src/promptList.ts";

const PRINTED = {
  schema: 1,
  folder: "/home/me/.config/glossator/prompts",
  prompts: [
    { name: "ask", use: "ask", whose: "product", path: null, asked_of: ["coder"], chosen: false },
    { name: "broken", use: null, whose: "broken", path: "/p/broken.md", asked_of: [], chosen: false },
    { name: "sailor", use: "document", whose: "yours", path: "/p/sailor.md", asked_of: [], chosen: false },
  ],
};

test("a person's own prompts come first, and each says what it is for and who is asked by it", () => {
  const items = promptItems(readPrompts(PRINTED, "prompt list").prompts);
  assert.deepEqual(
    items.map(({ label, description, detail }) => [label, description, detail]),
    [
      ["broken", "broken", "No model is asked by it."],
      ["sailor", "document, yours", "No model is asked by it."],
      ["ask", "product", "Asked of coder."],
    ],
  );
});

test("a name that the server would refuse is refused while it is typed", () => {
  assert.equal(problemOfName(""), null);
  assert.equal(problemOfName("my-document_2"), null);
  for (const name of ["My", "a.b", "../a", "-a", "a b", "a".repeat(61)]) assert.notEqual(problemOfName(name), null);
});

test("prompts are known by the folder that they lie in", () => {
  assert.equal(isPromptPath("/home/me/.config/glossator/prompts/sailor.md"), true);
  assert.equal(isPromptPath("C:\\Users\\me\\glossator\\prompts\\sailor.md"), true);
  for (const path of ["/home/me/prompts/sailor.md", "/x/glossator/prompts/a/b.md", "/x/glossator/prompts/a.txt"]) {
    assert.equal(isPromptPath(path), false);
  }
});
