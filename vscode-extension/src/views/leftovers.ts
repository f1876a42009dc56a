/**
 * Own what an earlier session left open: documents of ours whose texts went with it.
 *
 * It must not close anything else.
 */

import * as vscode from "vscode";

/** Close the tabs of documents with one of our schemes. */
export async function closeLeftovers(schemes: ReadonlySet<string>): Promise<void> {
  const tabs = vscode.window.tabGroups.all.flatMap((it) => it.tabs);
  const ours = tabs.filter(({ input }) => {
    if (input instanceof vscode.TabInputText) return schemes.has(input.uri.scheme);
    return input instanceof vscode.TabInputTextDiff && schemes.has(input.modified.scheme);
  });
  if (ours.length > 0) await vscode.window.tabGroups.close(ours, true);
}
