/**
 * Own what an installation of our own is made from, and when one that is there is still the right one.
 *
 * It must not look at the disk or run anything.
 */

import { createHash } from "node:crypto";
import { object, text } from "../shapes.ts";

/** The file that stands in a finished installation, written last. */
export const MARKER = "glossator.json";
const OLDEST_PYTHON = [3, 11] as const;

/** What an installation is made from; each change of it asks for another one. */
export interface Recipe {
  /** What `pip` is to install. */
  readonly requirement: string;
  /** Size and time of the wheel, where the requirement is a file; empty otherwise. */
  readonly stamp: string;
  /** The Python that a person chose, empty for the first one that will do. */
  readonly python: string;
  readonly extension: string;
}

/** What a finished installation says of itself. */
export const readMarker = object({
  requirement: text,
  stamp: text,
  python: text,
  extension: text,
  /** The Python that it was made with, and its version. */
  madeWith: text,
});

export type Marker = ReturnType<typeof readMarker>;

/** Return the name of the folder of an installation. */
export function folderOf({ requirement, stamp, python, extension }: Recipe): string {
  const whole = JSON.stringify([requirement, stamp, python, extension]);
  return createHash("sha256").update(whole).digest("hex").slice(0, 16);
}

/** Tell whether an installation was made from a recipe. */
export function isMadeFrom(marker: Marker, recipe: Recipe): boolean {
  const { requirement, stamp, python, extension } = recipe;
  return (
    marker.requirement === requirement &&
    marker.stamp === stamp &&
    marker.python === python &&
    marker.extension === extension
  );
}

/** Return what is to be installed: what a person chose, else the version that fits the extension. */
export function requirementOf(chosen: string, extension: string): string {
  return chosen.trim() || `glossator[embedded]==${extension}`;
}

/** Return the wheel that a requirement names, null where it names a package. */
export function wheelOf(requirement: string): string | null {
  const found = /^(\/.*\.whl|[A-Za-z]:[\\/].*\.whl)(\[[\w,. -]*\])?$/.exec(requirement);
  return found?.[1] ?? null;
}

/** Return why a requirement cannot be given to `pip`, null where it can. */
export function problemOf(requirement: string): string | null {
  // One requirement and no option: a URL, another index or a second package has no place here.
  const isName = /^[A-Za-z0-9][\w.-]*(\[[\w,. -]*\])?\s*((==|>=|<=|~=|!=|<|>)[\w.*+!-]+,?\s*)*$/.test(requirement);
  if (isName || wheelOf(requirement) !== null) return null;
  return "Write the setting `glossator.package` as a package such as `glossator[embedded]`, or as the path of a wheel.";
}

/** Return the programs that may be a Python, best first. */
export function pythonsToTry(chosen: string): readonly string[] {
  if (chosen.trim() !== "") return [chosen.trim()];
  return ["python3", "python3.13", "python3.12", "python3.11", "python"];
}

/** Tell whether a version such as `3.12.1` is new enough. */
export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_PYTHON;
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

/** An entry of the folder of installations: when it was used last. */
export interface Entry {
  readonly name: string;
  readonly usedMs: number;
}

// Another window may still run from it, and imports what it needs when it needs it.
const KEPT_MS = 7 * 24 * 60 * 60 * 1000;

/** Return the installations, finished or not, that nobody will miss. */
export function leftovers(entries: readonly Entry[], current: string, nowMs: number): string[] {
  return entries.filter((it) => it.name !== current && nowMs - it.usedMs > KEPT_MS).map((it) => it.name);
}
