/**
 * Own the commands about prompts: one is opened, tried on a function, or compared with the product's.
 *
 * It must not know what a prompt says, nor what comes of it.
 */

import { homedir } from "node:os";
import * as vscode from "vscode";
import { isPromptPath } from "../languages.ts";
import { run } from "../processes.ts";
import { problemOfName, promptItems, readCopy, readPrompts } from "../promptList.ts";
import type { ListedPrompt } from "../promptList.ts";
import { ServerTrouble } from "../server.ts";
import type { CommandParts, Handler } from "./parts.ts";

const OPEN_FIRST = "Open a prompt of your own first, with Glossator: Open a Prompt.";

/** Return the commands, by their names. */
export function promptCommands(parts: CommandParts): Readonly<Record<string, Handler>> {
  const { server } = parts;
  const tried = async (more: object): Promise<void> => {
    const document = vscode.window.activeTextEditor?.document;
    if (document === undefined || !isPromptPath(document.uri.fsPath)) throw new ServerTrouble(OPEN_FIRST);
    await server.startJob("glossator.prompt.try", { uri: document.uri.toString(), ...more });
  };
  return {
    "prompt.open": () => open(parts),
    "prompt.try": () => tried({}),
    "prompt.compare": () => tried({ compare: true }),
  };
}

async function open(parts: CommandParts): Promise<void> {
  const { prompts } = readPrompts(JSON.parse(await printed(parts, ["list"])), "prompt list");
  const picked = await vscode.window.showQuickPick(promptItems(prompts), {
    title: "Open a Prompt",
    placeHolder: "One of the product's is copied first: yours then takes its place, or has a name of its own",
    matchOnDescription: true,
  });
  if (picked === undefined) return;
  const path = picked.prompt.path ?? (await copied(parts, picked.prompt));
  if (path !== undefined) await vscode.window.showTextDocument(vscode.Uri.file(path), { preview: false });
}

async function copied(parts: CommandParts, { name }: ListedPrompt): Promise<string | undefined> {
  const wanted = await vscode.window.showInputBox({
    title: `Copy the Prompt ${name}`,
    prompt: `A name of its own, to be chosen in the settings. Empty: it takes the place of the product's ${name} at once.`,
    placeHolder: `my-${name}`,
    validateInput: problemOfName,
    ignoreFocusOut: true,
  });
  if (wanted === undefined) return undefined;
  const names = wanted === "" ? [name] : [name, wanted];
  return readCopy(JSON.parse(await printed(parts, ["copy", ...names])), "prompt copy").path;
}

async function printed({ installing }: CommandParts, args: readonly string[]): Promise<string> {
  const found = await installing.installed();
  if ("absent" in found) throw new ServerTrouble(found.absent);
  const { output, lines } = await run({
    command: found.command,
    args: [...found.before, "prompt", ...args, "--json"],
    cwd: homedir(),
  });
  if (output === "") throw new ServerTrouble(lines.join(" "));
  return output;
}
