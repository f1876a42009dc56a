/**
 * Own the item in the status bar: when it asks the server, and how it shows what it is told.
 *
 * It must not choose the words.
 */

import * as vscode from "vscode";
import type { Jobs } from "./jobs.ts";
import { LANGUAGES } from "./languages.ts";
import type { Status } from "./protocol.ts";
import type { Server } from "./server.ts";
import { TOOLTIP_COMMANDS, indexInWords, statusText } from "./statusText.ts";
import type { Gravity } from "./statusText.ts";

// Each question makes the server look at its models: a window that comes and goes must not ask all the time.
const ASKED_AGAIN_AFTER_MS = 10_000;
const WHILE_INDEXING_MS = 5_000;

const BACKGROUNDS: Readonly<Record<Gravity, vscode.ThemeColor | undefined>> = {
  fine: undefined,
  warning: new vscode.ThemeColor("statusBarItem.warningBackground"),
  error: new vscode.ThemeColor("statusBarItem.errorBackground"),
};

/** Shows how things stand, always. */
export class StatusBar implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem("glossator.status", vscode.StatusBarAlignment.Right, 90);
  readonly #index = vscode.languages.createLanguageStatusItem("glossator.index", [...LANGUAGES]);
  readonly #told = new vscode.EventEmitter<Status>();
  readonly #server: Server;
  readonly #jobs: Jobs;
  readonly #log: vscode.LogOutputChannel;
  #status: Status | null = null;
  #askedMs = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Fires whenever the server has said how it is doing. */
  readonly onDidTell = this.#told.event;

  constructor(server: Server, jobs: Jobs, log: vscode.LogOutputChannel) {
    this.#server = server;
    this.#jobs = jobs;
    this.#log = log;
    this.#item.name = "Glossator";
    this.#item.command = "glossator.ui.menu";
    this.#index.name = "Glossator index";
    this.#show();
    this.#item.show();
  }

  /** Follow what may change how things stand. */
  follow(): vscode.Disposable[] {
    let running = this.#jobs.titles.length;
    return [
      this.#server.onDidChangeState(({ kind }) => {
        if (kind !== "running") this.#status = null;
        this.#show();
        if (kind === "running") void this.refresh();
      }),
      this.#jobs.onDidChange(() => {
        const ended = this.#jobs.titles.length < running;
        running = this.#jobs.titles.length;
        this.#show();
        if (ended) void this.refresh();
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("glossator")) void this.refresh();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        this.#show();
      }),
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused && Date.now() - this.#askedMs > ASKED_AGAIN_AFTER_MS) void this.refresh();
      }),
    ];
  }

  /** Ask the server how it is doing, and show it. */
  async refresh(): Promise<void> {
    this.#askedMs = Date.now();
    try {
      this.#status = await this.#server.status();
    } catch (trouble) {
      this.#log.warn(`The server does not say how it is doing: ${String(trouble)}`);
      return;
    }
    this.#show();
    if (this.#status === null) return;
    this.#told.fire(this.#status);
    clearTimeout(this.#timer);
    if (isIndexing(this.#status)) this.#timer = setTimeout(() => void this.refresh(), WHILE_INDEXING_MS);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#item.dispose();
    this.#index.dispose();
    this.#told.dispose();
  }

  #show(): void {
    const { text, gravity, spoken, tooltip } = statusText({
      state: this.#server.state,
      status: this.#status,
      jobs: this.#jobs.titles,
      isTrusted: vscode.workspace.isTrusted,
    });
    const markdown = new vscode.MarkdownString(tooltip, true);
    markdown.isTrusted = { enabledCommands: TOOLTIP_COMMANDS };
    this.#item.text = text;
    this.#item.tooltip = markdown;
    this.#item.backgroundColor = BACKGROUNDS[gravity];
    this.#item.accessibilityInformation = { label: spoken, role: "button" };
    this.#showIndex();
  }

  #showIndex(): void {
    const indexes = this.#status?.index ?? [];
    this.#index.text = indexes.length > 0 ? `Index of ${indexes.map(indexInWords).join("; ")}` : "No index";
    this.#index.busy = this.#status !== null && isIndexing(this.#status);
    this.#index.command = { title: "Status", command: "glossator.ui.status" };
  }
}

function isIndexing({ index }: Status): boolean {
  return index.some(({ phase }) => phase !== undefined && phase !== "ready" && phase !== "paused");
}
