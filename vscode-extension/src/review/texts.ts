/**
 * Own the read-only documents that a diff of a proposal shows: each file as it was and as it would be.
 *
 * It must not open them or decide anything.
 */

import * as vscode from "vscode";
import type { ChangedFile, Proposal } from "../protocol.ts";

export const SCHEME = "glossator-proposal";

export type Side = "before" | "after";

/** What a document of a proposal shows. */
export interface Shown {
  readonly key: string;
  readonly path: string;
  readonly side: Side;
}

/** Return the name of a document; it ends as the file does, so that the editor knows its language. */
export function uriOf({ key, path, side }: Shown): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, path: `/${path}`, query: new URLSearchParams({ key, side }).toString() });
}

/** Return what a document shows, or null for one that is not of a proposal. */
export function shownBy(uri: vscode.Uri): Shown | null {
  if (uri.scheme !== SCHEME) return null;
  const query = new URLSearchParams(uri.query);
  const key = query.get("key");
  if (key === null) return null;
  return { key, path: uri.path.slice(1), side: query.get("side") === "before" ? "before" : "after" };
}

/** Gives the editor the texts of proposals. */
export class ProposalTexts implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #find: (key: string) => Proposal | undefined;
  readonly onDidChange = this.#changed.event;

  constructor(find: (key: string) => Proposal | undefined) {
    this.#find = find;
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const shown = shownBy(uri);
    if (shown === null) return "";
    const file = this.#find(shown.key)?.files.find((it) => it.path === shown.path);
    return file?.[shown.side] ?? "";
  }

  /** Have the open documents of a proposal read again. */
  refresh(key: string): void {
    for (const it of vscode.workspace.textDocuments) {
      if (shownBy(it.uri)?.key === key) this.#changed.fire(it.uri);
    }
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

/** Give both documents of a file the language that the file itself has in this editor. */
export async function speakTheLanguageOf(file: ChangedFile, documents: readonly vscode.TextDocument[]): Promise<void> {
  const real = vscode.workspace.textDocuments.find((it) => it.uri.toString() === vscode.Uri.parse(file.uri).toString());
  if (real === undefined) return;
  for (const it of documents) {
    if (it.languageId !== real.languageId) await vscode.languages.setTextDocumentLanguage(it, real.languageId);
  }
}
