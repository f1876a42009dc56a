import assert from "node:assert/strict";
import { test } from "node:test";
import { LastWish } from "../src/wishes.ts";

/** Things that are done when the test says so. */
function doing(): { wishes: LastWish<string>; begun: string[]; finish: (trouble?: Error) => Promise<void> } {
  const begun: string[] = [];
  let open = Promise.withResolvers<void>();
  const wishes = new LastWish<string>((wish) => {
    begun.push(wish);
    open = Promise.withResolvers<void>();
    return open.promise;
  });
  const finish = async (trouble?: Error): Promise<void> => {
    if (trouble === undefined) open.resolve();
    else open.reject(trouble);
    await new Promise(setImmediate);
  };
  return { wishes, begun, finish };
}

test("a wish is done at once, the next one after it", async () => {
  const { wishes, begun, finish } = doing();
  const first = wishes.wish("start");
  const second = wishes.wish("stop");
  assert.deepEqual(begun, ["start"]);
  await finish();
  await first;
  assert.deepEqual(begun, ["start", "stop"]);
  await finish();
  await second;
});

test("of the wishes that wait only the last is done, and all of them end with it", async () => {
  const { wishes, begun, finish } = doing();
  const waiting = [wishes.wish("start"), wishes.wish("stop"), wishes.wish("restart"), wishes.wish("stop again")];
  await finish();
  assert.deepEqual(begun, ["start", "stop again"]);
  await finish();
  await Promise.all(waiting);
  assert.deepEqual(begun, ["start", "stop again"]);
});

test("a wish that fails says so to who wished it, and the next is done all the same", async () => {
  const { wishes, begun, finish } = doing();
  const first = wishes.wish("start");
  const second = wishes.wish("again");
  const said = assert.rejects(first, new Error("no server"));
  await finish(new Error("no server"));
  await said;
  assert.deepEqual(begun, ["start", "again"]);
  await finish();
  await second;
  const third = wishes.wish("later");
  assert.deepEqual(begun.at(-1), "later");
  await finish();
  await third;
});

test("who waits for quiet waits for the wishes that came meanwhile too", async () => {
  const { wishes, begun, finish } = doing();
  await wishes.settled();
  const all = [wishes.wish("start"), wishes.wish("restart")];
  let isQuiet = false;
  const quiet = wishes.settled().then(() => {
    isQuiet = true;
  });
  await finish();
  assert.deepEqual([begun, isQuiet], [["start", "restart"], false]);
  await finish();
  await Promise.all([...all, quiet]);
});
