/**
 * Own the connection to one server process: what it is told at its start, what of it is passed on.
 *
 * It must not decide when a process is started, nor how trouble is shown.
 */

import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  WorkDoneProgressCancelNotification,
} from "vscode-languageclient/node";
import type { LanguageClientOptions, ProgressToken } from "vscode-languageclient/node";
import { LANGUAGES, SCHEMES } from "./languages.ts";
import { ANSWER, PLAN, PROPOSAL, readAnswer, readPlan, readProposal } from "./protocol.ts";
import { progressHandler } from "./progress/progress.ts";
import type { AnswerPiece, Plan, Proposal } from "./protocol.ts";
import type { Reader } from "./shapes.ts";

/** A program with its arguments and what is added to its environment. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

/** Where the messages of a server go. */
export interface Listener {
  answered(piece: AnswerPiece): void;
  proposed(proposal: Proposal): void;
  asked(plan: Plan, cancelled: vscode.CancellationToken): Promise<string | null>;
  /** The connection is gone, and nobody had asked for that. */
  closed(): void;
}

/** Return a client that is ready to be started. */
export function clientOf(
  program: Program,
  settings: object,
  listener: Listener,
  log: vscode.LogOutputChannel,
): LanguageClient {
  const client = new LanguageClient(
    "glossator",
    "Glossator",
    { command: program.command, args: [...program.args] },
    optionsOf(settings, listener, log, (token) => {
      void client.sendNotification(WorkDoneProgressCancelNotification.type, { token });
    }),
  );
  listen(client, listener, log);
  return client;
}

function optionsOf(
  settings: object,
  listener: Listener,
  log: vscode.LogOutputChannel,
  cancel: (token: ProgressToken) => void,
): LanguageClientOptions {
  return {
    documentSelector: SCHEMES.flatMap((scheme) => LANGUAGES.map((language) => ({ scheme, language }))),
    initializationOptions: { panels: true, ...settings },
    outputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    // What the server writes of a repository is never trusted.
    markdown: { isTrusted: false, supportHtml: false },
    middleware: { handleWorkDoneProgress: progressHandler(cancel) },
    initializationFailedHandler: () => false,
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        listener.closed();
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    },
  };
}

function listen(client: LanguageClient, listener: Listener, log: vscode.LogOutputChannel): void {
  const passOn =
    <T>(method: string, read: Reader<T>, take: (message: T) => void) =>
    (params: unknown): void => {
      try {
        take(read(params, method));
      } catch (trouble) {
        log.error(`dropped: ${String(trouble)}`);
      }
    };
  client.onNotification(ANSWER, passOn(ANSWER, readAnswer, listener.answered.bind(listener)));
  client.onNotification(PROPOSAL, passOn(PROPOSAL, readProposal, listener.proposed.bind(listener)));
  client.onRequest(PLAN, async (params: unknown, cancelled: vscode.CancellationToken) => {
    const text = await listener.asked(readPlan(params, PLAN), cancelled);
    return text === null ? null : { text };
  });
}
