/**
 * Own the commands that have the server do something with the code: at the cursor, in a file, as words say.
 *
 * It must not know what comes of it: progress, edits and answers come from the server.
 */

import * as vscode from "vscode";
import { actionsAt } from "../actionsAt.ts";
import { argumentFor } from "../offers.ts";
import { isOurs } from "../recentEditor.ts";
import { ServerTrouble } from "../server.ts";
import type { JobCommand } from "../server.ts";
import { TRUST_FIRST, needsTrust } from "../trust.ts";
import { problemOfWords } from "../words.ts";
import type { CommandParts, Handler } from "./parts.ts";

const MANAGE_TRUST = "Manage Trust";
const OPEN_FIRST = "Open a file in C, C++, Python, JavaScript, TypeScript, Go, Rust or Java first.";

interface Box {
  readonly title: string;
  readonly placeHolder: string;
  readonly prompt: string;
}

const EDIT_BOX: Box = {
  title: "Edit with Glossator",
  placeHolder: "add a timeout_ms parameter to connect and pass it from all callers",
  prompt: "What is to change? You see the plan first, then the checked diff.",
};

const DO_BOX: Box = {
  title: "Tell Glossator What to Do",
  placeHolder: "document the public functions of this file",
  prompt: "Say it in your own words: comments, fixes, edits and searches are told apart on this machine.",
};

/** Return the commands, by their names. */
export function workCommands(parts: CommandParts): Readonly<Record<string, Handler>> {
  const { server, links, recent } = parts;
  const start = async (command: JobCommand, argument: object): Promise<void> => {
    if (await isAllowed(command)) await server.startJob(command, argument);
  };
  const editorNow = async (): Promise<vscode.TextEditor> => {
    const editor = await recent.get();
    if (editor === undefined) throw new ServerTrouble(OPEN_FIRST);
    return editor;
  };
  const fileOf = async (resource: unknown): Promise<object> => {
    // From a menu of the explorer comes the file that it is about.
    const uri = resource instanceof vscode.Uri ? resource : (await editorNow()).document.uri;
    return { uri: uri.toString() };
  };
  const here = (command: JobCommand) => async (): Promise<void> => {
    if (!(await isAllowed(command))) return;
    const editor = await editorNow();
    const offered = editor.selection.isEmpty ? await offeredAt(parts, editor, command) : undefined;
    await start(command, offered ?? placeOf(editor));
  };
  const inWords = (command: JobCommand, box: Box) => async (): Promise<void> => {
    if (!(await isAllowed(command))) return;
    const text = await askedFor(box);
    if (text === undefined) return;
    const editor = vscode.window.activeTextEditor;
    await start(command, { text, ...(editor === undefined || !isOurs(editor.document) ? {} : placeOf(editor)) });
  };
  return {
    document: here("glossator.document"),
    explain: here("glossator.explain"),
    fix: here("glossator.fix"),
    review: here("glossator.review"),
    documentFile: async (resource) => start("glossator.documentAll", await fileOf(resource)),
    updateComments: async (resource) => start("glossator.documentAll", { ...(await fileOf(resource)), only: "drifted" }),
    explainFile: async (resource) => start("glossator.explain", await fileOf(resource)),
    reviewFile: async (resource) => start("glossator.review", await fileOf(resource)),
    edit: inWords("glossator.edit", EDIT_BOX),
    do: inWords("glossator.do", DO_BOX),
    runLink: async (number) => {
      const link = links.get(number);
      if (link === undefined) throw new ServerTrouble("This hover is too old; point at the code again.");
      await start(link.command as JobCommand, link.argument ?? {});
    },
  };
}

async function isAllowed(command: JobCommand): Promise<boolean> {
  const isAllowed = vscode.workspace.isTrusted || !needsTrust(command);
  if (!isAllowed) await sayTrustFirst();
  return isAllowed;
}

/** Say in one sentence how a folder comes to be trusted, with the way there. */
export async function sayTrustFirst(): Promise<void> {
  const answer = await vscode.window.showWarningMessage(TRUST_FIRST, MANAGE_TRUST);
  if (answer === MANAGE_TRUST) await vscode.commands.executeCommand("workbench.trust.manage");
}

async function askedFor(box: Box): Promise<string | undefined> {
  const words = await vscode.window.showInputBox({ ...box, validateInput: complaint, ignoreFocusOut: true });
  return words?.trim();
}

function complaint(words: string): string | undefined {
  // Nobody is told off for what is not written yet.
  return words === "" ? undefined : (problemOfWords(words) ?? undefined);
}

async function offeredAt(
  { server }: CommandParts,
  editor: vscode.TextEditor,
  command: JobCommand,
): Promise<object | undefined> {
  const client = await server.running();
  // The offer knows the symbol around the cursor, and what other servers found there.
  return argumentFor(command, await actionsAt(client, editor.document, editor.selection));
}

function placeOf({ document, selection }: vscode.TextEditor): object {
  const { start, end } = selection;
  return {
    uri: document.uri.toString(),
    version: document.version,
    range: {
      start: { line: start.line, character: start.character },
      end: { line: end.line, character: end.character },
    },
  };
}
