/**
 * Own `@glossator` in the editor's chat: the server answers there, and no other model is used.
 *
 * It must not decide what a message asks, and be no trouble where the editor has no chat.
 */

import { setTimeout as pause } from "node:timers/promises";
import * as vscode from "vscode";
import { argumentFor, placeInFront } from "../ask/around.ts";
import type { Desk } from "../ask/desk.ts";
import { folders } from "../ask/opening.ts";
import { placeOfCitation } from "../ask/places.ts";
import type { AnswerPiece, Citation, Proposal } from "../protocol.ts";
import { OPEN } from "../review/tree.ts";
import type { Server } from "../server.ts";
import { TRUST_FIRST, needsTrust } from "../trust.ts";
import type { ViewContext } from "../views/index.ts";
import { sentenceOf } from "../trouble.ts";
import { askedOf, commandOf, notesOf, proposalInWords } from "./requests.ts";
import type { Asked } from "./requests.ts";

const ID = "glossator.chat";
// How a job that says nothing has ended is looked up.
const POLL_MS = 3000;

/** Take part in the chat, where there is one. */
export function takePart({ server, extensionUri }: ViewContext, desk: Desk): vscode.Disposable {
  // Editors that are built without a chat lack the whole namespace, whatever the types say.
  const chat = vscode.chat as typeof vscode.chat | undefined;
  if (typeof chat?.createChatParticipant !== "function") return new vscode.Disposable(() => undefined);
  const participant = chat.createChatParticipant(ID, async (request, { history }, stream, token) => {
    const place = placeInFront();
    const asked = askedOf({
      command: commandOf(request.command),
      prompt: request.prompt,
      place: place === null || !isMeant(request, place.range) ? null : argumentFor(place),
      goesOn: history.some((it) => it instanceof vscode.ChatResponseTurn && it.participant === ID),
    });
    if (typeof asked === "string") return { errorDetails: { message: asked } };
    if (needsTrust(asked.command) && !vscode.workspace.isTrusted) return { errorDetails: { message: TRUST_FIRST } };
    try {
      return await (asked.spoken ? answer : work)(asked, { server, desk, stream, token });
    } catch (trouble) {
      return { errorDetails: { message: sentenceOf(trouble) } };
    }
  });
  participant.iconPath = vscode.Uri.joinPath(extensionUri, "media", "glossator.svg");
  participant.followupProvider = {
    provideFollowups: ({ metadata }) =>
      metadata?.["found"] === true ? [{ prompt: "Who uses this?" }, { prompt: "What tests this?" }] : [],
  };
  return vscode.Disposable.from(participant);
}

interface Turn {
  readonly server: Server;
  readonly desk: Desk;
  readonly stream: vscode.ChatResponseStream;
  readonly token: vscode.CancellationToken;
}

/** A question is about code only where some is selected; every other command means what is at the cursor. */
function isMeant(request: vscode.ChatRequest, range: vscode.Range): boolean {
  return commandOf(request.command) !== "ask" || !range.isEmpty;
}

async function answer(asked: Asked, { server, desk, stream, token }: Turn): Promise<vscode.ChatResult> {
  const { promise, resolve } = Promise.withResolvers<AnswerPiece | null>();
  let wrote = false;
  stream.progress("Looking it up");
  const ended = server.onDidChangeState(({ kind }) => {
    if (kind !== "running") resolve(null);
  });
  const job = await desk.ask(
    () => server.startJob(asked.command, asked.argument),
    (piece) => {
      // What has been shown in a chat cannot be taken back.
      if (piece.startOver === true && wrote) stream.markdown("\n\n---\n\nThe answer starts over:\n\n");
      if (piece.delta !== "") {
        stream.markdown(piece.delta);
        wrote = true;
      }
      if (piece.done === true) resolve(piece);
    },
  );
  const cancelling = cancelWith(token, server, job, () => {
    resolve(null);
  });
  const last = await promise;
  ended.dispose();
  cancelling.dispose();
  if (last?.found === undefined) {
    return token.isCancellationRequested ? {} : { errorDetails: { message: "No answer came of it; the log says why." } };
  }
  for (const it of last.citations ?? []) refer(stream, it);
  stream.markdown(notesOf(last));
  return { metadata: { found: last.found } };
}

async function work(asked: Asked, { server, stream, token }: Turn): Promise<vscode.ChatResult> {
  const early: Proposal[] = [];
  let noticed = Promise.withResolvers<void>();
  const listening = server.onProposal((it) => {
    early.push(it);
    noticed.resolve();
  });
  try {
    stream.progress("Working; the progress has a button that cancels");
    const job = await server.startJob(asked.command, asked.argument);
    const cancelling = cancelWith(token, server, job, () => undefined);
    const found = (): Proposal[] => early.filter((it) => it.job === job);
    while (found().length === 0 && !token.isCancellationRequested && (await isRunning(server, job))) {
      noticed = Promise.withResolvers<void>();
      await Promise.race([noticed.promise, pause(POLL_MS)]);
    }
    cancelling.dispose();
    for (const it of found()) tell(stream, it);
    if (found().length === 0) stream.markdown("Nothing was changed; the messages and the log say why.");
    return {};
  } finally {
    listening.dispose();
  }
}

function tell(stream: vscode.ChatResponseStream, proposal: Proposal): void {
  stream.markdown(`${proposalInWords(proposal)}\n\n`);
  if (proposal.id !== null) stream.button({ command: OPEN, title: "Review", arguments: [`proposal ${proposal.id}`] });
}

function refer(stream: vscode.ChatResponseStream, citation: Citation): void {
  const [place] = folders().flatMap((it) => placeOfCitation(citation, it) ?? []);
  if (place === undefined) return;
  const range = new vscode.Range(place.startLine - 1, 0, place.endLine - 1, 0);
  stream.reference(new vscode.Location(vscode.Uri.file(place.path), range));
}

function cancelWith(
  token: vscode.CancellationToken,
  server: Server,
  job: number,
  done: () => void,
): vscode.Disposable {
  const cancel = (): void => {
    void server.command("glossator.cancel", { job }).finally(done);
  };
  if (token.isCancellationRequested) cancel();
  return token.onCancellationRequested(cancel);
}

async function isRunning(server: Server, job: number): Promise<boolean> {
  const status = await server.status();
  return status?.jobs.some((it) => it.job === job) === true;
}
