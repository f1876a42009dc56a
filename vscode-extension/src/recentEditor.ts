/**
 * Own which editor a command is about when something else has the focus, such as the walkthrough.
 *
 * It must not know any command.
 */

import * as vscode from "vscode";
import { isSupported } from "./languages.ts";

/** Remembers the document of ours that was looked at last. */
export class RecentEditor implements vscode.Disposable {
  readonly #following: vscode.Disposable;
  #document: vscode.TextDocument | undefined;

  constructor() {
    this.#note(vscode.window.activeTextEditor);
    this.#following = vscode.window.onDidChangeActiveTextEditor((editor) => {
      this.#note(editor);
    });
  }

  /** Return the editor that a command is about, brought to the front; undefined where none was ever there. */
  async get(): Promise<vscode.TextEditor | undefined> {
    const active = vscode.window.activeTextEditor;
    if (active !== undefined) return isOurs(active.document) ? active : undefined;
    if (this.#document === undefined || this.#document.isClosed) return undefined;
    return vscode.window.showTextDocument(this.#document);
  }

  dispose(): void {
    this.#following.dispose();
  }

  #note(editor: vscode.TextEditor | undefined): void {
    if (editor !== undefined && isOurs(editor.document)) this.#document = editor.document;
  }
}

/** Tell whether the server is for a document. */
export function isOurs({ languageId, uri }: vscode.TextDocument): boolean {
  return isSupported({ languageId, scheme: uri.scheme });
}
