/**
 * Own what each command is given, and how one that goes wrong is said.
 *
 * It must not know any command.
 */

import * as vscode from "vscode";
import type { Installing } from "../installing.ts";
import type { KeptLinks } from "../hoverLinks.ts";
import type { Models } from "../models.ts";
import type { Offering } from "../offering.ts";
import type { RecentEditor } from "../recentEditor.ts";
import type { RunningServer } from "../runningServer.ts";
import type { StatusBar } from "../statusBar.ts";
import type { Walkthrough } from "../walkthrough.ts";

/** What the commands work with. */
export interface CommandParts {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly server: RunningServer;
  readonly installing: Installing;
  readonly offering: Offering;
  readonly models: Models;
  readonly statusBar: StatusBar;
  readonly links: KeptLinks;
  readonly recent: RecentEditor;
  readonly walkthrough: Walkthrough;
}

/** Does what a command says, with the arguments that it was run with. */
export type Handler = (...args: unknown[]) => Promise<void> | void;

/** Register commands; what goes wrong in one is shown in its own sentence. */
export function register(parts: CommandParts, handlers: Readonly<Record<string, Handler>>): vscode.Disposable[] {
  return Object.entries(handlers).map(([name, handler]) =>
    vscode.commands.registerCommand(`glossator.ui.${name}`, async (...args: unknown[]) => {
      try {
        await handler(...args);
      } catch (trouble) {
        parts.log.warn(`${name}: ${String(trouble)}`);
        await parts.offering.trouble(trouble);
      }
    }),
  );
}
