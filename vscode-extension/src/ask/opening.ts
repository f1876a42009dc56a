/**
 * Own the way from a place that an answer names to the lines in the editor, where the file truly lies in the workspace.
 *
 * It must not read links: it is given places.
 */

import { realpath } from "node:fs/promises";
import * as vscode from "vscode";
import type { Citation } from "../protocol.ts";
import { isBelow, placeOfCitation, withoutDriveSlash } from "./places.ts";
import type { Folder, Place } from "./places.ts";

/** Return the folders of the workspace, of those that lie on a disk. */
export function folders(): readonly Folder[] {
  const onDisk = (vscode.workspace.workspaceFolders ?? []).filter((it) => it.uri.scheme === "file");
  return onDisk.map((it) => withoutDriveSlash(it.uri.path));
}

/** Open a place and select its lines. Throws the sentence to show where it cannot be. */
export async function openPlace(place: Place, beside: boolean): Promise<void> {
  const path = await truePath(place.path);
  const inside = await Promise.all(folders().map(async (it) => isBelow(path, await truePath(it))));
  if (!inside.includes(true)) throw new Error("The place is outside of the workspace, and was not opened.");
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(place.path));
  const lines = (line: number): number => Math.min(Math.max(line, 1), document.lineCount) - 1;
  const last = lines(place.endLine);
  const selection = new vscode.Range(lines(place.startLine), 0, last, document.lineAt(last).text.length);
  const viewColumn = beside ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
  const editor = await vscode.window.showTextDocument(document, { viewColumn, selection });
  editor.revealRange(selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/** Open a citation, in the first folder that has its file. */
export async function openCitation(citation: Citation, beside: boolean): Promise<void> {
  const places = folders().map((it) => placeOfCitation(citation, it));
  for (const place of places) {
    if (place !== null && (await isThere(place.path))) return openPlace(place, beside);
  }
  throw new Error(`There is no ${citation.path} any more; ask again.`);
}

async function isThere(path: string): Promise<boolean> {
  return realpath(path).then(
    () => true,
    () => false,
  );
}

async function truePath(path: string): Promise<string> {
  try {
    return withoutDriveSlash(vscode.Uri.file(await realpath(path)).path);
  } catch {
    throw new Error(`There is no ${path} any more; ask again.`);
  }
}
