/**
 * Own who an answer is for: pieces go to whoever asked, in whichever order job and pieces arrive.
 *
 * It must not know the editor or what an answer says.
 */

import type { AnswerPiece } from "../protocol.ts";

/** Takes the pieces of one answer. */
export type Taker = (piece: AnswerPiece) => void;

/**
 * Hands out pieces of answers. While somebody waits to be told the number of a job, pieces of unknown jobs are kept;
 * what nobody asked for here, such as an explanation from a menu, goes to `anybody`.
 */
export class Desk {
  readonly #anybody: Taker;
  readonly #takers = new Map<number, Taker>();
  #kept: AnswerPiece[] = [];
  #expected = 0;

  constructor(anybody: Taker) {
    this.#anybody = anybody;
  }

  /** Ask, by `start`, which answers with the number of the job; its pieces go to `taker`. */
  async ask(start: () => Promise<number>, taker: Taker): Promise<number> {
    this.#expected += 1;
    try {
      const job = await start();
      this.#takers.set(job, taker);
      return job;
    } finally {
      this.#expected -= 1;
      this.#handOut();
    }
  }

  /** Take in a piece. */
  put(piece: AnswerPiece): void {
    this.#kept.push(piece);
    this.#handOut();
  }

  /** Forget who waits for what: the server has ended, and the next one counts its jobs anew. */
  clear(): void {
    this.#takers.clear();
    this.#kept = [];
  }

  #handOut(): void {
    const kept = this.#kept;
    this.#kept = [];
    for (const piece of kept) {
      const taker = this.#takers.get(piece.job);
      if (taker === undefined && this.#expected > 0) {
        this.#kept.push(piece);
        continue;
      }
      if (piece.done === true) this.#takers.delete(piece.job);
      (taker ?? this.#anybody)(piece);
    }
  }
}
