/**
 * Own which views are there: they show what the server sends beside plain LSP.
 *
 * It must not know what any of them shows.
 */

import * as vscode from "vscode";
import { Asking } from "../ask/asking.ts";
import { Desk } from "../ask/desk.ts";
import { Reviewing } from "../review/reviewing.ts";
import type { Server } from "../server.ts";

/** What each view is given. */
export interface ViewContext {
  readonly server: Server;
  readonly log: vscode.LogOutputChannel;
  readonly extensionUri: vscode.Uri;
}

/** Open all views for business; each is disposed of with the extension. */
export function openViews(context: ViewContext): vscode.Disposable[] {
  const desk = new Desk((piece) => {
    asking.explained(piece);
  });
  const asking = new Asking(context, desk);
  return [
    vscode.Disposable.from(new Reviewing(context), asking),
    context.server.onAnswer((piece) => {
      desk.put(piece);
    }),
  ];
}
