/**
 * Own the commands about the server itself: its start, its log, its settings, how it stands.
 *
 * It must not know what the server does with code.
 */

import { homedir } from "node:os";
import * as vscode from "vscode";
import type { Program } from "../finding.ts";
import { run } from "../processes.ts";
import { CONFIG_TEMPLATE } from "../configFile.ts";
import { listOf, object, text } from "../shapes.ts";
import { statusReport } from "../statusReport.ts";
import type { CommandParts, Handler } from "./parts.ts";

const SCHEME = "glossator-status";
const REPORT = vscode.Uri.from({ scheme: SCHEME, path: "/Glossator Status" });

const readSources = object({ sources: listOf(object({ layer: text, path: text, state: text })) });

const EXAMPLE = `# How many bytes a text such as "12 MB" means.
UNITS = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9}


def parse_size(text, default=None):
    if not text:
        return default
    number, _, unit = text.strip().partition(" ")
    if unit not in UNITS:
        raise ValueError(f"unknown unit: {unit}")
    return int(number) * UNITS[unit]
`;

/** Return the commands, by their names. */
export function houseCommands(parts: CommandParts): Readonly<Record<string, Handler>> {
  const { context, log, server, offering, models, statusBar, walkthrough } = parts;
  const report = new Report(parts);
  context.subscriptions.push(vscode.workspace.registerTextDocumentContentProvider(SCHEME, report));
  return {
    install: () => offering.install(),
    restart: () => server.restart(),
    showLog: () => {
      log.show();
    },
    status: () => report.show(),
    fetchModel: async () => {
      if (await models.fetch()) await statusBar.refresh();
    },
    openSettings: async () => {
      await vscode.commands.executeCommand("workbench.action.openSettings", `@ext:${context.extension.id}`);
    },
    openWalkthrough: () => walkthrough.open(),
    openConfig: async () => {
      await openConfig(await userConfig(await programOf(parts)));
    },
    openExample,
    pauseIndex: async () => {
      await server.command("glossator.index.pause", {});
      await statusBar.refresh();
    },
    resumeIndex: async () => {
      await server.command("glossator.index.resume", {});
      await statusBar.refresh();
    },
  };
}

/** The report on how things stand, as a document that can only be read. */
class Report implements vscode.TextDocumentContentProvider {
  readonly #changes = new vscode.EventEmitter<vscode.Uri>();
  readonly #parts: CommandParts;

  readonly onDidChange = this.#changes.event;

  constructor(parts: CommandParts) {
    this.#parts = parts;
  }

  async show(): Promise<void> {
    this.#changes.fire(REPORT);
    const document = await vscode.workspace.openTextDocument(REPORT);
    await vscode.window.showTextDocument(document, { preview: true });
  }

  async provideTextDocumentContent(): Promise<string> {
    const { context, server } = this.#parts;
    const { version } = context.extension.packageJSON as { version: string };
    const program = await programOf(this.#parts).catch((trouble: unknown) => String(trouble));
    const status = await server.status().catch(() => null);
    return statusReport({
      state: server.state,
      status,
      program: typeof program === "string" ? program : [program.command, ...program.before].join(" "),
      extension: version,
      isTrusted: vscode.workspace.isTrusted,
      doctor: typeof program === "string" ? "nothing: there is no program" : await doctor(program),
    });
  }
}

async function programOf({ installing }: CommandParts): Promise<Program> {
  const found = await installing.installed();
  if ("absent" in found) throw new Error(found.absent);
  return found;
}

async function doctor({ command, before }: Program): Promise<string> {
  const cwd = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? homedir();
  const { output, lines } = await run({ command, args: [...before, "doctor"], cwd, environment: { PYTHONSAFEPATH: "1" } });
  return output || lines.join("\n");
}

async function userConfig({ command, before }: Program): Promise<vscode.Uri> {
  const args = [...before, "policy", "show", "--json"];
  const { output } = await run({ command, args, cwd: homedir() });
  const { sources } = readSources(JSON.parse(output), "policy show");
  const user = sources.find((it) => it.layer === "user");
  if (user === undefined) throw new Error("The server reads no configuration of yours; see its log.");
  return vscode.Uri.file(user.path);
}

async function openExample(): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ language: "python", content: EXAMPLE });
  const name = document.positionAt(EXAMPLE.indexOf("parse_size"));
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(name, name) });
}

async function openConfig(file: vscode.Uri): Promise<void> {
  try {
    await vscode.workspace.fs.stat(file);
    await vscode.window.showTextDocument(file);
  } catch {
    // Nothing is written until it is saved.
    const document = await vscode.workspace.openTextDocument(file.with({ scheme: "untitled" }));
    const editor = await vscode.window.showTextDocument(document);
    if (document.getText() === "") {
      await editor.edit((edit) => {
        edit.insert(new vscode.Position(0, 0), CONFIG_TEMPLATE);
      });
    }
  }
}
