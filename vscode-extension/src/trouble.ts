/**
 * Own which sentence of some trouble a person is shown.
 *
 * It must not show it.
 */

/** Return the sentence of some trouble. */
export function sentenceOf(trouble: unknown): string {
  return trouble instanceof Error ? trouble.message : String(trouble);
}
