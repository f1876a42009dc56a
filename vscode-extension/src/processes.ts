/**
 * Own how other programs are run to their end: line by line, and with all that they started ended on a cancel.
 *
 * It must not know any of them.
 */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** How a program is run. */
export interface Run {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Added to the environment of the editor's. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Told each line of the output and of the errors as it comes. */
  readonly onLine?: (line: string) => void;
}

/** How a program ended; `status` is null where a signal ended it. */
export interface Ended {
  readonly status: number | null;
  readonly output: string;
  /** All lines of the output and of the errors, as they came. */
  readonly lines: readonly string[];
}

/** Run a program to its end; rejects where it cannot be started, and with the signal's reason on a cancel. */
export function run({ command, args, cwd, environment, signal, onLine }: Run): Promise<Ended> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    // A group of its own, so that what it started ends with it.
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const lines: string[] = [];
    const take = (line: string): void => {
      lines.push(line);
      onLine?.(line);
    };
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (piece: string) => {
      output += piece;
    });
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", take);
    const cancel = (): void => {
      endGroup(child.pid);
    };
    signal?.addEventListener("abort", cancel, { once: true });
    child.once("error", reject);
    child.once("close", (status) => {
      signal?.removeEventListener("abort", cancel);
      if (signal?.aborted === true) reject(signal.reason as Error);
      else resolve({ status, output, lines });
    });
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGTERM");
  } catch {
    // It has just ended by itself.
  }
}
