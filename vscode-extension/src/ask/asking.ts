/**
 * Own the conversation with the repository: what is asked, who answers, what of it the panel shows.
 *
 * It must not render anything or know the page.
 */

import * as vscode from "vscode";
import type { AnswerPiece, Status } from "../protocol.ts";
import type { Server } from "../server.ts";
import { sentenceOf } from "../trouble.ts";
import type { ViewContext } from "../views/index.ts";
import { AboutChoice, argumentFor, placeInFront } from "./around.ts";
import type { Around } from "./around.ts";
import {
  accepted,
  asked,
  asMarkdown,
  canGoOn,
  cutOff,
  EMPTY,
  explained,
  failed,
  isOver,
  named,
  openTurn,
  placed,
  received,
  stopped,
} from "./conversation.ts";
import type { Conversation, Turn } from "./conversation.ts";
import type { Desk } from "./desk.ts";
import type { FromPage } from "./messages.ts";
import { folders, openCitation, openPlace } from "./opening.ts";
import { Panel } from "./panel.ts";
import { answererOf, indexNote, Showing } from "./showing.ts";

// A piece comes every few milliseconds; nobody reads faster than this.
const SHOW_MS = 60;
// While a question waits, the index may be on its way.
const STATUS_MS = 3000;

export class Asking implements vscode.Disposable {
  readonly #server: Server;
  readonly #log: vscode.LogOutputChannel;
  readonly #safely: ViewContext["safely"];
  readonly #desk: Desk;
  readonly #jobTitles: () => readonly string[];
  readonly #panel: Panel;
  readonly #showing = new Showing();
  readonly #choice = new AboutChoice();
  readonly #held: vscode.Disposable;
  readonly #poll: NodeJS.Timeout;
  #conversation: Conversation = EMPTY;
  #status: Status | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor({ server, log, extensionUri, safely, jobTitles }: ViewContext, desk: Desk) {
    this.#jobTitles = jobTitles;
    this.#safely = safely;
    this.#server = server;
    this.#log = log;
    this.#desk = desk;
    this.#panel = new Panel(extensionUri, log);
    this.#poll = setInterval(() => {
      if (openTurn(this.#conversation)?.state === "waiting" && this.#panel.isVisible) void this.#lookAtServer();
    }, STATUS_MS);
    const on = (name: string, run: (about: unknown) => Promise<void>): vscode.Disposable =>
      vscode.commands.registerCommand(name, (about: unknown) => this.#safely(() => run(about)));
    this.#held = vscode.Disposable.from(
      this.#panel,
      this.#panel.onDidSay((it) => void this.#safely(() => this.#heard(it))),
      server.onDidChangeState((state) => {
        if (state.kind === "failed" || state.kind === "absent") this.#failAll(state.why);
        if (state.kind === "stopped") this.#failAll("The server was stopped.");
        // A page that is not there asks when it comes.
        if (state.kind === "running" && this.#panel.isVisible) void this.#lookAtServer();
      }),
      vscode.window.onDidChangeActiveTextEditor(() => {
        this.#moved();
      }),
      vscode.window.onDidChangeTextEditorSelection(({ kind }) => {
        // Lines that a jump selected, to a place of an answer for example, are not what a person wants to ask about.
        const { Keyboard, Mouse } = vscode.TextEditorSelectionChangeKind;
        if (kind !== Keyboard && kind !== Mouse) this.#choice.say(false, placeInFront());
        this.#moved();
      }),
      on("glossator.ui.ask", (about) => this.#start(about instanceof vscode.Uri)),
      on("glossator.ui.ask.new", () => this.#begin()),
      on("glossator.ui.ask.stop", () => this.#stop()),
      on("glossator.ui.ask.copy", () => this.#copy(this.#conversation.turns.at(-1))),
    );
  }

  /** Take in a piece of an answer that nobody asked for here: an explanation, from a menu or a hover. */
  explained(piece: AnswerPiece): void {
    const known = this.#conversation.turns.find((it) => it.job === piece.job);
    const turn = known ?? this.#explanation(piece.job);
    this.#receive(turn.id, piece);
  }

  dispose(): void {
    clearInterval(this.#poll);
    clearTimeout(this.#timer);
    this.#held.dispose();
  }

  async #heard(said: FromPage): Promise<void> {
    switch (said.type) {
      case "ready":
        this.#showing.forget();
        this.#show();
        return this.#lookAtServer();
      case "ask":
        return this.#ask(said.text, this.#choice.chosen(placeInFront()));
      case "stop":
        return this.#stop();
      case "copy":
        return this.#copy(this.#turn(said.turn));
      case "again":
        return this.#again(this.#turn(said.turn));
      case "about":
        this.#choice.say(said.on, placeInFront());
        this.#show();
        return;
      case "log":
        this.#log.show();
        return;
      case "link":
      case "citation":
        await this.#follow(said);
        // The editor says of these lines as of others that they were selected: a person did not mean them.
        this.#choice.say(false, placeInFront());
        this.#moved();
        return;
    }
  }

  async #follow(said: Extract<FromPage, { readonly beside: boolean }>): Promise<void> {
    if (said.type === "link") {
      const place = this.#showing.place(said.turn, said.at);
      if (place !== undefined) await openPlace(place, said.beside);
      return;
    }
    const citation = this.#turn(said.turn)?.citations[said.at];
    if (citation !== undefined) await openCitation(citation, said.beside);
  }

  async #start(fromMenu: boolean): Promise<void> {
    if (fromMenu) this.#choice.say(true, placeInFront());
    await this.#panel.focus();
    this.#show();
  }

  async #ask(question: string, around: Around | null): Promise<void> {
    const goesOn = canGoOn(this.#conversation);
    this.#conversation = asked(this.#conversation, question, around?.label ?? null);
    const id = this.#conversation.nextId - 1;
    this.#show();
    void this.#lookAtServer();
    const place = around === null ? {} : argumentFor(around);
    const argument = { text: question, ...place, ...(goesOn && { continue: true }) };
    try {
      const job = await this.#desk.ask(
        () => this.#server.startJob("glossator.ask", argument),
        (piece) => {
          this.#receive(id, piece);
        },
      );
      this.#conversation = accepted(this.#conversation, id, job);
      // Somebody may have stopped it before it had a number.
      if (this.#turn(id)?.state === "stopped") await this.#cancel(job);
    } catch (trouble) {
      this.#conversation = failed(this.#conversation, id, sentenceOf(trouble));
    }
    this.#show();
  }

  async #again(turn: Turn | undefined): Promise<void> {
    if (turn !== undefined) await this.#ask(turn.question, null);
  }

  #explanation(job: number): Turn {
    const title = this.#jobTitles().findLast((it) => it.startsWith("Explain ")) ?? "Explanation";
    this.#conversation = explained(this.#conversation, title);
    const id = this.#conversation.nextId - 1;
    this.#conversation = accepted(this.#conversation, id, job);
    void this.#panel.show();
    void this.#nameAfterJob(id, job);
    const turn = this.#turn(id);
    if (turn === undefined) throw new Error("a question that was asked just now is gone");
    return turn;
  }

  async #nameAfterJob(id: number, job: number): Promise<void> {
    await this.#lookAtServer();
    const title = this.#status?.jobs.find((it) => it.job === job)?.title;
    if (title !== undefined) this.#conversation = named(this.#conversation, id, title);
    this.#show();
  }

  #receive(id: number, piece: AnswerPiece): void {
    this.#conversation = received(this.#conversation, id, piece);
    if (piece.done === true) this.#place(id);
    this.#showSoon();
  }

  /** Say where the model of an answer runs. */
  #place(id: number): void {
    const role = this.#status?.roles?.["ask"];
    if (role?.model == null || role.local === null) return;
    this.#conversation = placed(this.#conversation, id, role.model, role.local);
  }

  async #stop(): Promise<void> {
    const turn = openTurn(this.#conversation);
    if (turn === undefined) return;
    this.#conversation = stopped(this.#conversation, turn.id);
    this.#show();
    if (turn.job !== null) await this.#cancel(turn.job);
  }

  async #cancel(job: number): Promise<void> {
    await this.#server.command("glossator.cancel", { job });
  }

  async #begin(): Promise<void> {
    const open = this.#conversation.turns.filter((it) => !isOver(it) && it.job !== null);
    this.#conversation = { ...this.#conversation, turns: [] };
    await this.#panel.focus();
    this.#show();
    for (const { job } of open) if (job !== null) await this.#cancel(job);
  }

  async #copy(turn: Turn | undefined): Promise<void> {
    if (turn === undefined) return;
    await vscode.env.clipboard.writeText(asMarkdown(turn));
    vscode.window.setStatusBarMessage("Answer copied", 4000);
  }

  #turn(id: number): Turn | undefined {
    return this.#conversation.turns.find((it) => it.id === id);
  }

  #failAll(why: string): void {
    this.#conversation = cutOff(this.#conversation, why);
    this.#status = null;
    this.#show();
  }

  #moved(): void {
    if (this.#panel.isVisible) this.#showSoon();
  }

  async #lookAtServer(): Promise<void> {
    try {
      this.#status = await this.#server.status();
    } catch (trouble) {
      this.#log.debug(`no status: ${String(trouble)}`);
    }
    this.#show();
  }

  #showSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#show();
    }, SHOW_MS);
  }

  #show(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    void vscode.commands.executeCommand("setContext", "glossator.answering", openTurn(this.#conversation) !== undefined);
    if (!this.#panel.isVisible) {
      this.#showing.forget();
      return;
    }
    this.#panel.tell({
      type: "show",
      ...this.#showing.changes(this.#conversation, folders()),
      asked: this.#conversation.turns.filter((it) => it.isQuestion).map((it) => it.question),
      about: this.#choice.about(placeInFront()),
      origin: answererOf(this.#status),
      note: indexNote(this.#status),
    });
  }
}
