/**
 * Own what the parts of this extension may ask of the server, whatever its process does.
 *
 * It must not know how the server is found, started or spoken to.
 */

import type { CancellationToken, Disposable, Event } from "vscode";
import type { AnswerPiece, Plan, Proposal, Status, Trial } from "./protocol.ts";

/** Asks a person about a plan: the text to be carried out, or null to discard it. */
export type PlanReader = (plan: Plan, cancelled: CancellationToken) => Promise<string | null>;

/** Where the server is in its life; `absent` is one that is not installed, `why` is a sentence. */
export type ServerState =
  | { readonly kind: "stopped" }
  | { readonly kind: "absent"; readonly why: string }
  | { readonly kind: "starting" }
  | { readonly kind: "running" }
  | { readonly kind: "failed"; readonly why: string };

/** Says in one sentence why nothing can be asked of the server, and what to do. */
export class ServerTrouble extends Error {
  override name = "ServerTrouble";
}

/** The server, as the parts of this extension see it. */
export interface Server {
  readonly state: ServerState;
  readonly onDidChangeState: Event<ServerState>;
  readonly onAnswer: Event<AnswerPiece>;
  readonly onProposal: Event<Proposal>;
  readonly onTrial: Event<Trial>;

  /** Have plans read by `reader` until it is disposed of; without one a plan is discarded. */
  readPlansWith(reader: PlanReader): Disposable;

  /**
   * Run a command of the server's with one argument object, and return what it answers.
   *
   * Starts the server where it does not run. Rejects with an `Error` whose message is the sentence to show.
   */
  command(name: ServerCommand, argument: object): Promise<unknown>;

  /** Run a command that starts a job, and return the job's number. */
  startJob(name: JobCommand, argument: object): Promise<number>;

  /** Return how the server is doing, or null where it does not run; starts nothing. */
  status(): Promise<Status | null>;
}

/** The commands that answer with a job. */
export type JobCommand =
  | "glossator.document"
  | "glossator.documentAll"
  | "glossator.fix"
  | "glossator.review"
  | "glossator.edit"
  | "glossator.ask"
  | "glossator.explain"
  | "glossator.do"
  | "glossator.prompt.try"
  | "glossator.proposal.apply";

/** All commands of the server's. */
export type ServerCommand =
  | JobCommand
  | "glossator.cancel"
  | "glossator.status"
  | "glossator.search"
  | "glossator.proposal.discard"
  | "glossator.index.pause"
  | "glossator.index.resume";
