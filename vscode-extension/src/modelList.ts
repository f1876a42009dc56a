/**
 * Own what the list of models says about whether the small one is to be offered.
 *
 * It must not fetch anything.
 */

import { listOf, object, text } from "./shapes.ts";

export const SMALL_MODEL = "smollm2";

/** What `glossator models list --json` prints, as far as it matters here. */
export const readModels = object({ models: listOf(object({ name: text, state: text })) });

export type ListedModel = ReturnType<typeof readModels>["models"][number];

/** Tell whether the small model is missing, and nothing else can answer. */
export function wantsSmallModel(models: readonly ListedModel[]): boolean {
  const isMissing = models.some((it) => it.name === SMALL_MODEL && it.state === "not-fetched");
  return isMissing && !models.some((it) => it.state === "ready");
}
