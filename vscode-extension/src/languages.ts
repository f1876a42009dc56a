/**
 * Own which documents the server is for.
 *
 * It must not know what can be done with them.
 */

/** The editor's names of the languages that comments are written in. */
export const LANGUAGES = [
  "c",
  "cpp",
  "python",
  "javascript",
  "javascriptreact",
  "typescript",
  "typescriptreact",
  "go",
  "rust",
  "java",
] as const;

/** Prompts of a person's own, wherever their folder of configuration is. */
export const PROMPT_FILES = "**/glossator/prompts/*.md";

const PROMPT_PATH = /[\\/]glossator[\\/]prompts[\\/][^\\/]+\.md$/;

/** Tell whether a path is that of a prompt of a person's own. */
export function isPromptPath(path: string): boolean {
  return PROMPT_PATH.test(path);
}

/** Files on a disk, and new ones that are on none yet. */
export const SCHEMES = ["file", "untitled"] as const;

/** What a document has to be to have the server. */
export interface Kind {
  readonly languageId: string;
  readonly scheme: string;
}

/** Tell whether the server is for a document. */
export function isSupported({ languageId, scheme }: Kind): boolean {
  return has(LANGUAGES, languageId) && has(SCHEMES, scheme);
}

function has(words: readonly string[], word: string): boolean {
  return words.includes(word);
}
