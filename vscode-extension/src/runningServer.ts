/**
 * Own the life of the server: when it is started, what its process says, what is asked of it.
 *
 * It must not know what is shown of it.
 */

import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { clientOf } from "./client.ts";
import type { Listener, Program } from "./client.ts";
import { readJob, readStatus } from "./protocol.ts";
import type { AnswerPiece, Plan, Proposal, Status } from "./protocol.ts";
import type { JobCommand, PlanReader, Server, ServerCommand, ServerState } from "./server.ts";

/** The server as a process of this editor's. */
export class RunningServer implements Server, Listener, vscode.Disposable {
  readonly #answers = new vscode.EventEmitter<AnswerPiece>();
  readonly #proposals = new vscode.EventEmitter<Proposal>();
  readonly #states = new vscode.EventEmitter<ServerState>();
  readonly #log: vscode.LogOutputChannel;
  readonly #find: () => Promise<Program>;
  #reader: PlanReader | undefined;
  #client: LanguageClient | undefined;
  #starting: Promise<LanguageClient> | undefined;
  #state: ServerState = { kind: "stopped" };

  readonly onAnswer = this.#answers.event;
  readonly onProposal = this.#proposals.event;
  readonly onDidChangeState = this.#states.event;

  constructor(find: () => Promise<Program>, log: vscode.LogOutputChannel) {
    this.#find = find;
    this.#log = log;
  }

  get state(): ServerState {
    return this.#state;
  }

  readPlansWith(reader: PlanReader): vscode.Disposable {
    this.#reader = reader;
    return new vscode.Disposable(() => {
      if (this.#reader === reader) this.#reader = undefined;
    });
  }

  async start(): Promise<LanguageClient> {
    this.#starting ??= this.#started().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    this.#become({ kind: "stopped" });
    if (client?.needsStop() === true) await client.stop();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async command(name: ServerCommand, argument: object): Promise<unknown> {
    const client = this.#client ?? (await this.start());
    return client.sendRequest("workspace/executeCommand", { command: name, arguments: [argument] });
  }

  async startJob(name: JobCommand, argument: object): Promise<number> {
    return readJob(await this.command(name, argument), name).job;
  }

  async status(): Promise<Status | null> {
    if (this.#client === undefined) return null;
    return readStatus(await this.command("glossator.status", {}), "glossator.status");
  }

  answered(piece: AnswerPiece): void {
    this.#answers.fire(piece);
  }

  proposed(proposal: Proposal): void {
    this.#proposals.fire(proposal);
  }

  async asked(plan: Plan, cancelled: vscode.CancellationToken): Promise<string | null> {
    return this.#reader === undefined ? null : this.#reader(plan, cancelled);
  }

  closed(): void {
    this.#client = undefined;
    this.#become({ kind: "failed", why: "The Glossator server ended; restart it, or see its log." });
  }

  dispose(): void {
    void this.stop();
    this.#answers.dispose();
    this.#proposals.dispose();
    this.#states.dispose();
  }

  async #started(): Promise<LanguageClient> {
    this.#become({ kind: "starting", doing: "starting" });
    const client = clientOf(await this.#find(), {}, this, this.#log);
    await client.start();
    this.#client = client;
    this.#become({ kind: "running" });
    return client;
  }

  #become(state: ServerState): void {
    this.#state = state;
    this.#states.fire(state);
  }
}
