/**
 * Own what the list of prompts says, as a person picks from it.
 *
 * It must not open or write any.
 */

import { listOf, object, orNull, text } from "./shapes.ts";

const listed = object({ name: text, use: orNull(text), whose: text, path: orNull(text), asked_of: listOf(text) });

/** What `glossator prompt list --json` prints, as far as it matters here. */
export const readPrompts = object({ prompts: listOf(listed) });

/** What `glossator prompt copy --json` prints. */
export const readCopy = object({ path: text });

export type ListedPrompt = ReturnType<typeof listed>;

/** A prompt as it stands in a list to pick from. */
export interface PromptItem {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  readonly prompt: ListedPrompt;
}

/** Return the items, a person's own first. */
export function promptItems(prompts: readonly ListedPrompt[]): readonly PromptItem[] {
  const own = prompts.filter((it) => it.path !== null);
  const others = prompts.filter((it) => it.path === null);
  return [...own, ...others].map((prompt) => ({
    label: prompt.name,
    description: prompt.use === null || prompt.use === prompt.name ? prompt.whose : `${prompt.use}, ${prompt.whose}`,
    detail: prompt.asked_of.length === 0 ? "No model is asked by it." : `Asked of ${prompt.asked_of.join(", ")}.`,
    prompt,
  }));
}

/** Say what is wrong with a new prompt's name, or null; an empty one takes the place of the product's. */
export function problemOfName(name: string): string | null {
  if (name === "" || /^[a-z0-9][a-z0-9_-]{0,59}$/.test(name)) return null;
  return "Small letters, digits, - and _ alone.";
}
