/**
 * Own which jobs of the server run, as its progress tells, and how each one is shown.
 *
 * It must not know what a job does.
 */

import * as vscode from "vscode";
import type { WorkDoneProgressBegin, WorkDoneProgressEnd, WorkDoneProgressReport } from "vscode-languageclient/node";

type Token = string | number;
type News = WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd;

// What is done sooner would only flash.
const SHOWN_AFTER_MS = 300;
const ENDING_SHOWN_MS = 10_000;
// More notifications would cover the code; the status bar tells how many jobs run.
const MOST_SHOWN = 2;

interface Running {
  readonly title: string;
  readonly timer: NodeJS.Timeout;
  readonly ended: PromiseWithResolvers<void>;
  latest: WorkDoneProgressBegin | WorkDoneProgressReport;
  report?: (news: WorkDoneProgressBegin | WorkDoneProgressReport) => void;
}

/** Shows the jobs of the server: those that somebody started, with a way to cancel them. */
export class Jobs implements vscode.Disposable {
  readonly #running = new Map<Token, Running>();
  readonly #changes = new vscode.EventEmitter<void>();
  readonly #cancel: (token: Token) => void;
  readonly #log: vscode.LogOutputChannel;

  /** Fires when a job begins, and when one has ended. */
  readonly onDidChange = this.#changes.event;

  constructor(cancel: (token: Token) => void, log: vscode.LogOutputChannel) {
    this.#cancel = cancel;
    this.#log = log;
  }

  /** The titles of the jobs that run. */
  get titles(): readonly string[] {
    return [...this.#running.values()].map((it) => it.title);
  }

  /** Take in what the server says of a job; `next` shows it as the editor would. */
  take(token: Token, news: News, next: () => void): void {
    const known = this.#running.get(token);
    if (news.kind === "begin" && !isBackground(news.title)) {
      this.#begin(token, news);
    } else if (known === undefined) {
      next();
    } else if (news.kind === "end") {
      this.#end(token, known, news.message);
      // Nothing was shown by the editor, which lets go of the token.
      next();
    } else {
      known.latest = news;
      known.report?.(news);
    }
  }

  /** End all that is shown: the server is gone. */
  clear(): void {
    for (const [token, it] of this.#running) this.#end(token, it, undefined);
  }

  dispose(): void {
    this.clear();
    this.#changes.dispose();
  }

  #begin(token: Token, news: WorkDoneProgressBegin): void {
    const timer = setTimeout(() => {
      this.#show(token);
    }, SHOWN_AFTER_MS);
    const ended = Promise.withResolvers<void>();
    this.#running.set(token, { title: inPlainWords(news.title), timer, ended, latest: news });
    this.#changes.fire();
  }

  #show(token: Token): void {
    const running = this.#running.get(token);
    const shown = [...this.#running.values()].filter((it) => it.report !== undefined).length;
    if (running === undefined || hasPlace(running.title) || shown >= MOST_SHOWN) return;
    const options = { location: vscode.ProgressLocation.Notification, cancellable: true, title: running.title };
    void vscode.window.withProgress(options, async (progress, cancelled) => {
      cancelled.onCancellationRequested(() => {
        this.#cancel(token);
      });
      let done = 0;
      running.report = ({ message, percentage }) => {
        const increment = percentage === undefined ? 0 : Math.max(0, percentage - done);
        done += increment;
        progress.report({ ...(message === undefined ? {} : { message: inPlainWords(message) }), increment });
      };
      running.report(running.latest);
      await running.ended.promise;
    });
  }

  #end(token: Token, running: Running, words: string | undefined): void {
    clearTimeout(running.timer);
    this.#running.delete(token);
    running.ended.resolve();
    if (words !== undefined) {
      this.#log.info(`${running.title}: ${words}`);
      vscode.window.setStatusBarMessage(`Glossator: ${inPlainWords(words)}`, ENDING_SHOWN_MS);
    }
    this.#changes.fire();
  }
}

function isBackground(title: string): boolean {
  return title.startsWith("Index ");
}

/** Tell whether a job is shown elsewhere, with a button that stops it: answers stream into their panel. */
function hasPlace(title: string): boolean {
  return title.startsWith("Ask: ") || title.startsWith("Explain ");
}

function inPlainWords(words: string): string {
  return words.replaceAll("`", "");
}
