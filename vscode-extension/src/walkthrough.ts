/**
 * Own what the walkthrough is told of: that the server runs, and that a first comment was written.
 *
 * It must not know the steps beyond the names of what they wait for.
 */

import * as vscode from "vscode";
import { isOurs } from "./recentEditor.ts";
import type { Server } from "./server.ts";

/** What a step waits for. */
type Done = "isInstalled" | "fileWasOpened" | "commentWasWritten";

/** Keeps the context keys of the walkthrough up to date. */
export class Walkthrough implements vscode.Disposable {
  readonly #done = new Set<Done>();
  readonly #id: string;
  readonly #subscriptions: readonly vscode.Disposable[];

  constructor(server: Server, extension: string) {
    this.#id = `${extension}#start`;
    const look = (editor: vscode.TextEditor | undefined): void => {
      if (editor !== undefined && isOurs(editor.document)) this.#note("fileWasOpened");
    };
    look(vscode.window.activeTextEditor);
    this.#subscriptions = [
      vscode.window.onDidChangeActiveTextEditor(look),
      server.onDidChangeState(({ kind }) => {
        if (kind === "running") this.#note("isInstalled");
      }),
      server.onProposal(({ noun, state }) => {
        if (noun === "comment" && state === "applied") this.#note("commentWasWritten");
      }),
    ];
  }

  /** Show it, with what is done already. */
  async open(): Promise<void> {
    await vscode.commands.executeCommand("workbench.action.openWalkthrough", this.#id, false);
    // A key that was true before the editor knew that a step waits for it never completes the step.
    for (const it of this.#done) setKey(`${it}Before`);
  }

  dispose(): void {
    for (const it of this.#subscriptions) it.dispose();
  }

  #note(done: Done): void {
    this.#done.add(done);
    setKey(done);
  }
}

function setKey(name: string): void {
  void vscode.commands.executeCommand("setContext", `glossator.${name}`, true);
}
