import assert from "node:assert/strict";
import { test } from "node:test";
import {
  accepted,
  asked,
  asMarkdown,
  canGoOn,
  cutOff,
  EMPTY,
  explained,
  failed,
  MOST_TURNS,
  named,
  openTurn,
  placed,
  received,
  stopped,
} from "../src/ask/conversation.ts";
import type { Conversation, Turn } from "../src/ask/conversation.ts";
import type { AnswerPiece } from "../src/protocol.ts";

const piece = (seq: number, delta: string, more: Partial<AnswerPiece> = {}): AnswerPiece => ({ job: 3, seq, delta, ...more });
const last = (seq: number, more: Partial<AnswerPiece> = {}): AnswerPiece =>
  piece(seq, "", { done: true, found: true, citations: [], notices: [], model: "coder", ...more });

function after(pieces: readonly AnswerPiece[]): Turn {
  const conversation = pieces.reduce((it, one) => received(it, 1, one), accepted(asked(EMPTY, "Why?", null), 1, 3));
  const [turn] = conversation.turns;
  assert.ok(turn);
  return turn;
}

test("pieces are joined by their numbers, whatever order they come in", () => {
  const pieces = [piece(0, "It "), piece(1, "calls "), piece(2, "f."), last(3)];
  const orders = [
    [0, 1, 2, 3],
    [3, 2, 1, 0],
    [2, 0, 3, 1],
    [0, 0, 1, 1, 2, 3, 3],
  ];
  for (const order of orders) {
    const turn = after(order.map((it) => pieces[it]).filter((it) => it !== undefined));
    assert.equal(turn.text, "It calls f.");
    assert.equal(turn.state, "answered");
  }
});

test("a missing piece holds back what comes after it", () => {
  const turn = after([piece(0, "It "), piece(2, "f."), last(3)]);
  assert.equal(turn.text, "It ");
  assert.equal(turn.state, "answering");
});

test("an answer may start over", () => {
  assert.equal(after([piece(0, "wrong"), piece(1, "", { startOver: true }), piece(2, "right")]).text, "right");
  assert.equal(after([piece(0, "wrong"), piece(1, "new", { startOver: true })]).text, "new");
});

test("how an answer ends is told", () => {
  assert.equal(after([last(0, { found: false })]).state, "not found");
  const failure = after([piece(0, "It"), piece(1, "", { done: true })]);
  assert.equal(failure.state, "failed");
  assert.match(failure.trouble ?? "", /log says why/);
  const whole = after([last(0, { citations: [{ path: "a.c", startLine: 1, endLine: 2 }], notices: ["one left out"] })]);
  assert.deepEqual(whole.citations, [{ path: "a.c", startLine: 1, endLine: 2 }]);
  assert.deepEqual(whole.notices, ["one left out"]);
  assert.equal(whole.model, "coder");
});

test("what was stopped stays as it is, whatever still comes", () => {
  let it: Conversation = received(asked(EMPTY, "Why?", null), 1, piece(0, "It "));
  it = stopped(it, 1);
  it = received(it, 1, piece(1, "calls"));
  it = failed(it, 1, "late");
  assert.deepEqual([it.turns[0]?.text, it.turns[0]?.state], ["It ", "stopped"]);
});

test("the open question is the last one without an end", () => {
  let it = asked(asked(EMPTY, "one", null), "two", null);
  assert.equal(openTurn(it)?.id, 2);
  it = stopped(it, 2);
  assert.equal(openTurn(it)?.id, 1);
  assert.equal(openTurn(failed(it, 1, "The server ended.")), undefined);
});

test("with the server its answers end, and its numbers", () => {
  let it = received(accepted(asked(EMPTY, "one", null), 1, 3), 1, last(0));
  it = cutOff(accepted(asked(it, "two", null), 2, 4), "The server ended.");
  assert.deepEqual(it.turns.map((turn) => [turn.job, turn.state]), [
    [null, "answered"],
    [null, "failed"],
  ]);
});

test("one goes on only with what has been answered", () => {
  assert.equal(canGoOn(EMPTY), false);
  assert.equal(canGoOn(stopped(asked(EMPTY, "one", null), 1)), false);
  assert.equal(canGoOn(received(asked(EMPTY, "one", null), 1, last(0))), true);
});

test("what is copied is Markdown with its places", () => {
  const turn = after([
    piece(0, "It calls `f`.\n"),
    last(1, {
      citations: [
        { path: "a.c", startLine: 6, endLine: 6 },
        { path: "b.c", startLine: 1, endLine: 9 },
      ],
      notices: ["1 statement left out"],
    }),
  ]);
  assert.equal(asMarkdown(turn), "## Why?\n\nIt calls `f`.\n\n- a.c:6\n- b.c:1-9\n\n- Note: 1 statement left out\n");
});

test("names and places come later, for the model that they are of", () => {
  const it = received(named(explained(EMPTY, "Explanation"), 1, "Explain f"), 1, last(0));
  assert.deepEqual(it.turns.map((turn) => turn.isQuestion), [false]);
  assert.equal(it.turns[0]?.question, "Explain f");
  assert.equal(placed(it, 1, "coder", false).turns[0]?.local, false);
  assert.equal(placed(it, 1, "other", false).turns[0]?.local, null);
});

test("the screen does not grow for ever", () => {
  let it = EMPTY;
  for (let at = 0; at < MOST_TURNS + 5; at += 1) it = asked(it, `question ${at}`, null);
  assert.equal(it.turns.length, MOST_TURNS);
  assert.equal(it.turns.at(-1)?.id, MOST_TURNS + 5);
});
