/**
 * Own how a person comes to a first model: the small one is offered where no other answers.
 *
 * It must not choose a model where one is there.
 */

import { homedir } from "node:os";
import * as vscode from "vscode";
import { stepOfFetch } from "./environment/telling.ts";
import type { Program } from "./finding.ts";
import { SMALL_MODEL, readModels, wantsSmallModel } from "./modelList.ts";
import { run } from "./processes.ts";
import { withStop } from "./stoppable.ts";

const FETCH = "Fetch It";
const OTHER = "Use Another Model...";
const NOT_NOW = "Not Now";
// To look starts a process, and the server says every few seconds how it is doing.
const LOOKED_AGAIN_AFTER_MS = 60_000;

/** Offers the small model, and fetches it. */
export class Models {
  readonly #find: () => Promise<Program | { readonly absent: string }>;
  readonly #log: vscode.LogOutputChannel;
  readonly #ending: AbortSignal;
  #wasAsked = false;
  #lookedMs = 0;

  constructor(
    find: () => Promise<Program | { readonly absent: string }>,
    log: vscode.LogOutputChannel,
    ending: AbortSignal,
  ) {
    this.#find = find;
    this.#log = log;
    this.#ending = ending;
  }

  /** Look again at once: a server that starts has read its configuration anew. */
  serverStarts(): void {
    this.#lookedMs = 0;
  }

  /** Offer the small model, once, where it is missing; tells whether a model is there now that was not. */
  async offer(): Promise<boolean> {
    if (this.#wasAsked || Date.now() - this.#lookedMs < LOOKED_AGAIN_AFTER_MS) return false;
    this.#lookedMs = Date.now();
    return (await this.#isWanted()) && (await this.#ask());
  }

  /** Fetch the small model with progress; tells whether it is there. Rejects with the sentence to show. */
  async fetch(): Promise<boolean> {
    const program = await this.#find();
    if ("absent" in program) throw new Error(program.absent);
    return withStop("Fetching the model", this.#ending, async (progress, signal) => {
      let done = 0;
      const onLine = (line: string): void => {
        this.#log.info(line);
        const { words, percentage } = stepOfFetch(line);
        const increment = Math.max(0, (percentage ?? done) - done);
        done += increment;
        progress.report({ message: words, increment });
      };
      const args = [...program.before, "models", "fetch", SMALL_MODEL];
      const fetching = run({ command: program.command, args, cwd: homedir(), signal, onLine });
      const ended = await fetching.catch((trouble: unknown) => {
        if (signal.aborted) return null;
        throw trouble;
      });
      if (ended === null) return false;
      if (ended.status !== 0) throw new Error(saidBy(ended.lines));
      return true;
    });
  }

  async #ask(): Promise<boolean> {
    // Somebody else may have looked at the same time.
    if (this.#wasAsked) return false;
    this.#wasAsked = true;
    const asked =
      "Glossator has no model yet. Fetch SmolLM2 (98 MB, Apache-2.0)? It runs on this machine: no code leaves it.";
    const answer = await vscode.window.showInformationMessage(asked, FETCH, OTHER, NOT_NOW);
    if (answer === OTHER) await vscode.commands.executeCommand("glossator.ui.openConfig");
    return answer === FETCH && (await this.fetch());
  }

  async #isWanted(): Promise<boolean> {
    const program = await this.#find();
    if ("absent" in program) return false;
    const args = [...program.before, "models", "list", "--json"];
    const { status, output } = await run({ command: program.command, args, cwd: homedir() });
    return status === 0 && wantsSmallModel(readModels(JSON.parse(output), "models list").models);
  }
}

function saidBy(lines: readonly string[]): string {
  const said = lines.findLast((it) => it.startsWith("glossator: "));
  return said?.slice("glossator: ".length) ?? "The model could not be fetched; the log says why.";
}
