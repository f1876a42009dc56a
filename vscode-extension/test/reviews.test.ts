import assert from "node:assert/strict";
import { test } from "node:test";
import { Reviews } from "../src/review/reviews.ts";
import type { Asked } from "../src/review/reviews.ts";
import { edit, file, hunk } from "./proposals.ts";

const proposal = edit([file("a.c", [hunk(1, [0, 1], [0, 1]), hunk(2, [9, 1], [9, 1])])]);
const KEY = "proposal 17-1";
const part = (number: number) => [{ path: "a.c", hunk: number }];

/** A server that notes what it is asked, and whose jobs end when they are told to. */
class Desk implements Asked {
  readonly asked: [string, object][] = [];
  running: number[] = [];
  trouble: Error | undefined;

  startJob(name: string, argument: object): Promise<number> {
    this.asked.push([name, argument]);
    if (this.trouble !== undefined) return Promise.reject(this.trouble);
    this.running.push(7);
    return Promise.resolve(7);
  }

  command(name: string, argument: object): Promise<unknown> {
    this.asked.push([name, argument]);
    return Promise.resolve({});
  }

  status(): Promise<{ jobs: { job: number }[] }> {
    return Promise.resolve({ jobs: this.running.map((job) => ({ job })) });
  }
}

function session(pause: () => Promise<void> = () => Promise.resolve()): { desk: Desk; reviews: Reviews; seen: string[] } {
  const desk = new Desk();
  const seen: string[] = [];
  const reviews = new Reviews(desk, (key) => seen.push(key), pause);
  return { desk, reviews, seen };
}

test("the last decision sends all of them at once", async () => {
  const { desk, reviews } = session(() => {
    desk.running = [];
    reviews.take({ ...proposal, state: "applied" }, 2);
    return Promise.resolve();
  });
  assert.deepEqual(reviews.take(proposal, 1), { key: KEY, kind: "new" });
  await reviews.decide(KEY, part(1), "accepted");
  assert.deepEqual(desk.asked, []);
  await reviews.decide(KEY, part(2), "discarded");
  assert.deepEqual(desk.asked, [
    ["glossator.proposal.apply", { id: "17-1", hunks: { "a.c": [1] }, rest: "discard" }],
  ]);
  assert.equal(reviews.open.size, 0);
  assert.equal(reviews.proposal(KEY)?.state, "applied");
});

test("a refusal leaves it open, marks and all", async () => {
  const { desk, reviews } = session(() => {
    desk.running = [];
    return Promise.resolve();
  });
  reviews.take(proposal, 1);
  await reviews.decideAll(KEY, "accepted");
  assert.equal(reviews.open.get(KEY)?.sent, false);
  await reviews.decide(KEY, part(2), "undecided");
  assert.equal(reviews.open.get(KEY)?.marks.get("1\na.c"), "accepted");
});

test("it is waited for as long as the job runs", async () => {
  let pauses = 0;
  const { desk, reviews } = session(() => {
    pauses += 1;
    if (pauses === 3) desk.running = [];
    return Promise.resolve();
  });
  reviews.take(proposal, 1);
  await reviews.send(KEY, "discard");
  assert.equal(pauses, 3);
});

test("trouble on the way is told, and nothing is lost", async () => {
  const { desk, reviews } = session();
  desk.trouble = new Error("The server ended.");
  reviews.take(proposal, 1);
  await assert.rejects(reviews.send(KEY, "discard"), desk.trouble);
  assert.equal(reviews.open.get(KEY)?.sent, false);
});

test("nothing is sent twice", async () => {
  let go = (): void => undefined;
  const { desk, reviews } = session(() => new Promise((done) => (go = done)));
  reviews.take(proposal, 1);
  const first = reviews.send(KEY, "discard");
  await reviews.send(KEY, "discard");
  await reviews.decideAll(KEY, "discarded");
  assert.equal(desk.asked.length, 1);
  desk.running = [];
  await new Promise(setImmediate);
  go();
  await first;
});

test("discarding everything needs no job", async () => {
  const { desk, reviews } = session();
  reviews.take(proposal, 1);
  await reviews.decideAll(KEY, "discarded");
  assert.deepEqual(desk.asked, [["glossator.proposal.discard", { id: "17-1" }]]);
});

test("with the server all that waited is gone, and can still be read", () => {
  const { reviews, seen } = session();
  reviews.take(proposal, 1);
  reviews.serverEnded();
  assert.equal(reviews.open.size, 0);
  assert.equal(reviews.proposal(KEY)?.state, "discarded");
  assert.deepEqual(seen, [KEY, KEY]);
});
