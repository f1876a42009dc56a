/**
 * Own the proposals of a session and the reviews of those that wait, and send what was decided.
 *
 * It must not know the editor: who shows them is told that something has changed.
 */

import type { Proposal } from "../protocol.ts";
import type { JobCommand, ServerCommand } from "../server.ts";
import { afterRefusal, afterSending, beginReview, decide, followUp, isDecided, outcomeOf, partsOf } from "./decisions.ts";
import type { Decision, Part, Review } from "./decisions.ts";
import { afterServerEnded, entryOf, keyFor, put } from "./shelf.ts";
import type { Shelf } from "./shelf.ts";

/**
 * How often it is asked whether a job that applies a change still runs: the server tells what became of it, and this
 * is only for when it cannot. Each question makes it look at its models.
 */
const POLL_MS = 3000;

/** What is asked of the server. */
export interface Asked {
  startJob(name: JobCommand, argument: object): Promise<number>;
  command(name: ServerCommand, argument: object): Promise<unknown>;
  status(): Promise<{ readonly jobs: readonly { readonly job: number }[] } | null>;
}

/** What a message of the server's was about. */
export interface News {
  readonly key: string;
  readonly kind: "new" | "changed" | "over";
}

export class Reviews {
  readonly #server: Asked;
  readonly #changed: (key: string) => void;
  readonly #pause: (milliseconds: number) => Promise<void>;
  readonly #reviews = new Map<string, Review>();
  #shelf: Shelf = [];

  constructor(
    server: Asked,
    changed: (key: string) => void,
    pause: (milliseconds: number) => Promise<void> = (it) => new Promise((done) => setTimeout(done, it)),
  ) {
    this.#server = server;
    this.#changed = changed;
    this.#pause = pause;
  }

  get shelf(): Shelf {
    return this.#shelf;
  }

  /** The reviews of what waits, by key. */
  get open(): ReadonlyMap<string, Review> {
    return this.#reviews;
  }

  /** Return what is known of a proposal. */
  proposal(key: string): Proposal | undefined {
    return entryOf(this.#shelf, key)?.proposal;
  }

  /** Take in what the server says of a proposal. */
  take(proposal: Proposal, at: number): News {
    const key = keyFor(proposal, at, this.#shelf);
    const review = this.#reviews.get(key);
    this.#shelf = put(this.#shelf, proposal, at);
    if (proposal.state !== "waiting") {
      this.#reviews.delete(key);
      this.#changed(key);
      return { key, kind: "over" };
    }
    this.#reviews.set(key, review === undefined ? beginReview(proposal) : followUp(review, proposal));
    this.#changed(key);
    return { key, kind: review === undefined ? "new" : "changed" };
  }

  /** Mark parts; once all are decided the server is asked to do it. */
  async decide(key: string, parts: readonly Part[], decision: Decision): Promise<void> {
    const review = this.#reviews.get(key);
    if (review === undefined || review.sent) return;
    const decided = decide(review, parts, decision);
    this.#put(key, decided);
    if (isDecided(decided)) await this.send(key, "discard");
  }

  /** Mark all parts of a change, and have that done. */
  async decideAll(key: string, decision: Decision): Promise<void> {
    const review = this.#reviews.get(key);
    if (review !== undefined) await this.decide(key, partsOf(review.proposal), decision);
  }

  /** Ask the server for what was decided; throws the sentence to show where it cannot be asked. */
  async send(key: string, rest: "discard" | "wait"): Promise<void> {
    const review = this.#reviews.get(key);
    if (review === undefined || review.sent) return;
    const { command, argument } = outcomeOf(review, rest);
    this.#put(key, afterSending(review));
    try {
      if (command === "glossator.proposal.discard") {
        await this.#server.command(command, argument);
      } else {
        await this.#untilOver(key, await this.#server.startJob(command, argument));
      }
    } finally {
      this.#stillWaits(key);
    }
  }

  /** Note that the server has ended, and with it all that waited. */
  serverEnded(): void {
    const keys = [...this.#reviews.keys()];
    this.#reviews.clear();
    this.#shelf = afterServerEnded(this.#shelf);
    for (const key of keys) this.#changed(key);
  }

  /** Wait until a job is over: where the change still waits then, the server has said why. */
  async #untilOver(key: string, job: number): Promise<void> {
    while (this.#reviews.get(key)?.sent === true) {
      await this.#pause(POLL_MS);
      const status = await this.#server.status();
      if (status?.jobs.some((it) => it.job === job) !== true) return;
    }
  }

  #stillWaits(key: string): void {
    const review = this.#reviews.get(key);
    if (review?.sent === true) this.#put(key, afterRefusal(review));
  }

  #put(key: string, review: Review): void {
    this.#reviews.set(key, review);
    this.#changed(key);
  }
}
