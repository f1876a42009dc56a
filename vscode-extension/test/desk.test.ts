import assert from "node:assert/strict";
import { test } from "node:test";
import { Desk } from "../src/ask/desk.ts";

const piece = (job: number, seq: number) => ({ job, seq, delta: `${job}.${seq} ` });

test("pieces that come before the number of their job are kept for who asked", async () => {
  const other: string[] = [];
  const mine: string[] = [];
  const desk = new Desk((it) => other.push(it.delta));
  const { promise, resolve } = Promise.withResolvers<number>();
  const asking = desk.ask(() => promise, (it) => mine.push(it.delta));
  desk.put(piece(4, 0));
  desk.put(piece(9, 0));
  assert.deepEqual([mine, other], [[], []]);
  resolve(4);
  assert.equal(await asking, 4);
  desk.put(piece(4, 1));
  assert.deepEqual([mine, other], [["4.0 ", "4.1 "], ["9.0 "]]);
});

test("what nobody asked for here goes to anybody at once", () => {
  const other: number[] = [];
  const desk = new Desk((it) => other.push(it.job));
  desk.put(piece(1, 0));
  assert.deepEqual(other, [1]);
});

test("a question that fails keeps nothing back", async () => {
  const other: number[] = [];
  const desk = new Desk((it) => other.push(it.job));
  const { promise, reject } = Promise.withResolvers<number>();
  const asking = desk.ask(() => promise, () => undefined);
  desk.put(piece(1, 0));
  reject(new Error("refused"));
  await assert.rejects(asking, /refused/);
  assert.deepEqual(other, [1]);
});

test("two that ask at once each get their own", async () => {
  const seen: string[] = [];
  const desk = new Desk(() => seen.push("anybody"));
  const first = Promise.withResolvers<number>();
  const second = Promise.withResolvers<number>();
  const both = [
    desk.ask(() => first.promise, () => seen.push("first")),
    desk.ask(() => second.promise, () => seen.push("second")),
  ];
  desk.put(piece(2, 0));
  desk.put(piece(1, 0));
  first.resolve(1);
  second.resolve(2);
  await Promise.all(both);
  assert.deepEqual(seen.sort(), ["first", "second"]);
});

test("after its last piece a job is nobody's", async () => {
  const other: number[] = [];
  const desk = new Desk((it) => other.push(it.seq));
  await desk.ask(() => Promise.resolve(1), () => undefined);
  desk.put({ ...piece(1, 0), done: true });
  desk.put(piece(1, 1));
  assert.deepEqual(other, [1]);
});

test("a new server counts its jobs anew", async () => {
  const other: number[] = [];
  const desk = new Desk((it) => other.push(it.job));
  await desk.ask(() => Promise.resolve(1), () => undefined);
  desk.clear();
  desk.put(piece(1, 0));
  assert.deepEqual(other, [1]);
});
