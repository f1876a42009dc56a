/**
 * Own which plans wait for an answer, and that each is answered once, whatever happens to its document.
 *
 * It must not know the editor.
 */

import type { Plan } from "../protocol.ts";

/** A plan that waits, under the name of its document. */
export interface Question {
  readonly name: string;
  readonly plan: Plan;
}

interface Open extends Question {
  readonly answer: (text: string | null) => void;
}

export class Questions {
  readonly #open = new Map<string, Open>();

  /** The plans that wait, the newest last. */
  get waiting(): readonly Question[] {
    return [...this.#open.values()];
  }

  /** Return the plan that waits under a name. */
  named(name: string): Question | undefined {
    return this.#open.get(name);
  }

  /** Wait until a plan is answered. A plan that waited under the same name is discarded. */
  async ask(name: string, plan: Plan): Promise<string | null> {
    this.answer(name, null);
    return new Promise((resolve) => {
      this.#open.set(name, { name, plan, answer: resolve });
    });
  }

  /** Answer with the text that is to be carried out, or with null to discard it; later answers are none. */
  answer(name: string, text: string | null): void {
    const open = this.#open.get(name);
    this.#open.delete(name);
    open?.answer(text);
  }

  /** Discard all plans: nobody waits for their answers any more. */
  discardAll(): void {
    for (const name of [...this.#open.keys()]) this.answer(name, null);
  }
}
