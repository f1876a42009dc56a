/**
 * Own that only one thing is done at a time, and that of several wishes the last one wins.
 *
 * It must not know what is wished for.
 */

interface Waiting<W> {
  readonly wish: W;
  readonly done: PromiseWithResolvers<void>;
}

/** Does one wish after the other; of those that wait, only the last. */
export class LastWish<W> {
  readonly #act: (wish: W) => Promise<void>;
  #isBusy = false;
  #next: Waiting<W> | undefined;
  #idle: Promise<void> = Promise.resolve();

  constructor(act: (wish: W) => Promise<void>) {
    this.#act = act;
  }

  /**
   * Have a wish done as soon as what is being done is through.
   *
   * A wish that a later one takes the place of ends as that one does.
   */
  wish(wish: W): Promise<void> {
    this.#next = { wish, done: this.#next?.done ?? Promise.withResolvers<void>() };
    const { promise } = this.#next.done;
    if (!this.#isBusy) this.#idle = this.#work();
    return promise;
  }

  /** Wait until nothing is done any more and no wish is left, however that ended. */
  async settled(): Promise<void> {
    await this.#idle;
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    for (let next = this.#taken(); next !== undefined; next = this.#taken()) {
      try {
        await this.#act(next.wish);
        next.done.resolve();
      } catch (trouble) {
        next.done.reject(trouble);
      }
    }
    this.#isBusy = false;
  }

  #taken(): Waiting<W> | undefined {
    const next = this.#next;
    this.#next = undefined;
    return next;
  }
}
