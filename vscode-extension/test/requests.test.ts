import assert from "node:assert/strict";
import { test } from "node:test";
import { askedOf, commandOf, notesOf, proposalInWords } from "../src/chat/requests.ts";
import type { Asked, Message } from "../src/chat/requests.ts";
import { asText } from "../src/markdown.ts";
import { edit, file } from "./proposals.ts";

const place = { uri: "file:///r/a.c", version: 3 };
const message = (more: Partial<Message>): Message => ({ command: "ask", prompt: "", place: null, goesOn: false, ...more });

const cases: readonly (readonly [string, Message, Asked])[] = [
  ["a question", message({ prompt: " why? " }), { command: "glossator.ask", argument: { text: "why?" }, spoken: true }],
  [
    "one that goes on, about code",
    message({ prompt: "why?", place, goesOn: true }),
    { command: "glossator.ask", argument: { text: "why?", ...place, continue: true }, spoken: true },
  ],
  ["explain", message({ command: "explain", place }), { command: "glossator.explain", argument: place, spoken: true }],
  [
    "edit",
    message({ command: "edit", prompt: "rename f", goesOn: true }),
    { command: "glossator.edit", argument: { text: "rename f" }, spoken: false },
  ],
  ["fix", message({ command: "fix", place }), { command: "glossator.fix", argument: place, spoken: false }],
  [
    "fix, with words",
    message({ command: "fix", prompt: "it leaks", place }),
    { command: "glossator.fix", argument: { ...place, text: "it leaks" }, spoken: false },
  ],
  [
    "document",
    message({ command: "document", place, prompt: "please" }),
    { command: "glossator.document", argument: place, spoken: false },
  ],
];

for (const [name, given, asked] of cases) {
  test(`asked: ${name}`, () => {
    assert.deepEqual(askedOf(given), asked);
  });
}

test("what is missing is said in a sentence", () => {
  for (const command of ["ask", "edit", "explain", "fix", "document"] as const) {
    const asked = askedOf(message({ command }));
    assert.ok(typeof asked === "string", command);
    assert.match(asked, /^[A-Z].*\.$/);
  }
});

test("a command that nobody knows is a question", () => {
  assert.equal(commandOf(undefined), "ask");
  assert.equal(commandOf("toString"), "ask");
  assert.equal(commandOf("fix"), "fix");
});

test("what came of it is said with its checks and who did it", () => {
  assert.equal(
    proposalInWords(edit([file("a.c", [])], { title: "Fix `f`" })),
    "**Fix \\`f\\`** in 1 file waits for your review; 1 check passed. By coder \\(local: this machine, ollama, qwen\\).",
  );
});

test("words stay words", () => {
  assert.equal(asText("[x](command:evil)\n<b>"), "\\[x\\]\\(command:evil\\) \\<b\\>");
  assert.equal(notesOf({ job: 1, seq: 0, delta: "", notices: ["2 *left* out"] }), "\n\n*Note: 2 \\*left\\* out*");
  assert.equal(notesOf({ job: 1, seq: 0, delta: "" }), "");
});
