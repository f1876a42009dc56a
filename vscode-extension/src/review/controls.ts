/**
 * Own what is shown at the hunks in a diff: a bar below each with its actions, and marks on those that are decided.
 *
 * It must not decide anything: a bar only knows which part it stands for.
 */

import * as vscode from "vscode";
import type { ChangedFile } from "../protocol.ts";
import { decisionOf, isWhole, partsOfFile } from "./decisions.ts";
import type { Decision, Part, Review } from "./decisions.ts";
import { editorsOf } from "./diffs.ts";
import { linesAfter } from "./places.ts";
import type { Lines } from "./places.ts";
import { shownBy, uriOf } from "./texts.ts";
import type { Side } from "./texts.ts";

const WORDS: Readonly<Record<Decision, string>> = {
  undecided: "Not decided yet",
  accepted: "Accepted",
  discarded: "Discarded",
};

/** Where the bar of a part stands. */
interface Spot {
  readonly part: Part;
  readonly side: Side;
  readonly lines: Lines;
  /** The lines that the part writes, which fade when it is discarded; null for one that only deletes. */
  readonly written: vscode.Range | null;
  readonly label: string;
}

interface Bar {
  readonly thread: vscode.CommentThread;
  shown: string;
}

/**
 * Bars of one review at a time, as threads of the editor's own comments.
 *
 * Code lenses are off in diffs unless somebody turns them on, and the menu in the gutter of a diff is closed to
 * extensions. A comment with an empty body does not open the panel of comments.
 */
export class HunkControls implements vscode.Disposable {
  readonly #bars = new Map<string, Bar>();
  readonly #parts = new WeakMap<vscode.CommentThread, Part>();
  readonly #accepted = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    after: { contentText: "  ✓ accepted", color: new vscode.ThemeColor("testing.iconPassed") },
  });
  readonly #discarded = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    after: { contentText: "  ✗ discarded", color: new vscode.ThemeColor("descriptionForeground") },
  });
  readonly #faded = vscode.window.createTextEditorDecorationType({ isWholeLine: true, opacity: "0.5" });
  #controller: vscode.CommentController | undefined;
  #key: string | undefined;

  /** Show the bars of a review, and what is decided of each. */
  show(key: string, review: Review): void {
    if (this.#key !== key) this.hide();
    this.#key = key;
    this.#controller ??= vscode.comments.createCommentController("glossator.review", "Glossator");
    const spots = review.proposal.files.flatMap(spotsOf);
    const wanted = new Set(spots.map((it) => placeOf(it)));
    for (const [place, bar] of this.#bars) {
      if (wanted.has(place)) continue;
      bar.thread.dispose();
      this.#bars.delete(place);
    }
    for (const spot of spots) this.#showBar(this.#controller, key, review, spot);
    this.mark(key, review);
  }

  /** Show in the open diffs what is decided; editors forget it when they are closed. */
  mark(key: string, review: Review): void {
    for (const editor of editorsOf(key)) {
      const shown = shownBy(editor.document.uri);
      const spots = review.proposal.files
        .filter((it) => it.path === shown?.path)
        .flatMap(spotsOf)
        .filter((it) => it.side === shown?.side);
      const decided = (decision: Decision): readonly Spot[] =>
        spots.filter((it) => decisionOf(review, it.part) === decision);
      const discarded = decided("discarded");
      editor.setDecorations(this.#accepted, decided("accepted").map((it) => lastLineOf(it.lines)));
      editor.setDecorations(this.#discarded, discarded.map((it) => lastLineOf(it.lines)));
      editor.setDecorations(this.#faded, discarded.flatMap((it) => it.written ?? []));
    }
  }

  /** Return the part that a bar stands for. */
  partOf(thread: vscode.CommentThread): Part | undefined {
    return this.#parts.get(thread);
  }

  /** Take all bars away. */
  hide(): void {
    this.#bars.clear();
    this.#key = undefined;
    // Its threads go with it. As long as there is a controller the editor offers a panel of comments.
    this.#controller?.dispose();
    this.#controller = undefined;
  }

  dispose(): void {
    this.hide();
    this.#accepted.dispose();
    this.#discarded.dispose();
    this.#faded.dispose();
  }

  #showBar(controller: vscode.CommentController, key: string, review: Review, spot: Spot): void {
    const place = placeOf(spot);
    const decision = decisionOf(review, spot.part);
    const shown = `${review.sent ? "sent" : decision} ${spot.label}`;
    const known = this.#bars.get(place);
    if (known?.shown === shown) return;
    const words = review.sent ? "Is being applied" : WORDS[decision];
    const comment = { author: { name: words }, body: "", mode: vscode.CommentMode.Preview };
    const uri = uriOf({ key, path: spot.part.path, side: spot.side });
    const thread = known?.thread ?? controller.createCommentThread(uri, lastLineOf(spot.lines), [comment]);
    thread.canReply = false;
    thread.comments = [comment];
    thread.label = spot.label;
    thread.contextValue = review.sent ? "sent" : review.proposal.byParts ? decision : "whole";
    const { Collapsed, Expanded } = vscode.CommentThreadCollapsibleState;
    thread.collapsibleState = decision === "undecided" || review.sent ? Expanded : Collapsed;
    const { Resolved, Unresolved } = vscode.CommentThreadState;
    thread.state = decision === "undecided" ? Unresolved : Resolved;
    this.#parts.set(thread, spot.part);
    this.#bars.set(place, { thread, shown });
  }
}

function spotsOf(file: ChangedFile): readonly Spot[] {
  const parts = partsOfFile(file);
  if (isWhole(file)) {
    return parts.map((part) => ({
      part,
      side: file.after === null ? "before" : "after",
      lines: { first: 0, last: 0 },
      written: file.change === "renamed" ? null : new vscode.Range(0, 0, lineCountOf(file) - 1, 0),
      label: wholeInWords(file),
    }));
  }
  return file.hunks.map((hunk, at) => ({
    part: { path: file.path, hunk: hunk.number },
    side: "after",
    lines: linesAfter(hunk),
    written: hunk.after.count === 0 ? null : new vscode.Range(hunk.after.start, 0, linesAfter(hunk).last, 0),
    label: `Hunk ${at + 1} of ${file.hunks.length}: +${hunk.added} −${hunk.deleted}`,
  }));
}

function wholeInWords(file: ChangedFile): string {
  return {
    modified: "The file",
    created: "New file",
    deleted: "The file is deleted",
    renamed: `Renamed, was ${file.movedFrom ?? "elsewhere"}`,
  }[file.change];
}

function lineCountOf(file: ChangedFile): number {
  return (file.after ?? file.before ?? "").split("\n").length;
}

function placeOf(spot: Spot): string {
  return [spot.part.path, spot.side, spot.part.hunk, spot.lines.first, spot.lines.last].join("\n");
}

function lastLineOf(lines: Lines): vscode.Range {
  return new vscode.Range(lines.last, 0, lines.last, 0);
}
