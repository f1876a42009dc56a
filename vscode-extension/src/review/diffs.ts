/**
 * Own the diff editors of proposals: which are open, and how one is opened or closed.
 *
 * It must not decide anything about a proposal.
 */

import * as vscode from "vscode";
import type { ChangedFile, Proposal } from "../protocol.ts";
import { hunkAt, linesAfter } from "./places.ts";
import { shownBy, speakTheLanguageOf, uriOf } from "./texts.ts";
import type { Shown } from "./texts.ts";

const TITLE_CHARACTERS = 48;

/** Open the diff of one file, at a line of its new text. */
export async function openDiff(key: string, proposal: Proposal, file: ChangedFile, line: number): Promise<void> {
  const sides = (["before", "after"] as const).map((side) => uriOf({ key, path: file.path, side }));
  const documents = await Promise.all(sides.map((it) => vscode.workspace.openTextDocument(it)));
  await speakTheLanguageOf(file, documents);
  const selection = new vscode.Range(line, 0, line, 0);
  await vscode.commands.executeCommand("vscode.diff", ...sides, titleOf(proposal, file), { preview: false, selection });
}

/** Open all files of a proposal in one editor. */
export async function openAll(key: string, proposal: Proposal): Promise<void> {
  const resources = proposal.files.map((it) => {
    const side = (name: "before" | "after"): vscode.Uri | undefined =>
      it[name] === null ? undefined : uriOf({ key, path: it.path, side: name });
    return [vscode.Uri.parse(it.uri), side("before"), side("after")];
  });
  await vscode.commands.executeCommand("vscode.changes", allTitleOf(proposal), resources);
}

/** Return what is in front: the diff of one file, or the editor with the cursor among all of them. */
export function diffInFront(): Shown | null {
  const cursor = vscode.window.activeTextEditor;
  const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
  const inTab = tab === undefined ? null : shownIn(tab);
  return inTab ?? (cursor === undefined ? null : shownBy(cursor.document.uri));
}

/** Tell whether a diff of a proposal is open. */
export function isOpen(key: string, proposal: Proposal): boolean {
  return tabsOf(key, proposal).length > 0;
}

/** Close the diffs of a proposal. */
export async function closeDiffs(key: string, proposal: Proposal): Promise<void> {
  const tabs = tabsOf(key, proposal);
  if (tabs.length > 0) await vscode.window.tabGroups.close(tabs);
}

/** Return the editor of the new text of a file, where one is visible. */
export function editorsOf(key: string): readonly vscode.TextEditor[] {
  return vscode.window.visibleTextEditors.filter((it) => shownBy(it.document.uri)?.key === key);
}

/** Return where the cursor is in the diff of a file, as a line of the new text: on the old side it is the hunk there. */
export function cursorIn(key: string, file: ChangedFile): number {
  const sides = editorsOf(key).flatMap((editor) => {
    const shown = shownBy(editor.document.uri);
    return shown?.path === file.path ? [{ editor, side: shown.side }] : [];
  });
  const active = sides.find((it) => it.editor === vscode.window.activeTextEditor);
  const { editor, side } = active ?? sides.find((it) => it.side === "after") ?? {};
  const line = editor?.selection.active.line ?? 0;
  if (side !== "before") return line;
  const hunk = hunkAt(file, line, "before");
  return hunk === null ? 0 : linesAfter(hunk).first;
}

/** Open a file of the workspace at a line. */
export async function openFile(uri: vscode.Uri, line: number): Promise<void> {
  const selection = new vscode.Range(line, 0, line, 0);
  await vscode.window.showTextDocument(uri, { preview: false, selection });
}

function tabsOf(key: string, proposal: Proposal): readonly vscode.Tab[] {
  const all = vscode.window.tabGroups.all.flatMap((it) => it.tabs);
  return all.filter((it) => shownIn(it)?.key === key || showsAll(it, proposal));
}

function shownIn(tab: vscode.Tab): Shown | null {
  return tab.input instanceof vscode.TabInputTextDiff ? shownBy(tab.input.modified) : null;
}

/** Tell whether a tab shows all files: what such a tab is made of is not told to extensions, but its label is. */
function showsAll({ input, label }: vscode.Tab, proposal: Proposal): boolean {
  const isOther = input instanceof vscode.TabInputText || input instanceof vscode.TabInputTextDiff;
  return !isOther && label.startsWith(allTitleOf(proposal));
}

function allTitleOf(proposal: Proposal): string {
  return `Glossator: ${proposal.title}`;
}

function titleOf(proposal: Proposal, file: ChangedFile): string {
  const name = file.path.slice(file.path.lastIndexOf("/") + 1);
  const title = proposal.title;
  const short = title.length > TITLE_CHARACTERS ? `${title.slice(0, TITLE_CHARACTERS).trimEnd()}…` : title;
  return `${name} (${short})`;
}
