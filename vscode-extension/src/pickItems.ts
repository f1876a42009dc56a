/**
 * Own what stands in the lists of this extension: the hits of a search, what can be done now.
 *
 * It must not show a list.
 */

import type { Hit } from "./protocol.ts";
import type { ServerState } from "./server.ts";

/** A hit as it stands in a list. */
export interface HitLine {
  readonly label: string;
  readonly description: string;
  readonly alwaysShow: true;
  readonly hit: Hit;
}

const ICONS: Readonly<Record<string, string>> = {
  function: "symbol-method",
  method: "symbol-method",
  prototype: "symbol-method",
  macro: "symbol-constant",
  struct: "symbol-structure",
  union: "symbol-structure",
  enum: "symbol-enum",
  type: "symbol-class",
  class: "symbol-class",
  interface: "symbol-interface",
  trait: "symbol-interface",
  module: "symbol-module",
  variable: "symbol-variable",
  file: "file-code",
};

/** Return the hits of a search as lines, best first. */
export function itemsOf(hits: readonly Hit[]): HitLine[] {
  return hits.map((hit) => ({
    label: `$(${ICONS[hit.kind] ?? "code"}) ${hit.symbol === "" ? fileName(hit.path) : hit.symbol}`,
    description: `${hit.path}:${hit.start_line}`,
    // The editor filters by letters; a hit may share none with the words.
    alwaysShow: true,
    hit,
  }));
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** What decides about the menu. */
export interface Moment {
  readonly state: ServerState["kind"];
  readonly isTrusted: boolean;
  /** Whether a file is open. */
  readonly editor: boolean;
}

/** A line of the menu: a command, or the heading of those that follow. */
export interface MenuLine {
  readonly label: string;
  readonly command: string;
  readonly group?: string;
}

const heading = (group: string): MenuLine => ({ label: "", command: "", group });

const AT_CURSOR: readonly MenuLine[] = [
  { label: "$(edit) Document This", command: "glossator.ui.document" },
  { label: "$(comment-discussion) Explain This", command: "glossator.ui.explain" },
];
const AT_CURSOR_TRUSTED: readonly MenuLine[] = [
  { label: "$(wrench) Fix This", command: "glossator.ui.fix" },
  { label: "$(checklist) Review This", command: "glossator.ui.review" },
];
const IN_FILE: readonly MenuLine[] = [
  { label: "$(files) Document All Undocumented in File", command: "glossator.ui.documentFile" },
  { label: "$(sync) Update All Drifted Comments in File", command: "glossator.ui.updateComments" },
];
const ANYWHERE: readonly MenuLine[] = [
  { label: "$(question) Ask About This Workspace", command: "glossator.ui.ask" },
  { label: "$(search) Search Code by What It Does...", command: "glossator.ui.search" },
];
const ANYWHERE_TRUSTED: readonly MenuLine[] = [
  { label: "$(diff-multiple) Edit...", command: "glossator.ui.edit" },
  { label: "$(comment) Tell What to Do...", command: "glossator.ui.do" },
];
const HOUSE: readonly MenuLine[] = [
  { label: "$(info) Show Status", command: "glossator.ui.status" },
  { label: "$(refresh) Restart Server", command: "glossator.ui.restart" },
  { label: "$(output) Show Log", command: "glossator.ui.showLog" },
  { label: "$(settings-gear) Open Settings", command: "glossator.ui.openSettings" },
  { label: "$(server) Open Model Configuration", command: "glossator.ui.openConfig" },
  { label: "$(mortar-board) Get Started", command: "glossator.ui.openWalkthrough" },
];

/** Return what can be done now. */
export function menuOf({ state, isTrusted, editor }: Moment): MenuLine[] {
  const house = [heading("server"), ...HOUSE];
  if (state === "absent") return [{ label: "$(cloud-download) Install Server", command: "glossator.ui.install" }, ...house];
  if (state === "failed") return house;
  const code = editor ? [heading("this code"), ...AT_CURSOR, ...(isTrusted ? AT_CURSOR_TRUSTED : []), ...IN_FILE] : [];
  const all = [heading("this workspace"), ...ANYWHERE, ...(isTrusted ? ANYWHERE_TRUSTED : [])];
  return [...code, ...all, heading("jobs"), { label: "$(stop-circle) Cancel a Job...", command: "glossator.ui.cancel" }, ...house];
}
