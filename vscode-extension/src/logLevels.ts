/**
 * Own how grave a line is that the server writes to its log.
 *
 * It must not know the log.
 */

/** How grave a line is, by the name of what writes it. */
export type Level = "trace" | "debug" | "info" | "warn" | "error";

const LEVELS: Readonly<Record<string, Level>> = {
  DEBUG: "debug",
  INFO: "info",
  WARNING: "warn",
  ERROR: "error",
  CRITICAL: "error",
};

/** Return how grave a line is: as its first word says, else a piece of information. */
export function levelOf(line: string): Level {
  const [word = ""] = /^[A-Z]+(?= )/.exec(line) ?? [];
  return LEVELS[word] ?? "info";
}
