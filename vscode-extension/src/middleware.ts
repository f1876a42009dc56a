/**
 * Own what this extension does on the way between the editor and the server.
 *
 * It must not know how any of it is shown.
 */

import * as vscode from "vscode";
import type { ConfigurationParams, LanguageClient, Middleware } from "vscode-languageclient/node";
import { actionsAt } from "./actionsAt.ts";
import { explicitSettings, serverSettings } from "./explicitSettings.ts";
import { KeptLinks, lineOf, linksOf } from "./hoverLinks.ts";
import type { Jobs } from "./jobs.ts";
import { isOffered, needsTrust } from "./trust.ts";

const SECTION = "glossator";
const RUN_LINK = "glossator.ui.runLink";

/** What stands on the way. */
export interface MiddlewareParts {
  readonly client: () => LanguageClient | undefined;
  readonly jobs: Jobs;
  readonly links: KeptLinks;
  /** The names of all settings that the extension contributes. */
  readonly settings: readonly string[];
  readonly sayTrustFirst: () => void;
  readonly sayTrouble: (trouble: unknown) => void;
}

/** Return what stands between the editor and the server. */
export function middlewareOf(parts: MiddlewareParts): Middleware {
  const names = serverSettings(parts.settings, SECTION);
  return {
    workspace: {
      configuration: async (params, token, next) => {
        const asked = params.items.map(({ section, scopeUri }) =>
          section === SECTION ? settingsOf(names, scopeUri) : undefined,
        );
        if (asked.every((it) => it !== undefined)) return asked;
        const others: ConfigurationParams = { items: params.items };
        const answered = await next(others, token);
        return Array.isArray(answered) ? asked.map((it, at) => it ?? (answered[at] as unknown)) : answered;
      },
    },
    provideHover: async (document, position, token, next) => {
      const [hover, links] = await Promise.all([
        next(document, position, token),
        hoverLinks(parts, document, position, token),
      ]);
      if (links === null) return hover;
      // On a finding of somebody's that the server says nothing about, the mend is worth a hover.
      if (!hover) return hasFinding(document, position) ? new vscode.Hover(links) : hover;
      return new vscode.Hover([...hover.contents, links], hover.range);
    },
    provideCodeActions: async (document, range, context, token, next) => {
      const found = await next(document, range, context, token);
      return found?.filter((it) => isOffered(commandOf(it), vscode.workspace.isTrusted));
    },
    executeCommand: async (command, args, next) => {
      if (needsTrust(command) && !vscode.workspace.isTrusted) {
        parts.sayTrustFirst();
        return null;
      }
      try {
        return (await next(command, args)) as unknown;
      } catch (trouble) {
        parts.sayTrouble(trouble);
        return null;
      }
    },
    handleWorkDoneProgress: (token, params, next) => {
      parts.jobs.take(token, params, () => {
        next(token, params);
      });
    },
  };
}

function settingsOf(names: readonly string[], scope: string | undefined): object {
  const resource = scope === undefined ? undefined : vscode.Uri.parse(scope);
  const section = vscode.workspace.getConfiguration(SECTION, resource);
  return explicitSettings(names, {
    inspect: (name) => section.inspect(name),
    get: (name) => section.get(name),
  });
}

async function hoverLinks(
  { client, links }: MiddlewareParts,
  document: vscode.TextDocument,
  position: vscode.Position,
  token: vscode.CancellationToken,
): Promise<vscode.MarkdownString | null> {
  const running = client();
  const wanted = vscode.workspace.getConfiguration(SECTION).get<boolean>("hover.links", true);
  if (running === undefined || !wanted) return null;
  // A hover without its links is better than none.
  const offered = await actionsAt(running, document, new vscode.Range(position, position), token).catch(() => []);
  const shown = linksOf(offered, vscode.workspace.isTrusted);
  if (shown.length === 0) return null;
  const numbers = shown.map((it) => links.keep(it));
  const line = new vscode.MarkdownString(lineOf(shown, RUN_LINK, numbers), true);
  line.isTrusted = { enabledCommands: [RUN_LINK] };
  return line;
}

function hasFinding(document: vscode.TextDocument, position: vscode.Position): boolean {
  return vscode.languages
    .getDiagnostics(document.uri)
    .some((it) => it.severity <= vscode.DiagnosticSeverity.Warning && it.range.contains(position));
}

function commandOf(action: vscode.Command | vscode.CodeAction): string | undefined {
  return typeof action.command === "string" ? action.command : action.command?.command;
}
