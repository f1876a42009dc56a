/**
 * Own the review of changes in the editor: diffs, bars, tree and their commands, kept in step.
 *
 * It must not decide what a decision means or what is sent.
 */

import * as vscode from "vscode";
import type { ChangedFile, Proposal } from "../protocol.ts";
import type { ViewContext } from "../views/index.ts";
import { HunkControls } from "./controls.ts";
import { countsOf, decisionOf, isWhole, partsOf, partsOfFile } from "./decisions.ts";
import type { Decision, Part } from "./decisions.ts";
import { closeDiffs, cursorIn, diffInFront, isOpen, openAll, openDiff, openFile } from "./diffs.ts";
import { counted, evidenceAsMarkdown, evidenceAsText } from "./evidence.ts";
import { outlineOf } from "./outline.ts";
import type { Row } from "./outline.ts";
import { firstChangedLine, hunkAt, neighbourOf, placesOf } from "./places.ts";
import type { Place } from "./places.ts";
import { Reviews } from "./reviews.ts";
import type { News } from "./reviews.ts";
import { waiting } from "./shelf.ts";
import { ProposalTexts, SCHEME, shownBy } from "./texts.ts";
import { OPEN, ProposalTree } from "./tree.ts";

/** What a command is about: a row of the tree, a bar in a diff, a proposal's key, or what is in front. */
type About = Row | vscode.CommentThread | vscode.Uri | string | undefined;

/** Says, from a key that was pressed in the tree, that the selected row is meant. */
interface InTree {
  readonly from: "tree";
}

export class Reviewing implements vscode.Disposable {
  readonly #controls = new HunkControls();
  readonly #tree = new ProposalTree();
  readonly #safely: ViewContext["safely"];
  readonly #reviews: Reviews;
  readonly #texts: ProposalTexts;
  readonly #held: vscode.Disposable;
  #current: string | undefined;

  constructor({ server, safely }: ViewContext) {
    this.#safely = safely;
    this.#reviews = new Reviews(server, (key) => {
      this.#refresh(key);
    });
    this.#texts = new ProposalTexts((key) => this.#reviews.proposal(key));
    this.#held = vscode.Disposable.from(
      this.#controls,
      this.#tree,
      this.#texts,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this.#texts),
      server.onProposal((it) => void this.#safely(() => this.#take(it))),
      server.onDidChangeState((state) => {
        if (state.kind !== "starting" && state.kind !== "running") void this.#safely(() => this.#lost());
      }),
      this.#tree.onDidTick((ticked) => void this.#safely(() => this.#ticked(ticked))),
      vscode.window.tabGroups.onDidChangeTabs(() => {
        this.#look();
      }),
      vscode.window.tabGroups.onDidChangeTabGroups(() => {
        this.#look();
      }),
      vscode.window.onDidChangeActiveTextEditor(() => {
        this.#look();
      }),
      vscode.window.onDidChangeVisibleTextEditors(() => {
        this.#mark();
      }),
      ...this.#commands(),
    );
    this.#show();
  }

  dispose(): void {
    this.#held.dispose();
  }

  #commands(): vscode.Disposable[] {
    const on = (name: string, run: (about: About) => Promise<void>): vscode.Disposable =>
      vscode.commands.registerCommand(name, (about: About | InTree) =>
        this.#safely(() => run(isInTree(about) ? this.#tree.selected : about)),
      );
    return [
      on("glossator.ui.review.accept", (it) => this.#decide(it, "accepted")),
      on("glossator.ui.review.discard", (it) => this.#decide(it, "discarded")),
      on("glossator.ui.review.undecide", (it) => this.#decide(it, "undecided")),
      on("glossator.ui.review.acceptAll", (it) => this.#decideAll(it, "accepted")),
      on("glossator.ui.review.discardAll", (it) => this.#decideAll(it, "discarded")),
      on("glossator.ui.review.apply", (it) => this.#apply(it)),
      on("glossator.ui.review.next", () => this.#walk(1)),
      on("glossator.ui.review.previous", () => this.#walk(-1)),
      on(OPEN, (it) => this.#open(it)),
      on("glossator.ui.review.openAll", (it) => this.#openAll(it)),
      on("glossator.ui.review.openFile", (it) => this.#openFile(it)),
      on("glossator.ui.review.copyEvidence", (it) => this.#copy(it, evidenceAsText)),
      on("glossator.ui.review.copyEvidenceMarkdown", (it) => this.#copy(it, evidenceAsMarkdown)),
    ];
  }

  async #take(proposal: Proposal): Promise<void> {
    const known = proposal.id === null ? undefined : this.#reviews.proposal(`proposal ${proposal.id}`);
    const news = this.#reviews.take(proposal, Date.now());
    this.#texts.refresh(news.key);
    if (news.kind === "new") await this.#begin(news, proposal);
    if (news.kind === "changed") await this.#goOn(news, proposal);
    if (news.kind === "over") await this.#end(news.key, known ?? proposal, proposal);
  }

  async #begin({ key }: News, proposal: Proposal): Promise<void> {
    const current = this.#current === undefined ? undefined : this.#reviews.proposal(this.#current);
    if (this.#current === undefined || current === undefined || !isOpen(this.#current, current)) {
      await this.#openFirst(key, proposal);
      return;
    }
    // Somebody reads another one: that is not pushed aside.
    const answer = await vscode.window.showInformationMessage(`“${proposal.title}” waits for your review.`, "Review");
    if (answer === "Review" && this.#reviews.open.has(key)) await this.#openFirst(key, proposal);
  }

  async #goOn({ key }: News, proposal: Proposal): Promise<void> {
    const shown = diffInFront();
    if (shown?.key !== key || proposal.files.some((it) => it.path === shown.path)) return;
    await closeDiffs(key, proposal);
    await this.#openFirst(key, proposal);
  }

  async #end(key: string, before: Proposal, proposal: Proposal): Promise<void> {
    const wasOpen = isOpen(key, before);
    const shown = diffInFront();
    await closeDiffs(key, before);
    if (!wasOpen || proposal.state !== "applied") return;
    // What was applied may be a part of what was shown.
    const applied = proposal.files.length > 0 ? proposal.files : before.files;
    const left = applied.filter((it) => it.change !== "deleted");
    const file = left.find((it) => it.path === shown?.path) ?? left[0];
    if (file !== undefined) await openFile(vscode.Uri.parse(file.uri), changedLineOf(file));
  }

  /** The server is gone, and with it what waited: it can still be read from the tree. */
  async #lost(): Promise<void> {
    const open = waiting(this.#reviews.shelf);
    this.#reviews.serverEnded();
    for (const it of open) await closeDiffs(it.key, it.proposal);
  }

  async #openFirst(key: string, proposal: Proposal): Promise<void> {
    const [place] = placesOf(proposal);
    if (place !== undefined) await this.#openPlace(key, proposal, place);
    await this.#tree.reveal(key);
  }

  async #openPlace(key: string, proposal: Proposal, { part, line }: Place): Promise<void> {
    const file = proposal.files.find((it) => it.path === part.path);
    if (file === undefined) return;
    this.#attend(key);
    await openDiff(key, proposal, file, line);
    this.#mark();
  }

  async #open(about: About): Promise<void> {
    const key = this.#keyOf(about);
    const proposal = key === undefined ? undefined : this.#reviews.proposal(key);
    if (key === undefined || proposal === undefined) return;
    const target = isRow(about) ? about.target : null;
    const file = proposal.files.find((it) => it.path === target?.path) ?? proposal.files[0];
    if (file === undefined) return;
    if (file.before === null && file.after === null) {
      await openFile(vscode.Uri.parse(file.uri), 0);
      return;
    }
    await this.#openPlace(key, proposal, { part: { path: file.path, hunk: null }, line: target?.line ?? changedLineOf(file) });
  }

  async #openAll(about: About): Promise<void> {
    const key = this.#keyOf(about);
    const proposal = key === undefined ? undefined : this.#reviews.proposal(key);
    if (key === undefined || proposal === undefined) return;
    this.#attend(key);
    await openAll(key, proposal);
  }

  async #openFile(about: About): Promise<void> {
    const shown = diffInFront();
    const uri = isRow(about) ? about.file : this.#fileOf(shown?.key, shown?.path)?.uri;
    if (uri === undefined || uri === null) return;
    const line = vscode.window.activeTextEditor?.selection.active.line;
    await openFile(vscode.Uri.parse(uri), isRow(about) ? (about.target?.line ?? 0) : (line ?? 0));
  }

  async #decide(about: About, decision: Decision): Promise<void> {
    const key = this.#keyOf(about);
    if (key === undefined) return;
    const parts = this.#partsOf(about);
    await this.#decided(key, parts, decision, isRow(about));
  }

  async #decided(key: string, parts: readonly Part[], decision: Decision, stays: boolean): Promise<void> {
    const sending = this.#reviews.decide(key, parts, decision);
    // The next question stands where the eyes are; a click in the tree keeps the place.
    if (decision !== "undecided" && !stays && this.#reviews.open.get(key)?.sent === false) await this.#walkToUndecided(key);
    await sending;
  }

  async #decideAll(about: About, decision: Decision): Promise<void> {
    const key = this.#keyOf(about);
    if (key !== undefined) await this.#reviews.decideAll(key, decision);
  }

  async #ticked(ticked: readonly { readonly row: Row; readonly checked: boolean }[]): Promise<void> {
    for (const { row, checked } of ticked) {
      await this.#decided(row.key, row.parts, checked ? "accepted" : "undecided", true);
    }
  }

  async #apply(about: About): Promise<void> {
    const key = this.#keyOf(about);
    const review = key === undefined ? undefined : this.#reviews.open.get(key);
    if (key === undefined || review === undefined) return;
    const { accepted, undecided, discarded } = countsOf(review);
    if (undecided === 0 || accepted + discarded === 0) return this.#reviews.send(key, "discard");
    const question = `${counted(undecided, "part")} of “${review.proposal.title}” ${undecided === 1 ? "is" : "are"} not decided.`;
    const detail = `${counted(accepted, "part")} accepted. What becomes of the rest?`;
    const [all, discard, wait] = ["Accept the Rest", "Discard the Rest", "Leave It Waiting"];
    const answers = accepted > 0 ? [all, discard, wait] : [all, discard];
    const answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, ...answers);
    if (answer === discard) await this.#reviews.send(key, "discard");
    if (answer === wait) await this.#reviews.send(key, "wait");
    if (answer !== all) return;
    const open = partsOf(review.proposal).filter((it) => decisionOf(review, it) === "undecided");
    await this.#reviews.decide(key, open, "accepted");
  }

  async #walk(step: 1 | -1): Promise<void> {
    const key = this.#keyOf(undefined);
    const proposal = key === undefined ? undefined : this.#reviews.proposal(key);
    if (key === undefined || proposal === undefined) return;
    const place = neighbourOf(proposal, this.#cursor(key), step);
    if (place !== null) await this.#openPlace(key, proposal, place);
  }

  async #walkToUndecided(key: string): Promise<void> {
    const review = this.#reviews.open.get(key);
    if (review === undefined) return;
    const isOpenPart = (it: Part): boolean => decisionOf(review, it) === "undecided";
    const place = neighbourOf(review.proposal, this.#cursor(key), 1, isOpenPart);
    if (place !== null) await this.#openPlace(key, review.proposal, place);
  }

  #cursor(key: string): { readonly path: string; readonly line: number } | null {
    const shown = diffInFront();
    const file = this.#fileOf(shown?.key, shown?.path);
    return shown?.key === key && file !== undefined ? { path: shown.path, line: cursorIn(key, file) } : null;
  }

  #partsOf(about: About): readonly Part[] {
    if (isRow(about)) return about.parts;
    if (!isThread(about)) return this.#partsAtCursor();
    const part = this.#controls.partOf(about);
    return part === undefined ? [] : [part];
  }

  #partsAtCursor(): readonly Part[] {
    const shown = diffInFront();
    const file = this.#fileOf(shown?.key, shown?.path);
    if (shown === null || file === undefined) return this.#tree.selected?.parts ?? [];
    if (isWhole(file)) return partsOfFile(file);
    const hunk = hunkAt(file, this.#cursor(shown.key)?.line ?? 0);
    return hunk === null ? [] : [{ path: file.path, hunk: hunk.number }];
  }

  /** Return the proposal that a command is about: named, in front, selected, or the one being reviewed. */
  #keyOf(about: About): string | undefined {
    if (isRow(about)) return about.key;
    if (typeof about === "string") return about;
    const thread = isThread(about) ? shownBy(about.uri)?.key : undefined;
    return thread ?? diffInFront()?.key ?? this.#selectedKey() ?? this.#current ?? waiting(this.#reviews.shelf)[0]?.key;
  }

  #selectedKey(): string | undefined {
    const key = this.#tree.selected?.key;
    return key !== undefined && this.#reviews.open.has(key) ? key : undefined;
  }

  #fileOf(key: string | undefined, path: string | undefined): ChangedFile | undefined {
    return key === undefined ? undefined : this.#reviews.proposal(key)?.files.find((it) => it.path === path);
  }

  async #copy(about: About, tell: (proposal: Proposal) => string): Promise<void> {
    const key = isRow(about) ? about.key : (this.#tree.selected?.key ?? this.#keyOf(about));
    const proposal = key === undefined ? undefined : this.#reviews.proposal(key);
    if (proposal === undefined) return;
    await vscode.env.clipboard.writeText(tell(proposal));
    vscode.window.setStatusBarMessage("Evidence copied", 4000);
  }

  /** Make a proposal the one whose bars are shown. */
  #attend(key: string): void {
    this.#current = key;
    this.#show();
  }

  #refresh(key: string): void {
    if (this.#current === key && !this.#reviews.open.has(key)) this.#current = undefined;
    this.#show();
  }

  #show(): void {
    const { open, shelf } = this.#reviews;
    this.#tree.show(outlineOf(shelf, open), open.size);
    const review = this.#current === undefined ? undefined : open.get(this.#current);
    if (this.#current !== undefined && review !== undefined) this.#controls.show(this.#current, review);
    else this.#controls.hide();
    void vscode.commands.executeCommand("setContext", "glossator.reviewing", open.size > 0);
    this.#look();
  }

  /** Follow what is in front: the bars and buttons are those of the diff that can be seen. */
  #look(): void {
    const shown = diffInFront();
    const review = shown === null ? undefined : this.#reviews.open.get(shown.key);
    if (shown !== null && review !== undefined && this.#current !== shown.key) this.#attend(shown.key);
    const here = review === undefined ? "none" : review.sent ? "sent" : review.proposal.byParts ? "parts" : "whole";
    void vscode.commands.executeCommand("setContext", "glossator.reviewHere", here);
  }

  #mark(): void {
    const review = this.#current === undefined ? undefined : this.#reviews.open.get(this.#current);
    if (this.#current !== undefined && review !== undefined) this.#controls.mark(this.#current, review);
  }
}

function isInTree(about: About | InTree): about is InTree {
  return typeof about === "object" && "from" in about;
}

function isRow(about: About): about is Row {
  return typeof about === "object" && "parts" in about;
}

function isThread(about: About): about is vscode.CommentThread {
  return typeof about === "object" && "comments" in about;
}

function changedLineOf(file: ChangedFile): number {
  return firstChangedLine(file.before ?? "", file.after ?? "");
}
