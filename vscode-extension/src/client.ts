/**
 * Own the connection to one server process: what it is told at its start, what of it is passed on.
 *
 * It must not decide when a process is started, nor how trouble is shown.
 */

import { homedir } from "node:os";
import { createInterface } from "node:readline";
import * as vscode from "vscode";
import { CloseAction, ErrorAction, LanguageClient, RevealOutputChannelOn } from "vscode-languageclient/node";
import type { LanguageClientOptions, Middleware } from "vscode-languageclient/node";
import type { Program } from "./finding.ts";
import { LANGUAGES, PROMPT_FILES, SCHEMES } from "./languages.ts";
import { levelOf } from "./logLevels.ts";
import { ANSWER, PLAN, PROPOSAL, TRIAL, readAnswer, readPlan, readProposal, readTrial } from "./protocol.ts";
import { readMessage, showMessage } from "./messages.ts";
import type { Listener } from "./runningServer.ts";
import type { Reader } from "./shapes.ts";

// In place of the library's own way to show it, which leads to no log.
const MESSAGE = "window/showMessage";

/** What a connection is made with. */
export interface ConnectionParts {
  readonly log: vscode.LogOutputChannel;
  readonly middleware: Middleware;
}

/** Logs what the library would tell in its own words: trouble is told in one sentence by who decides what to do. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** Return a client that is ready to be started. */
export function clientOf(program: Program, listener: Listener, parts: ConnectionParts): LanguageClient {
  const executable = {
    command: program.command,
    args: [...program.before, "server"],
    // Never a folder that is open: nothing in it may be taken for a part of the server.
    options: { cwd: homedir(), env: environmentOf(parts.log.logLevel) },
  };
  const closed = (): void => {
    listener.closed(client);
  };
  const client = new QuietClient("glossator", "Glossator", executable, optionsOf(parts, closed));
  listen(client, listener, parts.log);
  return client;
}

function optionsOf({ log, middleware }: ConnectionParts, closed: () => void): LanguageClientOptions {
  return {
    documentSelector: [
      ...SCHEMES.flatMap((scheme) => LANGUAGES.map((language) => ({ scheme, language }))),
      { scheme: "file", pattern: PROMPT_FILES },
    ],
    // Settings are asked for by the server: told here too, one that is taken back later would stay.
    initializationOptions: { panels: true },
    outputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    // What the server quotes of a repository is never trusted.
    markdown: { isTrusted: false, supportHtml: false },
    initializationFailedHandler: () => false,
    middleware,
    stdioOptions: {
      stdout: () => undefined,
      stderr: (stream) => {
        createInterface({ input: stream }).on("line", (line) => {
          log[levelOf(line)](line);
        });
      },
    },
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        closed();
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    },
  };
}

function environmentOf(level: vscode.LogLevel): NodeJS.ProcessEnv {
  const wanted = level === vscode.LogLevel.Trace ? "DEBUG" : level === vscode.LogLevel.Debug ? "INFO" : "WARNING";
  return { ...process.env, PYTHONSAFEPATH: "1", GLOSSATOR_LOG: process.env["GLOSSATOR_LOG"] ?? wanted };
}

function listen(client: LanguageClient, listener: Listener, log: vscode.LogOutputChannel): void {
  const passOn =
    <T>(method: string, read: Reader<T>, take: (message: T) => void) =>
    (params: unknown): void => {
      try {
        take(read(params, method));
      } catch (trouble) {
        log.error(`A message of the server was dropped: ${String(trouble)}`);
      }
    };
  client.onNotification(MESSAGE, passOn(MESSAGE, readMessage, (said) => void showMessage(said, log)));
  client.onNotification(ANSWER, passOn(ANSWER, readAnswer, listener.answered.bind(listener)));
  client.onNotification(PROPOSAL, passOn(PROPOSAL, readProposal, listener.proposed.bind(listener)));
  client.onNotification(TRIAL, passOn(TRIAL, readTrial, listener.tried.bind(listener)));
  client.onRequest(PLAN, async (params: unknown, cancelled: vscode.CancellationToken) => {
    const text = await listener.asked(readPlan(params, PLAN), cancelled);
    return text === null ? null : { text };
  });
}
