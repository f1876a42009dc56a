/**
 * Own how the parts of the extension come together when the editor wants it, and end with it.
 *
 * It must not do anything itself.
 */

import * as vscode from "vscode";
import { isSupported } from "./languages.ts";
import { RunningServer } from "./runningServer.ts";
import { openViews } from "./views/index.ts";

let server: RunningServer | undefined;

/** Called by the editor when a file of a supported language is opened, or a command is run. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("Glossator", { log: true });
  const running = new RunningServer(() => {
    const set = vscode.workspace.getConfiguration("glossator").get<string>("path", "");
    const command = set || (process.env["GLOSSATOR_SERVER"] ?? "glossator");
    return Promise.resolve({ command, args: ["server"] });
  }, log);
  server = running;
  const startFor = (document: vscode.TextDocument): void => {
    if (isSupported({ languageId: document.languageId, scheme: document.uri.scheme })) void running.start();
  };
  context.subscriptions.push(
    log,
    running,
    vscode.commands.registerCommand("glossator.ui.restart", () => running.restart()),
    vscode.commands.registerCommand("glossator.ui.showLog", () => {
      log.show();
    }),
    vscode.window.onDidChangeVisibleTextEditors((editors) => {
      for (const it of editors) startFor(it.document);
    }),
    ...openViews({ server: running, log, extensionUri: context.extensionUri }),
  );
  for (const it of vscode.window.visibleTextEditors) startFor(it.document);
}

/** Called by the editor when it ends. */
export async function deactivate(): Promise<void> {
  await server?.stop();
}
