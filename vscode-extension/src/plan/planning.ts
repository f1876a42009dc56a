/**
 * Own how a person reads, changes and answers the plan of an edit in the editor.
 *
 * It must not read a plan's meaning: what stands in its document goes to the server as it is.
 */

import * as vscode from "vscode";
import type { Plan } from "../protocol.ts";
import type { ViewContext } from "../views/index.ts";
import { PlanFiles, SCHEME } from "./planFiles.ts";
import { DISCARD, GO_ON, planMarks } from "./planMarks.ts";
import { lineOfProblem, planPath } from "./plans.ts";
import { Questions } from "./questions.ts";

export class Planning implements vscode.Disposable {
  readonly #safely: ViewContext["safely"];
  readonly #files = new PlanFiles();
  readonly #questions = new Questions();
  readonly #problems = vscode.languages.createDiagnosticCollection("glossator-plan");
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #held: vscode.Disposable;
  #serial = 0;

  constructor({ server, safely }: ViewContext) {
    this.#safely = safely;
    const on = (name: string, run: (uri: vscode.Uri | undefined) => Promise<void>): vscode.Disposable =>
      vscode.commands.registerCommand(name, (about: unknown) =>
        this.#safely(() => run(about instanceof vscode.Uri ? about : undefined)),
      );
    this.#held = vscode.Disposable.from(
      this.#files,
      this.#problems,
      this.#changed,
      vscode.workspace.registerFileSystemProvider(SCHEME, this.#files, { isCaseSensitive: true }),
      planMarks((uri) => this.#questions.named(uri.path) !== undefined, this.#changed.event),
      server.readPlansWith((plan, cancelled) => this.#read(plan, cancelled)),
      server.onDidChangeState(({ kind }) => {
        if (kind !== "starting" && kind !== "running") this.#questions.discardAll();
      }),
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
        for (const it of closed) void this.#safely(() => this.#closed(it));
      }),
      on(GO_ON, (uri) => this.#goOn(uri)),
      on(DISCARD, (uri) => this.#discard(uri)),
      on("glossator.ui.plan.open", (uri) => this.#open(uri)),
    );
    this.#look();
  }

  dispose(): void {
    this.#questions.discardAll();
    this.#held.dispose();
  }

  async #read(plan: Plan, cancelled: vscode.CancellationToken): Promise<string | null> {
    // A plan that is asked about again is another document: the first one is still being closed.
    this.#serial += 1;
    const uri = vscode.Uri.from({ scheme: SCHEME, path: planPath(this.#serial, plan.title) });
    this.#sweep();
    this.#files.put(uri, plan.text);
    const asking = this.#questions.ask(uri.path, plan);
    const watching = cancelled.onCancellationRequested(() => {
      this.#questions.answer(uri.path, null);
    });
    this.#look();
    try {
      if (cancelled.isCancellationRequested) this.#questions.answer(uri.path, null);
      else await this.#show(uri, plan.problem);
      return await asking;
    } finally {
      watching.dispose();
      this.#problems.delete(uri);
      this.#look();
      await close(uri);
    }
  }

  async #show(uri: vscode.Uri, problem: string | null): Promise<void> {
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: false });
    if (problem === null) return;
    const line = document.lineAt(Math.min(lineOfProblem(document.getText()), document.lineCount - 1));
    const diagnostic = new vscode.Diagnostic(line.range, problem, vscode.DiagnosticSeverity.Error);
    diagnostic.source = "Glossator";
    this.#problems.set(uri, [diagnostic]);
    void vscode.window.showWarningMessage(problem);
  }

  async #goOn(about: vscode.Uri | undefined): Promise<void> {
    const uri = this.#meant(about);
    if (uri === undefined) return;
    // Saved or not: what stands in front of the person is meant.
    const text = (await vscode.workspace.openTextDocument(uri)).getText();
    this.#questions.answer(uri.path, text);
  }

  async #discard(about: vscode.Uri | undefined): Promise<void> {
    const uri = this.#meant(about);
    if (uri !== undefined) this.#questions.answer(uri.path, null);
    return Promise.resolve();
  }

  async #open(about: vscode.Uri | undefined): Promise<void> {
    const uri = this.#meant(about);
    if (uri !== undefined) await this.#show(uri, null);
  }

  /** Ask once about a plan that was closed without an answer; no answer to that discards it. */
  async #closed(tab: vscode.Tab): Promise<void> {
    const uri = uriIn(tab);
    const question = uri === undefined ? undefined : this.#questions.named(uri.path);
    if (uri === undefined || question === undefined || tabsOf(uri).length > 0) return;
    const sentence = `The plan “${question.plan.title}” was closed without an answer.`;
    const answer = await vscode.window.showWarningMessage(sentence, "Reopen", "Discard Plan");
    // Meanwhile it may have been opened again, or another one be asked about.
    if (this.#questions.named(uri.path) !== question || tabsOf(uri).length > 0) return;
    if (answer === "Reopen") await this.#show(uri, null);
    else this.#questions.answer(uri.path, null);
  }

  /** Return the plan that a command is about: named, in front, or the newest that waits. */
  #meant(about: vscode.Uri | undefined): vscode.Uri | undefined {
    const front = vscode.window.activeTextEditor?.document.uri;
    const named = [about, front].find((it) => it?.scheme === SCHEME && this.#questions.named(it.path) !== undefined);
    if (named !== undefined) return named;
    const newest = this.#questions.waiting.at(-1);
    return newest === undefined ? undefined : vscode.Uri.from({ scheme: SCHEME, path: newest.name });
  }

  /** Forget the plans that are over and closed; not at once, as the editor may still be saving one. */
  #sweep(): void {
    for (const uri of this.#files.all()) {
      if (this.#questions.named(uri.path) === undefined && tabsOf(uri).length === 0) this.#files.remove(uri);
    }
  }

  #look(): void {
    void vscode.commands.executeCommand("setContext", "glossator.planning", this.#questions.waiting.length > 0);
    this.#changed.fire();
  }
}

async function close(uri: vscode.Uri): Promise<void> {
  const document = vscode.workspace.textDocuments.find((it) => it.uri.toString() === uri.toString());
  // Else the editor asks whether it is to be saved. Whether it has to be is known here only later than there.
  await document?.save();
  const tabs = tabsOf(uri);
  if (tabs.length > 0) await vscode.window.tabGroups.close(tabs);
}

function tabsOf(uri: vscode.Uri): readonly vscode.Tab[] {
  const all = vscode.window.tabGroups.all.flatMap((it) => it.tabs);
  return all.filter((it) => uriIn(it)?.toString() === uri.toString());
}

function uriIn(tab: vscode.Tab): vscode.Uri | undefined {
  return tab.input instanceof vscode.TabInputText && tab.input.uri.scheme === SCHEME ? tab.input.uri : undefined;
}
