/**
 * Own what a question can be about beside the workspace: the code where the cursor is, or that is selected.
 *
 * It must not ask anything.
 */

import * as vscode from "vscode";
import { isSupported } from "../languages.ts";
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
  if (!isSupported({ languageId: document.languageId, scheme: document.uri.scheme }) || document.isUntitled) return null;
  const range = new vscode.Range(selection.start, selection.end);
  return { uri: document.uri.toString(), version: document.version, range, label: labelOf(document.uri, range) };
}

/** Return the argument of a command that is about a place. */
export function argumentFor({ uri, version, range }: Around): object {
  return { uri, version, range: { start: range.start, end: range.end } };
}

/** Whether questions are about the place in front: a person says so, or something is selected. */
export class AboutChoice {
  #choice: "unsaid" | "on" | "off" = "unsaid";

  say(on: boolean): void {
    this.#choice = on ? "on" : "off";
  }

  /** Forget what was said: it was about another place. */
  reset(): void {
    this.#choice = "unsaid";
  }

  about(place: Around | null): About | null {
    return place === null ? null : { label: place.label, on: this.#isOn(place) };
  }

  /** Return the place if it is to go along. */
  chosen(place: Around | null): Around | null {
    return place !== null && this.#isOn(place) ? place : null;
  }

  #isOn(place: Around): boolean {
    return this.#choice === "unsaid" ? !place.range.isEmpty : this.#choice === "on";
  }
}

function labelOf(uri: vscode.Uri, range: vscode.Range): string {
  const path = vscode.workspace.asRelativePath(uri);
  const [first, last] = [range.start.line + 1, range.end.line + (range.end.character === 0 && !range.isEmpty ? 0 : 1)];
  return last > first ? `${path}:${first}-${last}` : `${path}:${first}`;
}
