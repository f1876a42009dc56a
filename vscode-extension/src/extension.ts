/**
 * Own how the parts of the extension come together when the editor wants it, and end with it.
 *
 * It must not do anything itself.
 */

import * as vscode from "vscode";
import { clientOf } from "./client.ts";
import { isConfig } from "./configFile.ts";
import { houseCommands } from "./commands/house.ts";
import { promptCommands } from "./commands/prompts.ts";
import { register } from "./commands/parts.ts";
import type { CommandParts } from "./commands/parts.ts";
import { pickCommands } from "./commands/picking.ts";
import { sayTrustFirst, workCommands } from "./commands/work.ts";
import { KeptLinks } from "./hoverLinks.ts";
import { Installing } from "./installing.ts";
import { Jobs } from "./jobs.ts";
import { isPromptPath } from "./languages.ts";
import { middlewareOf } from "./middleware.ts";
import { Models } from "./models.ts";
import { Offering } from "./offering.ts";
import { RecentEditor, isOurs } from "./recentEditor.ts";
import { RunningServer } from "./runningServer.ts";
import { StatusBar } from "./statusBar.ts";
import { openViews } from "./views/index.ts";
import { Walkthrough } from "./walkthrough.ts";

interface Manifest {
  readonly contributes: { readonly configuration: readonly { readonly properties: object }[] };
}

let ended: (() => Promise<void>) | undefined;

/** Called by the editor when a file of a supported language is opened, or a command is run. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("Glossator", { log: true });
  const { contributes } = context.extension.packageJSON as Manifest;
  const ending = new AbortController();
  const installing = new Installing(context, log, ending.signal);
  const links = new KeptLinks();
  const jobs = new Jobs((token) => {
    void server.client?.sendNotification("window/workDoneProgress/cancel", { token });
  }, log);
  const middleware = middlewareOf({
    client: () => server.client,
    jobs,
    links,
    settings: contributes.configuration.flatMap((it) => Object.keys(it.properties)),
    sayTrustFirst: () => void sayTrustFirst(),
    sayTrouble: (trouble) => void offering.trouble(trouble),
  });
  const server: RunningServer = new RunningServer(
    installing,
    (program, listener) => clientOf(program, listener, { log, middleware }),
    log,
  );
  const offering: Offering = new Offering(server, installing, log);
  const models = new Models(() => installing.installed(), log, ending.signal);
  const statusBar = new StatusBar(server, jobs, log);
  const recent = new RecentEditor();
  const walkthrough = new Walkthrough(server, context.extension.id);
  const parts = { context, log, server, installing, offering, models, statusBar, links, recent, walkthrough };
  ended = async () => {
    ending.abort(new Error("the editor ends"));
    await server.stop();
  };
  context.subscriptions.push(
    log,
    server,
    jobs,
    statusBar,
    recent,
    ...statusBar.follow(),
    ...register(parts, { ...workCommands(parts), ...pickCommands(parts), ...houseCommands(parts), ...promptCommands(parts) }),
    ...follow(parts, jobs),
    walkthrough,
    ...openViews({
      server,
      log,
      extensionUri: context.extensionUri,
      jobTitles: () => jobs.titles,
      safely: (run) => offering.safely(run),
    }),
  );
  startForVisible(server, vscode.window.visibleTextEditors);
}

/** Called by the editor when it ends. */
export async function deactivate(): Promise<void> {
  await ended?.();
}

function follow({ server, offering, models, statusBar }: CommandParts, jobs: Jobs): vscode.Disposable[] {
  return [
    vscode.window.onDidChangeVisibleTextEditors((editors) => {
      startForVisible(server, editors);
    }),
    server.onDidChangeState((state) => {
      if (state.kind !== "running") jobs.clear();
      if (state.kind === "starting") models.serverStarts();
      offering.follow(state);
    }),
    statusBar.onDidTell(({ model }) =>
      offering.safely(async () => {
        if (model === null && (await models.offer())) await statusBar.refresh();
      }),
    ),
    vscode.workspace.onDidChangeConfiguration((event) => {
      // Another program: what runs is not what is wanted any more.
      const isOther = ["path", "python", "package"].some((it) => event.affectsConfiguration(`glossator.${it}`));
      if (isOther && server.state.kind !== "stopped") void server.restart();
    }),
    vscode.workspace.onDidSaveTextDocument(({ uri }) => {
      // The server reads it at its start; what runs is not broken off for it.
      if (!isConfig(uri.fsPath) || server.state.kind === "stopped") return;
      if (jobs.titles.length === 0) void server.restart();
      else void offering.restart("The configuration of Glossator has changed; restart its server when the jobs are done.");
    }),
  ];
}

function startForVisible(server: RunningServer, editors: readonly vscode.TextEditor[]): void {
  if (editors.some(({ document }) => isOurs(document) || isPromptPath(document.uri.fsPath))) void server.startOnce();
}
