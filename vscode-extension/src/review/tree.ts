/**
 * Own the tree of proposals in the side bar: it shows the rows that it is given.
 *
 * It must not decide what a row says or does.
 */

import * as vscode from "vscode";
import type { Row } from "./outline.ts";

export const VIEW = "glossator.proposals";
export const OPEN = "glossator.ui.review.open";

const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
const STATES = { none: None, collapsed: Collapsed, expanded: Expanded } as const;

/** What a person ticked or unticked. */
export interface Ticked {
  readonly row: Row;
  readonly checked: boolean;
}

/** The tree, and what is selected in it. */
export class ProposalTree implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #ticked = new vscode.EventEmitter<readonly Ticked[]>();
  readonly #view: vscode.TreeView<Row>;
  #rows: readonly Row[] = [];
  #parents = new Map<string, Row>();

  readonly onDidChangeTreeData = this.#changed.event;
  readonly onDidTick = this.#ticked.event;

  constructor() {
    this.#view = vscode.window.createTreeView(VIEW, {
      treeDataProvider: this,
      showCollapseAll: true,
      // A file is ticked where all of its hunks are: that is for what is decided to say.
      manageCheckboxStateManually: true,
    });
    this.#view.onDidChangeCheckboxState(({ items }) => {
      const { Checked } = vscode.TreeItemCheckboxState;
      this.#ticked.fire(items.map(([row, state]) => ({ row, checked: state === Checked })));
    });
  }

  /** Show other rows, and how many proposals wait. */
  show(rows: readonly Row[], waiting: number): void {
    this.#rows = rows;
    this.#parents = new Map(rows.flatMap(withParents));
    const tooltip = waiting === 1 ? "1 change waits for you" : `${waiting} changes wait for you`;
    this.#view.badge = waiting === 0 ? undefined : { value: waiting, tooltip };
    this.#changed.fire(undefined);
  }

  /** Return the row that is selected. */
  get selected(): Row | undefined {
    return this.#view.selection[0];
  }

  /** Show a row where the tree can be seen. */
  async reveal(id: string): Promise<void> {
    const row = [...this.#rows, ...this.#parents.values()].find((it) => it.id === id);
    if (row !== undefined && this.#view.visible) await this.#view.reveal(row, { select: true, expand: true });
  }

  getChildren(row?: Row): Row[] {
    return [...(row === undefined ? this.#rows : row.children)];
  }

  getParent(row: Row): Row | undefined {
    return this.#parents.get(row.id);
  }

  getTreeItem(row: Row): vscode.TreeItem {
    const item = new vscode.TreeItem(row.label, STATES[row.open]);
    item.id = row.id;
    item.description = row.description;
    item.tooltip = row.tooltip;
    item.contextValue = row.context;
    item.accessibilityInformation = { label: row.spoken };
    if (row.icon !== null) item.iconPath = iconOf(row.icon.name, row.icon.color);
    if (row.file !== null) {
      item.resourceUri = vscode.Uri.parse(row.file);
      item.iconPath = vscode.ThemeIcon.File;
    }
    if (row.checked !== null) item.checkboxState = checkboxOf(row, row.checked);
    if (row.target !== null) item.command = { command: OPEN, title: "Show", arguments: [row] };
    return item;
  }

  dispose(): void {
    this.#view.dispose();
    this.#changed.dispose();
    this.#ticked.dispose();
  }
}

function checkboxOf(row: Row, checked: boolean): NonNullable<vscode.TreeItem["checkboxState"]> {
  const { Checked, Unchecked } = vscode.TreeItemCheckboxState;
  const label = `Accept ${row.spoken}`;
  return { state: checked ? Checked : Unchecked, tooltip: "Accept", accessibilityInformation: { label } };
}

function iconOf(name: string, color: string | undefined): vscode.ThemeIcon {
  return new vscode.ThemeIcon(name, color === undefined ? undefined : new vscode.ThemeColor(color));
}

function withParents(row: Row): [string, Row][] {
  return row.children.flatMap((it) => [[it.id, row] as [string, Row], ...withParents(it)]);
}
