/**
 * Own the words in which the status bar says how things stand: which model answers, here or elsewhere.
 *
 * It must not know the editor beyond the names of its icons and commands.
 */

import { commandLink, plain, quoted } from "./markdown.ts";
import type { Answering, Index, Status } from "./protocol.ts";
import type { ServerState } from "./server.ts";
import { TRUST_FIRST } from "./trust.ts";

/** How things stand; `status` is null until the server has told it. */
export interface Situation {
  readonly state: ServerState;
  readonly status: Status | null;
  /** The titles of the jobs that run. */
  readonly jobs: readonly string[];
  readonly isTrusted: boolean;
}

/** How grave it is: told by the words as well as by the colour. */
export type Gravity = "fine" | "warning" | "error";

/** What the item in the status bar shows. */
export interface StatusText {
  readonly text: string;
  readonly gravity: Gravity;
  /** The whole in words, for who hears the editor. */
  readonly spoken: string;
  /** Markdown with commands of ours. */
  readonly tooltip: string;
}

/** The commands that the tooltip runs. */
export const TOOLTIP_COMMANDS = [
  "glossator.ui.status",
  "glossator.ui.showLog",
  "glossator.ui.openSettings",
  "glossator.ui.openConfig",
  "glossator.ui.restart",
  "glossator.ui.install",
  "glossator.ui.fetchModel",
  "workbench.trust.manage",
] as const;

const ROLES: Readonly<Record<string, string>> = {
  document: "comments",
  fix: "fixes",
  edit: "edits",
  plan: "plans",
  critic: "the critic",
  review: "reviews",
  ask: "questions",
  intent: "requests in words",
  summarise: "summaries",
  judge: "judgements",
};

/** Return what the status bar says. */
export function statusText(situation: Situation): StatusText {
  const { icon, words, gravity } = headline(situation);
  const busy = situation.jobs.length > 0 && situation.state.kind === "running";
  const count = situation.jobs.length > 1 ? ` (${situation.jobs.length})` : "";
  const shown = busy ? `$(loading~spin) ${words}${count}` : `${icon} ${words}`;
  const jobs = situation.jobs.length === 1 ? "1 job runs" : `${situation.jobs.length} jobs run`;
  return {
    text: shown,
    gravity,
    spoken: `${words.startsWith("Glossator") ? "" : "Glossator: "}${words.replace(" · ", ", ")}${busy ? `; ${jobs}` : ""}`,
    tooltip: tooltipOf(situation),
  };
}

/** Return an index in a few words. */
export function indexInWords(index: Index): string {
  const name = index.root.split("/").filter(Boolean).at(-1) ?? index.root;
  if (index.phase === undefined) return `${name}: no answer`;
  const { phase, filesDone = 0, filesTotal = 0, files = 0 } = index;
  const isAtRest = phase === "ready" || phase === "paused";
  const counted =
    isAtRest || filesTotal === 0 ? filesInWords(files) : `${inThousands(filesDone)} of ${inThousands(filesTotal)} files`;
  return `${name}: ${phase}, ${counted}`;
}

interface Headline {
  readonly icon: string;
  readonly words: string;
  readonly gravity: Gravity;
}

function headline({ state, status }: Situation): Headline {
  switch (state.kind) {
    case "stopped":
      return { icon: "$(circle-outline)", words: "Glossator", gravity: "fine" };
    case "absent":
      return { icon: "$(cloud-download)", words: "Glossator: not installed", gravity: "warning" };
    case "starting":
      return { icon: "$(loading~spin)", words: "Glossator: starting", gravity: "fine" };
    case "failed":
      return { icon: "$(error)", words: "Glossator: not running", gravity: "error" };
    case "running":
      return status === null
        ? { icon: "$(loading~spin)", words: "Glossator: starting", gravity: "fine" }
        : answering(status);
  }
}

function answering(status: Status): Headline {
  const { model, local } = status;
  if (model === null) return { icon: "$(warning)", words: "Glossator: no approved model", gravity: "warning" };
  const others = Object.values(status.roles ?? {}).some((it) => it.model !== null && it.local !== true);
  if (local !== true) return { icon: "$(cloud)", words: `${model} · remote`, gravity: "fine" };
  // Where anything leaves this machine, the item says so.
  return others
    ? { icon: "$(cloud)", words: `${model} · local, others remote`, gravity: "fine" }
    : { icon: "$(lock)", words: `${model} · local`, gravity: "fine" };
}

function tooltipOf(situation: Situation): string {
  const { state, status, jobs, isTrusted } = situation;
  const parts = [`**Glossator** ${status === null ? "" : plain(status.version)}`.trim()];
  if (state.kind === "failed" || state.kind === "absent") parts.push(plain(quoted(state.why)));
  if (state.kind === "running" && status !== null) parts.push(...ofRunning(status));
  if (jobs.length > 0) parts.push(jobs.map((it) => `$(loading~spin) ${plain(it)}`).join("  \n"));
  if (!isTrusted) {
    const how = commandLink("Manage trust", "workbench.trust.manage", "Decide whether this folder is trusted");
    parts.push(`$(shield) ${plain(TRUST_FIRST)} ${how}`);
  }
  parts.push("---", linksFor(situation).join(" &nbsp;·&nbsp; "));
  return parts.join("\n\n");
}

function ofRunning(status: Status): string[] {
  const parts = [rolesTable(status)];
  const problem = status.problem ?? Object.values(status.roles ?? {}).find((it) => it.problem !== null)?.problem;
  if (problem !== undefined && problem !== null) parts.push(`$(warning) ${plain(quoted(problem))}`);
  if (status.index.length > 0) {
    parts.push(status.index.map((it) => `$(database) Index of ${plain(indexInWords(it))}`).join("  \n"));
  }
  return parts;
}

function rolesTable(status: Status): string {
  const rows = new Map<string, string[]>();
  for (const [role, it] of Object.entries(status.roles ?? { document: status })) {
    const where = whereOf(it);
    rows.set(where, [...(rows.get(where) ?? []), ROLES[role] ?? plain(role)]);
  }
  const lines = [...rows].map(([where, roles]) => `| ${where} &nbsp;&nbsp; | ${roles.join(", ")} |`);
  return ["| Model | Answers for |", "|:--|:--|", ...lines].join("\n");
}

function whereOf({ model, local }: Answering): string {
  if (model === null) return "$(warning) none";
  return local === true ? `$(lock) ${plain(model)} · local` : `$(cloud) ${plain(model)} · remote`;
}

function linksFor({ state, status }: Situation): string[] {
  const links = [commandLink("Log", "glossator.ui.showLog", "Show the log")];
  if (state.kind === "absent") links.unshift(commandLink("Install", "glossator.ui.install", "Install the server"));
  else links.push(commandLink("Restart", "glossator.ui.restart", "Restart the server"));
  if (state.kind !== "running") return links;
  if (status !== null && status.model === null) {
    links.unshift(commandLink("Fetch the built-in model", "glossator.ui.fetchModel", "Download a small model that runs here"));
  }
  links.unshift(commandLink("Status", "glossator.ui.status", "Show how things stand, in full"));
  return [
    ...links,
    commandLink("Settings", "glossator.ui.openSettings", "Open the settings"),
    commandLink("Models", "glossator.ui.openConfig", "Open the file that says which models may answer"),
  ];
}

function filesInWords(files: number): string {
  return files === 1 ? "1 file" : `${inThousands(files)} files`;
}

function inThousands(number: number): string {
  return number.toLocaleString("en-US");
}
