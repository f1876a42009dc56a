/**
 * Own the life of the server: when its process is started and ended, and what happens when it ends by itself.
 *
 * It must not know where the program comes from, nor what is shown.
 */

import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { afterCrash } from "./crashes.ts";
import type { Program } from "./finding.ts";
import { readJob, readStatus } from "./protocol.ts";
import type { AnswerPiece, Plan, Proposal, Status, Trial } from "./protocol.ts";
import { ServerTrouble } from "./server.ts";
import type { JobCommand, PlanReader, Server, ServerCommand, ServerState } from "./server.ts";
import { sentenceOf } from "./trouble.ts";
import { LastWish } from "./wishes.ts";

/** Where the program comes from. */
export interface Supply {
  /** Return the program, or why none is installed; rejects with the sentence to show. */
  find(): Promise<Program | { readonly absent: string }>;
  /** Return the program that is there already; installs nothing. */
  installed(): Promise<Program | { readonly absent: string }>;
  /** Mend the installation after a start that failed; tells whether another try makes sense. */
  mend(): Promise<boolean>;
}

/** Where the messages of a server go. */
export interface Listener {
  answered(piece: AnswerPiece): void;
  proposed(proposal: Proposal): void;
  tried(trial: Trial): void;
  asked(plan: Plan, cancelled: vscode.CancellationToken): Promise<string | null>;
  /** The connection is gone, and nobody had asked for that. */
  closed(client: LanguageClient): void;
}

/** Makes the connection to one process. */
export type Connect = (program: Program, listener: Listener) => LanguageClient;

type Wish = "start" | "restart" | "stop";

// A cold disk and a busy machine; who has not answered by then never will.
const START_MS = 60_000;

/** The server as a process of this editor's. */
export class RunningServer implements Server, Listener, vscode.Disposable {
  readonly #answers = new vscode.EventEmitter<AnswerPiece>();
  readonly #proposals = new vscode.EventEmitter<Proposal>();
  readonly #trials = new vscode.EventEmitter<Trial>();
  readonly #states = new vscode.EventEmitter<ServerState>();
  readonly #wishes = new LastWish<Wish>((wish) => this.#act(wish));
  readonly #supply: Supply;
  readonly #connect: Connect;
  readonly #log: vscode.LogOutputChannel;
  #reader: PlanReader | undefined;
  #client: LanguageClient | undefined;
  #crashes: readonly number[] = [];
  #state: ServerState = { kind: "stopped" };

  readonly onAnswer = this.#answers.event;
  readonly onProposal = this.#proposals.event;
  readonly onTrial = this.#trials.event;
  readonly onDidChangeState = this.#states.event;

  constructor(supply: Supply, connect: Connect, log: vscode.LogOutputChannel) {
    this.#supply = supply;
    this.#connect = connect;
    this.#log = log;
  }

  get state(): ServerState {
    return this.#state;
  }

  /** The connection, for what only LSP itself can say; undefined where the server does not run. */
  get client(): LanguageClient | undefined {
    return this.#client;
  }

  /** Start the server, unless it runs, is about to, or was tried in vain. */
  async startOnce(): Promise<void> {
    if (this.#state.kind === "stopped") await this.#wishes.wish("start");
  }

  /** Start the server anew, whatever it is doing. */
  async restart(): Promise<void> {
    await this.#wishes.wish("restart");
  }

  /** End the server. */
  async stop(): Promise<void> {
    await this.#wishes.wish("stop");
  }

  /** Return the connection, started where there is none; rejects with the sentence to show. */
  async running(): Promise<LanguageClient> {
    await this.#wishes.settled();
    if (this.#client === undefined) await this.#wishes.wish("start");
    if (this.#client !== undefined) return this.#client;
    const why = this.#state.kind === "failed" || this.#state.kind === "absent" ? this.#state.why : null;
    throw new ServerTrouble(why ?? "The Glossator server does not run; restart it.");
  }

  readPlansWith(reader: PlanReader): vscode.Disposable {
    this.#reader = reader;
    return new vscode.Disposable(() => {
      if (this.#reader === reader) this.#reader = undefined;
    });
  }

  async command(name: ServerCommand, argument: object): Promise<unknown> {
    const client = await this.running();
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

  tried(trial: Trial): void {
    this.#trials.fire(trial);
  }

  async asked(plan: Plan, cancelled: vscode.CancellationToken): Promise<string | null> {
    return this.#reader === undefined ? null : this.#reader(plan, cancelled);
  }

  closed(client: LanguageClient): void {
    // One that ends while it starts, or that was told to end, is somebody else's business.
    if (client !== this.#client) return;
    this.#client = undefined;
    const after = afterCrash(this.#crashes, Date.now());
    this.#crashes = after.crashes;
    if (after.restart) {
      this.#log.warn("The server ended by itself; it is started again.");
      this.#become({ kind: "stopped" });
      this.#wishes.wish("start").catch((trouble: unknown) => {
        this.#log.error(String(trouble));
      });
    } else {
      const why = `The Glossator server ended ${after.crashes.length} times within three minutes; see its log, then restart it.`;
      this.#fail(why);
    }
  }

  dispose(): void {
    for (const it of [this.#answers, this.#proposals, this.#trials, this.#states]) it.dispose();
  }

  async #act(wish: Wish): Promise<void> {
    if (wish === "start" && this.#client !== undefined) return;
    await this.#end();
    if (wish === "restart") this.#crashes = [];
    if (wish === "stop") this.#become({ kind: "stopped" });
    else await this.#start();
  }

  async #start(): Promise<void> {
    this.#become({ kind: "starting" });
    try {
      const program = await this.#supply.find();
      if ("absent" in program) {
        this.#become({ kind: "absent", why: program.absent });
        return;
      }
      this.#client = await this.#connected(program).catch(async (trouble: unknown) => {
        this.#log.error(`${program.command} did not start: ${String(trouble)}`);
        if (await this.#supply.mend()) return this.#connected(program);
        throw new ServerTrouble(
          `The Glossator server could not be started from \`${program.command}\`; the log says why.`,
        );
      });
      this.#become({ kind: "running" });
    } catch (trouble) {
      this.#fail(sentenceOf(trouble));
    }
  }

  async #connected(program: Program): Promise<LanguageClient> {
    const client = this.#connect(program, this);
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      late.reject(new Error("it did not answer"));
    }, START_MS);
    try {
      await Promise.race([client.start(), late.promise]);
      return client;
    } catch (trouble) {
      // The library leaves one alone that refuses to begin.
      client.serverProcess?.kill();
      throw trouble;
    } finally {
      clearTimeout(timer);
    }
  }

  async #end(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    try {
      await client?.dispose();
    } catch (trouble) {
      this.#log.warn(`The server did not end as asked: ${String(trouble)}`);
      client?.serverProcess?.kill("SIGKILL");
    }
  }

  #fail(why: string): void {
    this.#log.error(why);
    this.#become({ kind: "failed", why });
  }

  #become(state: ServerState): void {
    this.#state = state;
    this.#states.fire(state);
  }
}
