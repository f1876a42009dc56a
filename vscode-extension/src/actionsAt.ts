/**
 * Own the question for what the server offers at a place, beside the editor's own menu.
 *
 * It must not choose among the offers.
 */

import * as vscode from "vscode";
import { CodeActionRequest, CodeActionTriggerKind } from "vscode-languageclient/node";
import type { LanguageClient } from "vscode-languageclient/node";
import type { Offered } from "./offers.ts";

/** Return the offers of the server for a range, with what any server has found there. */
export async function actionsAt(
  client: LanguageClient,
  document: vscode.TextDocument,
  range: vscode.Range,
  cancelled?: vscode.CancellationToken,
): Promise<Offered[]> {
  const here = vscode.languages.getDiagnostics(document.uri).filter((it) => it.range.intersection(range) !== undefined);
  const params = {
    textDocument: { uri: client.code2ProtocolConverter.asUri(document.uri) },
    range: client.code2ProtocolConverter.asRange(range),
    context: {
      diagnostics: await client.code2ProtocolConverter.asDiagnostics(here),
      triggerKind: CodeActionTriggerKind.Invoked,
    },
  };
  // A token that is undefined would be sent as a second parameter.
  const found = await (cancelled === undefined
    ? client.sendRequest(CodeActionRequest.type, params)
    : client.sendRequest(CodeActionRequest.type, params, cancelled));
  return (found ?? []).map(({ title, command, ...more }) => {
    if (typeof command !== "string") return { title, command };
    return { title, command: { command, arguments: "arguments" in more ? (more.arguments ?? []) : [] } };
  });
}
