/**
 * Own which views are there: they show what the server sends beside plain LSP.
 *
 * It must not know what any of them shows.
 */

import * as vscode from "vscode";
import { Asking } from "../ask/asking.ts";
import { Desk } from "../ask/desk.ts";
import { takePart } from "../chat/participant.ts";
import { SCHEME as PLAN } from "../plan/planFiles.ts";
import { Planning } from "../plan/planning.ts";
import { Reviewing } from "../review/reviewing.ts";
import { SCHEME as PROPOSAL } from "../review/texts.ts";
import { TrialPair } from "../trialPair.ts";
import type { Server } from "../server.ts";
import { closeLeftovers } from "./leftovers.ts";

/** What each view is given. */
export interface ViewContext {
  readonly server: Server;
  readonly log: vscode.LogOutputChannel;
  readonly extensionUri: vscode.Uri;
  /** The titles of the jobs that run, the newest last. */
  readonly jobTitles: () => readonly string[];
  /** Does something; what goes wrong is shown in its own sentence, with what can be done about it. */
  readonly safely: (run: () => Promise<void>) => Promise<void>;
}

/** Open all views for business; each is disposed of with the extension. */
export function openViews(context: ViewContext): vscode.Disposable[] {
  void closeLeftovers(new Set([PLAN, PROPOSAL]));
  const desk = new Desk((piece) => {
    asking.explained(piece);
  });
  const asking = new Asking(context, desk);
  return [
    vscode.Disposable.from(new Reviewing(context), asking, new Planning(context), new TrialPair(context)),
    takePart(context, desk),
    context.server.onDidChangeState(({ kind }) => {
      if (kind !== "running") desk.clear();
    }),
    context.server.onAnswer((piece) => {
      desk.put(piece);
    }),
  ];
}
