/**
 * Own what the walkthrough is told of: that the server runs, and that a first comment was written.
 *
 * It must not know the steps beyond the names of what they wait for.
 */

import * as vscode from "vscode";
import { isOurs } from "./recentEditor.ts";
import type { Server } from "./server.ts";

/** Keep the context keys of the walkthrough up to date. */
export function followWalkthrough(server: Server): vscode.Disposable[] {
  const note = (name: string): void => {
    void vscode.commands.executeCommand("setContext", `glossator.${name}`, true);
  };
  const look = (editor: vscode.TextEditor | undefined): void => {
    if (editor !== undefined && isOurs(editor.document)) note("fileWasOpened");
  };
  look(vscode.window.activeTextEditor);
  return [
    vscode.window.onDidChangeActiveTextEditor(look),
    server.onDidChangeState(({ kind }) => {
      if (kind === "running") note("isInstalled");
    }),
    server.onProposal(({ noun, state }) => {
      if (noun === "comment" && state === "applied") note("commentWasWritten");
    }),
  ];
}
