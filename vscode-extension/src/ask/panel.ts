/**
 * Own the web view that the panel's page lives in.
 *
 * It must not know what is asked or answered: it passes messages on.
 */

import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { readFromPage } from "./messages.ts";
import type { FromPage, ToPage } from "./messages.ts";
import { pageOf } from "./page.ts";

export const VIEW = "glossator.ask";

export class Panel implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly #extension: vscode.Uri;
  readonly #log: vscode.LogOutputChannel;
  readonly #said = new vscode.EventEmitter<FromPage>();
  readonly #registration: vscode.Disposable;
  #view: vscode.WebviewView | undefined;
  #isReady = false;
  #wantsFocus = false;

  readonly onDidSay = this.#said.event;

  constructor(extension: vscode.Uri, log: vscode.LogOutputChannel) {
    this.#extension = extension;
    this.#log = log;
    this.#registration = vscode.window.registerWebviewViewProvider(VIEW, this);
  }

  get isVisible(): boolean {
    return this.#view?.visible === true;
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.#view = view;
    const { webview } = view;
    const folder = (name: string): vscode.Uri => vscode.Uri.joinPath(this.#extension, name);
    webview.options = { enableScripts: true, localResourceRoots: [folder("dist"), folder("media")] };
    webview.onDidReceiveMessage((message: unknown) => {
      this.#take(message);
    });
    view.onDidDispose(() => {
      this.#view = undefined;
      this.#isReady = false;
    });
    const served = (...path: string[]): string =>
      webview.asWebviewUri(vscode.Uri.joinPath(this.#extension, ...path)).toString();
    webview.html = pageOf({
      script: served("dist", "ask.js"),
      style: served("media", "ask.css"),
      source: webview.cspSource,
      nonce: randomUUID(),
    });
  }

  /** Tell the page something, if there is one. */
  tell(message: ToPage): void {
    if (this.#isReady) void this.#view?.webview.postMessage(message);
  }

  /** Bring the panel to the front; the keyboard goes along. */
  async focus(): Promise<void> {
    await vscode.commands.executeCommand(`${VIEW}.focus`);
    if (this.#isReady) this.tell({ type: "focus" });
    else this.#wantsFocus = true;
  }

  /** Bring the panel to the front, and leave the keyboard where it is where that can be. */
  async show(): Promise<void> {
    if (this.#view === undefined) await vscode.commands.executeCommand(`${VIEW}.focus`);
    else this.#view.show(true);
  }

  dispose(): void {
    this.#registration.dispose();
    this.#said.dispose();
  }

  #begin(): void {
    this.#isReady = true;
    if (this.#wantsFocus) this.tell({ type: "focus" });
    this.#wantsFocus = false;
  }

  #take(message: unknown): void {
    try {
      const said = readFromPage(message);
      // A page that was hidden begins anew.
      if (said.type === "ready") this.#begin();
      this.#said.fire(said);
    } catch (trouble) {
      this.#log.error(`the panel said something that it never says: ${String(trouble)}`);
    }
  }
}
