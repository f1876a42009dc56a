/**
 * Own how work that takes a while is shown with a button that stops it, and that it ends with the editor.
 *
 * It must not know the work.
 */

import * as vscode from "vscode";

/** Work that heeds a signal, and says how far it is. */
export type Work<T> = (progress: vscode.Progress<{ message?: string; increment?: number }>, signal: AbortSignal) => Promise<T>;

/** Do some work under a title until it is through; `ending` is aborted when the editor ends. */
export function withStop<T>(title: string, ending: AbortSignal, work: Work<T>): Thenable<T> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, (progress, cancelled) => {
    const stopped = new AbortController();
    cancelled.onCancellationRequested(() => {
      stopped.abort(new Error("broken off"));
    });
    return work(progress, AbortSignal.any([stopped.signal, ending]));
  });
}
