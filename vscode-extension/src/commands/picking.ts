/**
 * Own the commands that have a person pick from a list: what to do, which job to cancel, where to go.
 *
 * It must not do what is picked.
 */

import * as vscode from "vscode";
import { readHits } from "../protocol.ts";
import type { Hit } from "../protocol.ts";
import { ServerTrouble } from "../server.ts";
import { itemsOf, menuOf } from "../pickItems.ts";
import type { CommandParts, Handler } from "./parts.ts";

// A person who types has a word ready about this often.
const TYPED_MS = 200;
const MOST_HITS = 30;

/** Return the commands, by their names. */
export function pickCommands(parts: CommandParts): Readonly<Record<string, Handler>> {
  return {
    menu: () => menu(parts),
    cancel: () => cancel(parts),
    search: () => new Search(parts).run(),
  };
}

async function menu({ server }: CommandParts): Promise<void> {
  const editor = vscode.window.activeTextEditor !== undefined;
  const items = menuOf({ state: server.state.kind, isTrusted: vscode.workspace.isTrusted, editor });
  const shown = items.map(({ label, group, command }) =>
    group === undefined ? { label, command } : { label: group, kind: vscode.QuickPickItemKind.Separator, command },
  );
  const picked = await vscode.window.showQuickPick(shown, { title: "Glossator", placeHolder: "What shall Glossator do?" });
  if (picked !== undefined) await vscode.commands.executeCommand(picked.command);
}

async function cancel({ server }: CommandParts): Promise<void> {
  const jobs = (await server.status())?.jobs ?? [];
  if (jobs.length === 0) {
    void vscode.window.showInformationMessage("Glossator is doing nothing that could be cancelled.");
    return;
  }
  const items = jobs.map(({ job, title }) => ({ label: title.replaceAll("`", ""), description: `job ${job}`, job }));
  const [only] = items;
  const picked =
    items.length === 1 ? only : await vscode.window.showQuickPick(items, { title: "Cancel a Job", placeHolder: "Which one?" });
  if (picked !== undefined) await server.command("glossator.cancel", { job: picked.job });
}

interface HitItem extends vscode.QuickPickItem {
  readonly hit: Hit;
}

/** A search as one types, with the hit under the cursor shown beside. */
class Search {
  readonly #pick = vscode.window.createQuickPick<HitItem>();
  readonly #parts: CommandParts;
  readonly #before = vscode.window.activeTextEditor;
  readonly #selectionBefore = vscode.window.activeTextEditor?.selection;
  #latest = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: CommandParts) {
    this.#parts = parts;
  }

  /** Search until a person has picked a hit, or gone away; rejects with the sentence to show. */
  async run(): Promise<void> {
    const ended = Promise.withResolvers<void>();
    const pick = this.#pick;
    let isChosen = false;
    pick.title = "Search Code by What It Does";
    pick.placeholder = "append a record to the log, or a name";
    pick.onDidChangeValue((words) => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        this.#search(words).catch(ended.reject);
      }, TYPED_MS);
    });
    pick.onDidChangeActive(([item]) => {
      if (item !== undefined) void this.#show(item.hit, true);
    });
    pick.onDidAccept(() => {
      const [item] = pick.activeItems;
      if (item === undefined) return;
      isChosen = true;
      void this.#show(item.hit, false);
      pick.hide();
    });
    pick.onDidHide(() => {
      if (!isChosen) void this.#goBack();
      ended.resolve();
    });
    pick.show();
    try {
      await ended.promise;
    } finally {
      clearTimeout(this.#timer);
      pick.dispose();
    }
  }

  async #search(words: string): Promise<void> {
    const mine = ++this.#latest;
    if (words.trim() === "") {
      this.#pick.items = [];
      return;
    }
    this.#pick.busy = true;
    const argument = { text: words, limit: MOST_HITS };
    const found = await this.#parts.server.command("glossator.search", argument).finally(() => {
      if (mine === this.#latest) this.#pick.busy = false;
    });
    // What was typed meanwhile has its own answer.
    if (mine !== this.#latest) return;
    this.#pick.items = itemsOf(readHits(found, "search"));
  }

  async #show({ location: { uri, range } }: Hit, isPreview: boolean): Promise<void> {
    const { start, end } = range;
    const selection = new vscode.Range(start.line, start.character, end.line, end.character);
    const shown = { preview: true, preserveFocus: isPreview, selection };
    try {
      await vscode.window.showTextDocument(vscode.Uri.parse(uri), shown);
    } catch {
      if (!isPreview) throw new ServerTrouble("The file is gone; search again.");
    }
  }

  async #goBack(): Promise<void> {
    if (this.#before === undefined) return;
    const { document, viewColumn } = this.#before;
    await vscode.window.showTextDocument(document, {
      ...(viewColumn === undefined ? {} : { viewColumn }),
      ...(this.#selectionBefore === undefined ? {} : { selection: this.#selectionBefore }),
    });
  }
}
