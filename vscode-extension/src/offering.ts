/**
 * Own what a person is offered when something is missing: the server, a model, a start anew.
 *
 * It must not do what is offered, and nothing is offered twice while the offer stands.
 */

import * as vscode from "vscode";
import { quoted } from "./markdown.ts";
import type { Installing } from "./installing.ts";
import type { RunningServer } from "./runningServer.ts";
import type { ServerState } from "./server.ts";
import { sentenceOf } from "./trouble.ts";

const INSTALL = "Install";
const CHOOSE = "Choose a Program...";
const NOT_NOW = "Not Now";
const SHOW_LOG = "Show Log";
const RESTART = "Restart";

/** Shows what a person can do about a server that does not run. */
export class Offering {
  readonly #server: RunningServer;
  readonly #installing: Installing;
  readonly #log: vscode.LogOutputChannel;
  #wasAsked = false;
  #isAsking = false;

  constructor(server: RunningServer, installing: Installing, log: vscode.LogOutputChannel) {
    this.#server = server;
    this.#installing = installing;
    this.#log = log;
  }

  /** Take in how the server stands; one that is missing is offered once by itself. */
  follow(state: ServerState): void {
    if (state.kind === "absent" && !this.#wasAsked) void this.installation();
    if (state.kind === "failed") void this.#anew(state.why);
  }

  /** Ask whether the server may be installed, and do what is answered. */
  async installation(): Promise<void> {
    if (this.#isAsking) return;
    this.#wasAsked = true;
    this.#isAsking = true;
    const asked =
      "Glossator needs its language server. Install it with pip into a folder of the extension's own (about 330 MB)?";
    const answer = await vscode.window.showInformationMessage(asked, INSTALL, CHOOSE, NOT_NOW);
    this.#isAsking = false;
    if (answer === INSTALL) await this.install();
    if (answer === CHOOSE && (await this.#installing.chooseProgram())) await this.#server.restart();
  }

  /** Install the server, as a person wishes, and start it. */
  async install(): Promise<void> {
    await this.#installing.agree();
    await this.#server.restart();
  }

  /** Do something; what goes wrong stands in the log, and is shown. */
  async safely(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (trouble) {
      this.#log.warn(String(trouble));
      await this.trouble(trouble);
    }
  }

  /** Show trouble in its own sentence, with the log one click away. */
  async trouble(trouble: unknown): Promise<void> {
    if (this.#server.state.kind === "absent") {
      await this.installation();
      return;
    }
    // It was said when it happened, with the same way to the log.
    if (this.#server.state.kind === "failed") return;
    const answer = await vscode.window.showErrorMessage(quoted(sentenceOf(trouble)), SHOW_LOG);
    if (answer === SHOW_LOG) this.#log.show();
  }

  /** Say why the server should be started anew, and do that where a person wishes. */
  async restart(why: string): Promise<void> {
    const answer = await vscode.window.showInformationMessage(why, RESTART);
    if (answer === RESTART) await this.#server.restart();
  }

  async #anew(why: string): Promise<void> {
    const answer = await vscode.window.showErrorMessage(quoted(why), SHOW_LOG, RESTART);
    if (answer === SHOW_LOG) this.#log.show();
    if (answer === RESTART) await this.#server.restart();
  }
}
