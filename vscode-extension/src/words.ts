/**
 * Own what a person may write into the boxes of this extension.
 *
 * It must not show a box.
 */

// As many as the server takes.
export const MOST_CHARACTERS = 10_000;

/** Return what is wrong with some words, null where they can be sent. */
export function problemOfWords(words: string): string | null {
  if (words.trim() === "") return "Write what you want, in your own words.";
  if (words.length > MOST_CHARACTERS) return `Write at most ${MOST_CHARACTERS.toLocaleString("en-US")} characters.`;
  return null;
}
