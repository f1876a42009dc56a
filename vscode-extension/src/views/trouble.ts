/**
 * Own how trouble in a view is shown: one sentence, with the log one click away.
 *
 * It must not know what went wrong.
 */

import * as vscode from "vscode";

/** Return the sentence of some trouble. */
export function sentenceOf(trouble: unknown): string {
  return trouble instanceof Error ? trouble.message : String(trouble);
}

/** Show trouble, and the log where somebody wants it. */
export async function showTrouble(trouble: unknown, log: vscode.LogOutputChannel): Promise<void> {
  log.error(String(trouble));
  const answer = await vscode.window.showErrorMessage(sentenceOf(trouble), "Show Log");
  if (answer === "Show Log") log.show();
}
