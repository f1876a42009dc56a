/**
 * Own what stands in the document of a plan beside its text: what is asked, and links to its files.
 *
 * It must not answer anything.
 */

import * as vscode from "vscode";
import { plannedFiles } from "./plans.ts";
import { SCHEME } from "./planFiles.ts";

export const GO_ON = "glossator.ui.plan.goOn";
export const DISCARD = "glossator.ui.plan.discard";

const SELECTOR: vscode.DocumentSelector = { scheme: SCHEME };

/** Show both in documents of plans, as long as `waits` says that one waits. */
export function planMarks(waits: (uri: vscode.Uri) => boolean, changed: vscode.Event<void>): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.languages.registerCodeLensProvider(SELECTOR, {
      onDidChangeCodeLenses: changed,
      provideCodeLenses: ({ uri }) => (waits(uri) ? lensesOf(uri) : []),
    }),
    vscode.languages.registerDocumentLinkProvider(SELECTOR, {
      provideDocumentLinks: async (document) => linksIn(document.getText()),
    }),
  );
}

function lensesOf(uri: vscode.Uri): vscode.CodeLens[] {
  const top = new vscode.Range(0, 0, 0, 0);
  return [
    new vscode.CodeLens(top, { title: "Go On", command: GO_ON, arguments: [uri] }),
    new vscode.CodeLens(top, { title: "Discard", command: DISCARD, arguments: [uri] }),
    new vscode.CodeLens(top, { title: "Change the plan as you like: what stands here is carried out", command: "" }),
  ];
}

async function linksIn(text: string): Promise<vscode.DocumentLink[]> {
  const links = plannedFiles(text).map(async ({ path, line, start, end }) => {
    const target = await firstThatIsThere(path);
    return target === undefined ? [] : [new vscode.DocumentLink(new vscode.Range(line, start, line, end), target)];
  });
  return (await Promise.all(links)).flat();
}

/** Return a planned file in the first folder that has it; one that is yet to be made is nowhere. */
async function firstThatIsThere(path: string): Promise<vscode.Uri | undefined> {
  for (const { uri } of vscode.workspace.workspaceFolders ?? []) {
    const file = vscode.Uri.joinPath(uri, path);
    if (!file.path.startsWith(`${uri.path}/`)) continue;
    const isFile = await vscode.workspace.fs.stat(file).then(
      ({ type }) => (type & vscode.FileType.File) !== 0,
      () => false,
    );
    if (isFile) return file;
  }
  return undefined;
}
