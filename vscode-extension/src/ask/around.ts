/**
 * Own what a question can be about beside the workspace: the code where the cursor is, or that is selected.
 *
 * It must not ask anything.
 */

import * as vscode from "vscode";
import { isOurs } from "../recentEditor.ts";
import type { About } from "./messages.ts";

/** A place in an open document, as the server's commands take it. */
export interface Around {
  readonly uri: string;
  readonly version: number;
  readonly range: vscode.Range;
  readonly label: string;
}

/** Return the place in the editor that has, or had last, the keyboard; null where the server knows no such file. */
export function placeInFront(): Around | null {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return null;
  const { document, selection } = editor;
  if (!isOurs(document) || document.isUntitled) return null;
  const range = new vscode.Range(selection.start, selection.end);
  return { uri: document.uri.toString(), version: document.version, range, label: labelOf(document.uri, range) };
}

/** Return the argument of a command that is about a place. */
export function argumentFor({ uri, version, range }: Around): object {
  return { uri, version, range: { start: range.start, end: range.end } };
}

/** Whether questions are about the place in front: as a person said of this very place, else if something is selected. */
export class AboutChoice {
  #said: { readonly place: string; readonly on: boolean } | null = null;

  say(on: boolean, place: Around | null): void {
    this.#said = place === null ? null : { place: nameOf(place), on };
  }

  about(place: Around | null): About | null {
    return place === null ? null : { label: place.label, on: this.#isOn(place) };
  }

  /** Return the place if it is to go along. */
  chosen(place: Around | null): Around | null {
    return place !== null && this.#isOn(place) ? place : null;
  }

  #isOn(place: Around): boolean {
    return this.#said?.place === nameOf(place) ? this.#said.on : !place.range.isEmpty;
  }
}

function nameOf({ uri, range }: Around): string {
  return JSON.stringify([uri, range]);
}

function labelOf(uri: vscode.Uri, range: vscode.Range): string {
  const path = vscode.workspace.asRelativePath(uri);
  const [first, last] = [range.start.line + 1, range.end.line + (range.end.character === 0 && !range.isEmpty ? 0 : 1)];
  return last > first ? `${path}:${first}-${last}` : `${path}:${first}`;
}
