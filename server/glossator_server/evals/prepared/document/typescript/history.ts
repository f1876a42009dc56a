// SPDX-License-Identifier: Apache-2.0

/** One change that can be undone. */
export interface Change {
  apply(): void;
  revert(): void;
  label: string;
}

const undone: Change[] = [];
const done: Change[] = [];

/**
 * Apply a change and remember it.
 *
 * @param change - The change to apply.
 * @param limit - The number of changes to remember.
 */
export function perform(change: Change, limit: number): void {
  change.apply();
  done.push(change);
  undone.length = 0;
  if (done.length > limit) {
    done.shift();
  }
}

/**
 * Revert the last change.
 *
 * @returns The label of the change, or undefined if there is nothing to undo.
 */
export function undo(): string | undefined {
  const change = done.pop();
  if (change === undefined) {
    return undefined;
  }
  change.revert();
  undone.push(change);
  return change.label;
}

/**
 * Apply the change again that was reverted last.
 *
 * @returns The label of the change, or undefined if there is nothing to redo.
 */
export function redo(): string | undefined {
  const change = undone.pop();
  if (change === undefined) {
    return undefined;
  }
  change.apply();
  done.push(change);
  return change.label;
}

/**
 * List the labels of the changes that can be undone.
 *
 * @param count - The number of labels to return at most.
 * @returns The labels, the last change first.
 */
export function labels(count: number): string[] {
  return done.slice(-count).reverse().map((it) => it.label);
}
