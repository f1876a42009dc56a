/**
 * Own the text in which the whole of how things stand is read: what the server says, and what `glossator doctor` finds.
 *
 * It must not ask either of them.
 */

import type { Answering, Status } from "./protocol.ts";
import type { ServerState } from "./server.ts";
import { indexInWords } from "./statusText.ts";

/** What the report is made of. */
export interface Findings {
  readonly state: ServerState;
  readonly status: Status | null;
  readonly program: string;
  readonly extension: string;
  readonly isTrusted: boolean;
  /** What `glossator doctor` printed. */
  readonly doctor: string;
}

/** Return the report, in the form of `glossator doctor`. */
export function statusReport(found: Findings): string {
  const { state, status, program, extension, isTrusted, doctor } = found;
  const lines = [
    `Glossator for VS Code ${extension}`,
    `server    ${state.kind}${"why" in state ? `: ${state.why}` : ""}`,
    `program   ${program}`,
    `folder    ${isTrusted ? "trusted" : "restricted: no fixes, reviews or edits"}`,
  ];
  if (status !== null) lines.push(`version   ${status.version}`, "", ...modelLines(status), ...workLines(status));
  return [...lines, "", "What `glossator doctor` finds:", "", doctor.trimEnd(), ""].join("\n");
}

function modelLines(status: Status): string[] {
  const roles = Object.entries(status.roles ?? { document: status });
  const width = Math.max(...roles.map(([role]) => role.length));
  return ["Models:", ...roles.map(([role, it]) => `  ${role.padEnd(width)}  ${answers(it)}`)];
}

function answers({ model, route, local, why, problem }: Answering): string {
  if (model === null) return `none: ${problem ?? "no model is approved for it"}`;
  return `${model}, ${local === true ? "local" : "remote"} (${route ?? "unknown"})${why === null ? "" : `, ${why}`}`;
}

function workLines({ jobs, index }: Status): string[] {
  const running = jobs.map((it) => `  ${it.job}  ${it.title}`);
  const indexes = index.flatMap((it) => [`  ${indexInWords(it)} (${it.root})`, ...it.problems.map((one) => `    ${one}`)]);
  return [
    "",
    "Jobs:",
    ...(running.length > 0 ? running : ["  none"]),
    "",
    "Indexes:",
    ...(indexes.length > 0 ? indexes : ["  none"]),
  ];
}
