/**
 * Own when a server that ended by itself is started again, and when that is given up.
 *
 * It must not start anything.
 */

/** Who ends as often as this in as short a time will not do better the next time. */
const MOST_CRASHES = 5;
export const WITHIN_MS = 3 * 60 * 1000;

/** What is to be done after a crash, and what is remembered of the crashes so far. */
export interface AfterCrash {
  readonly crashes: readonly number[];
  readonly restart: boolean;
}

/** Return what to do now that the server has ended; `crashes` are the times of earlier ends. */
export function afterCrash(crashes: readonly number[], now: number): AfterCrash {
  const recent = [...crashes.filter((it) => now - it < WITHIN_MS), now];
  return { crashes: recent, restart: recent.length < MOST_CRASHES };
}
