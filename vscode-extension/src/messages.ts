/**
 * Own how a sentence of the server's is shown to a person: with the log one click away where it tells of trouble.
 *
 * It must not choose the sentence.
 */

import * as vscode from "vscode";
import { MessageType } from "vscode-languageclient/node";
import { quoted } from "./markdown.ts";
import { number, object, text } from "./shapes.ts";

const SHOW_LOG = "Show Log";

/** A message as LSP has it. */
export const readMessage = object({ type: number, message: text });

/** Show a message; its trouble stands in the log too. */
export async function showMessage(said: ReturnType<typeof readMessage>, log: vscode.LogOutputChannel): Promise<void> {
  const sentence = quoted(said.message);
  if (said.type !== MessageType.Error && said.type !== MessageType.Warning) {
    await vscode.window.showInformationMessage(sentence);
    return;
  }
  const isError = said.type === MessageType.Error;
  log[isError ? "error" : "warn"](said.message);
  const show = isError ? vscode.window.showErrorMessage : vscode.window.showWarningMessage;
  if ((await show(sentence, SHOW_LOG)) === SHOW_LOG) log.show();
}
