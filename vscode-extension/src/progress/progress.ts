/**
 * Own how the progress of the server's jobs is shown: with a button that cancels, and with how it ended.
 *
 * vscode-languageclient shows it in the status bar, where nothing can be cancelled, and drops how it ended. It must not
 * decide which job is shown where.
 */

import * as vscode from "vscode";
import type { Middleware, ProgressToken } from "vscode-languageclient/node";
import { ShownJobs } from "./jobs.ts";

const ENDING_MS = 10_000;

type Handle = NonNullable<Middleware["handleWorkDoneProgress"]>;

/** A progress that is open in the editor. */
interface Open {
  report(message: string | undefined, percentage: number | undefined): void;
  end(): void;
}

/** Return the handler of progress; `cancel` tells the server that a person has cancelled. */
export function progressHandler(cancel: (token: ProgressToken) => void): Handle {
  const jobs = new ShownJobs<ProgressToken>();
  const open = new Map<ProgressToken, Open>();
  return (token, value, next) => {
    if (value.kind === "begin") {
      const spot = jobs.begin(token, value.title);
      const isCancellable = spot === "corner" && value.cancellable === true;
      open.set(token, opened(value.title, spot === "corner", isCancellable ? () => { cancel(token); } : undefined));
      open.get(token)?.report(value.message, value.percentage);
      return;
    }
    if (value.kind === "report") {
      open.get(token)?.report(value.message, value.percentage);
      return;
    }
    open.get(token)?.end();
    open.delete(token);
    const ending = jobs.end(token, value.message);
    if (ending !== null) vscode.window.setStatusBarMessage(ending, ENDING_MS);
    // The library forgets the token; it has shown nothing, as it was told nothing.
    next(token, value);
  };
}

function opened(title: string, inCorner: boolean, cancel: (() => void) | undefined): Open {
  const { promise, resolve } = Promise.withResolvers<void>();
  let progress: vscode.Progress<{ message?: string; increment?: number }> | undefined;
  let reached = 0;
  const { Notification, Window } = vscode.ProgressLocation;
  const options = { location: inCorner ? Notification : Window, title, cancellable: cancel !== undefined };
  void vscode.window.withProgress(options, (it, cancelled) => {
    progress = it;
    if (cancel !== undefined) cancelled.onCancellationRequested(cancel);
    return promise;
  });
  return {
    report: (message, percentage) => {
      const increment = percentage === undefined ? 0 : Math.max(0, Math.min(percentage, 100) - reached);
      reached += increment;
      progress?.report({ ...(message !== undefined && { message }), ...(increment > 0 && { increment }) });
    },
    end: resolve,
  };
}
