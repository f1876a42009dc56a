/**
 * Own the documents of plans: files that are only in memory, so that they can be edited and saved, and leave nothing behind.
 *
 * It must not know what a plan is.
 */

import * as vscode from "vscode";

export const SCHEME = "glossator-plan";

interface Kept {
  readonly content: Uint8Array;
  readonly at: number;
}

export class PlanFiles implements vscode.FileSystemProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly #files = new Map<string, Kept>();
  readonly onDidChangeFile = this.#changed.event;

  /** Put a text where a document shows it. */
  put(uri: vscode.Uri, text: string): void {
    this.#keep(uri, new TextEncoder().encode(text));
  }

  /** Return the names of all texts. */
  all(): readonly vscode.Uri[] {
    return [...this.#files.keys()].map((path) => vscode.Uri.from({ scheme: SCHEME, path }));
  }

  /** Forget a text. */
  remove(uri: vscode.Uri): void {
    if (!this.#files.delete(uri.path)) return;
    this.#changed.fire([{ type: vscode.FileChangeType.Deleted, uri }]);
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  stat(uri: vscode.Uri): vscode.FileStat {
    const kept = this.#files.get(uri.path);
    if (kept !== undefined) {
      return { type: vscode.FileType.File, ctime: 0, mtime: kept.at, size: kept.content.byteLength };
    }
    // Folders are there as long as something lies in them.
    if ([...this.#files.keys()].some((it) => it.startsWith(`${uri.path.replace(/\/$/u, "")}/`))) {
      return { type: vscode.FileType.Directory, ctime: 0, mtime: 0, size: 0 };
    }
    throw vscode.FileSystemError.FileNotFound(uri);
  }

  readFile(uri: vscode.Uri): Uint8Array {
    const kept = this.#files.get(uri.path);
    if (kept === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return kept.content;
  }

  writeFile(uri: vscode.Uri, content: Uint8Array): void {
    // Nobody makes files here but us.
    if (!this.#files.has(uri.path)) throw vscode.FileSystemError.NoPermissions(uri);
    this.#keep(uri, content);
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #keep(uri: vscode.Uri, content: Uint8Array): void {
    const isNew = !this.#files.has(uri.path);
    this.#files.set(uri.path, { content, at: Date.now() });
    const { Created, Changed } = vscode.FileChangeType;
    this.#changed.fire([{ type: isNew ? Created : Changed, uri }]);
  }
}
