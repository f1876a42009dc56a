/**
 * Own which views are there: they show what the server sends beside plain LSP.
 *
 * It must not know what any of them shows.
 */

import type * as vscode from "vscode";
import type { Server } from "../server.ts";

/** What each view is given. */
export interface ViewContext {
  readonly server: Server;
  readonly log: vscode.LogOutputChannel;
  readonly extensionUri: vscode.Uri;
}

/** Open all views for business; each is disposed of with the extension. */
export function openViews({ log }: ViewContext): vscode.Disposable[] {
  log.debug("no views");
  return [];
}
