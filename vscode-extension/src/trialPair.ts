/**
 * Own how a prompt and what came of it stand side by side: the prompt left, the result right of it.
 *
 * It must not try anything; the file is the server's, which writes it anew.
 */

import * as vscode from "vscode";
import type { Trial } from "./protocol.ts";
import type { Server } from "./server.ts";

interface TrialContext {
  readonly server: Server;
  readonly safely: (run: () => Promise<void>) => Promise<void>;
}

/** Shows each result beside its prompt; one that is on the screen is shown anew where it stands. */
export class TrialPair implements vscode.Disposable {
  readonly #following: vscode.Disposable;

  constructor({ server, safely }: TrialContext) {
    this.#following = server.onTrial((trial) => void safely(() => show(trial)));
  }

  dispose(): void {
    this.#following.dispose();
  }
}

async function show(trial: Trial): Promise<void> {
  const result = vscode.Uri.parse(trial.uri, true);
  const document = await vscode.workspace.openTextDocument(result);
  const viewColumn = columnOf(result) ?? vscode.ViewColumn.Beside;
  const editor = await vscode.window.showTextDocument(document, { viewColumn, preserveFocus: true, preview: false });
  editor.revealRange(new vscode.Range(0, 0, 0, 0), vscode.TextEditorRevealType.AtTop);
}

function columnOf(uri: vscode.Uri): vscode.ViewColumn | undefined {
  return vscode.window.visibleTextEditors.find((it) => it.document.uri.toString() === uri.toString())?.viewColumn;
}
