/**
 * Own an installation of our own on the disk: whether a finished one is there, and how one is made.
 *
 * It must not ask a person anything, nor choose what is installed.
 */

import { randomUUID } from "node:crypto";
import { access, constants, mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Program } from "../finding.ts";
import { run } from "../processes.ts";
import type { Ended } from "../processes.ts";
import { MARKER, folderOf, isMadeFrom, isNewEnough, leftovers, pythonsToTry, readMarker } from "./recipe.ts";
import type { Entry, Recipe } from "./recipe.ts";
import { stepOfPip, troubleOfPip } from "./telling.ts";

// With this everything is loaded that a server needs to answer: a part that is missing is seen.
const PROBE = ["-I", "-c", "import glossator_server.lsp.server"];

/** Says in one sentence why there is no installation, and what to do. */
export class InstallationTrouble extends Error {
  override name = "InstallationTrouble";
}

/** Who follows the making of an installation. */
export interface Follower {
  readonly signal: AbortSignal;
  readonly say: (words: string) => void;
  readonly log: (line: string) => void;
}

/** Return the program of an installation. */
export function programOf(root: string, recipe: Recipe): Program {
  return programIn(join(root, folderOf(recipe)));
}

/** Tell whether a finished installation of a recipe is there; notes that it is used. */
export async function isThere(root: string, recipe: Recipe): Promise<boolean> {
  const folder = join(root, folderOf(recipe));
  const marker = join(folder, MARKER);
  try {
    const read = readMarker(JSON.parse(await readFile(marker, "utf8")), MARKER);
    // A link to a Python that was removed meanwhile counts as none.
    if (!(await canRun(pythonOf(folder)))) return false;
    const now = new Date();
    await utimes(marker, now, now);
    return isMadeFrom(read, recipe);
  } catch {
    return false;
  }
}

/** Tell whether any finished installation is there, of this recipe or an older one. */
export async function isAnyThere(root: string): Promise<boolean> {
  return (await entriesOf(root)).some((it) => !it.name.startsWith("."));
}

/** Return the program of the installation that was used last, null where no finished one is there. */
export async function latest(root: string): Promise<Program | null> {
  const entries = (await entriesOf(root)).filter((it) => !it.name.startsWith("."));
  for (const { name } of entries.sort((one, other) => other.usedMs - one.usedMs)) {
    const folder = join(root, name);
    if ((await hasMarker(folder)) && (await canRun(pythonOf(folder)))) return programIn(folder);
  }
  return null;
}

/** Tell whether the server of an installation can be run at all. */
export async function works(program: Program): Promise<boolean> {
  try {
    return (await run({ command: program.command, args: PROBE, cwd: homedir() })).status === 0;
  } catch {
    return false;
  }
}

/** Remove an installation, so that it is made anew. */
export async function remove(root: string, recipe: Recipe): Promise<void> {
  await rm(join(root, folderOf(recipe)), { recursive: true, force: true });
}

/**
 * Make an installation, whole or not at all; rejects with `InstallationTrouble`, or with the signal's reason.
 *
 * It is made under another name first: an interrupted one is never taken for a finished one.
 */
export async function build(root: string, recipe: Recipe, follower: Follower): Promise<void> {
  const partial = join(root, `.new-${process.pid}-${randomUUID().slice(0, 8)}`);
  try {
    await mkdir(root, { recursive: true });
    const python = await foundPython(root, recipe.python, follower);
    await fill(partial, python, recipe, follower);
    await put(partial, join(root, folderOf(recipe)));
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** Remove the installations that nobody will miss; what cannot be removed stays. */
export async function tidy(root: string, recipe: Recipe): Promise<void> {
  const old = leftovers(await entriesOf(root), folderOf(recipe), Date.now());
  await Promise.allSettled(old.map((it) => rm(join(root, it), { recursive: true, force: true })));
}

function programIn(folder: string): Program {
  // Isolated: nothing of an open folder can come before the server's own modules.
  return { command: pythonOf(folder), before: ["-I", "-m", "glossator_server"] };
}

async function canRun(program: string): Promise<boolean> {
  return access(program, constants.X_OK).then(
    () => true,
    () => false,
  );
}

interface FoundPython {
  readonly command: string;
  readonly version: string;
}

async function foundPython(cwd: string, chosen: string, { signal, say, log }: Follower): Promise<FoundPython> {
  say("looking for Python");
  const seen: string[] = [];
  for (const command of pythonsToTry(chosen)) {
    const version = await versionOf(command, cwd, signal);
    log(`${command}: ${version === null ? "not there" : `Python ${version}`}`);
    if (version !== null && isNewEnough(version)) return { command, version };
    if (version !== null) seen.push(`${command} is Python ${version}`);
  }
  const why = seen.length > 0 ? ` (${seen.join(", ")})` : "";
  throw new InstallationTrouble(
    chosen
      ? `\`${chosen}\` is no Python 3.11 or newer${why}; choose another in the setting \`glossator.python\`.`
      : `There is no Python 3.11 or newer on the path${why}; install one, or name it in the setting \`glossator.python\`.`,
  );
}

async function versionOf(command: string, cwd: string, signal: AbortSignal): Promise<string | null> {
  const words = "import platform; print(platform.python_version())";
  try {
    const ended = await run({ command, args: ["-I", "-c", words], cwd, signal });
    return ended.status === 0 ? ended.output.trim() : null;
  } catch (trouble) {
    if (signal.aborted) throw trouble;
    return null;
  }
}

async function fill(folder: string, python: FoundPython, recipe: Recipe, follower: Follower): Promise<void> {
  const { signal, say, log } = follower;
  const step = (command: string, args: readonly string[], cwd: string): Promise<Ended> => {
    const onLine = (line: string): void => {
      log(line);
      const words = stepOfPip(line);
      if (words !== null) say(words);
    };
    return run({ command, args, cwd, signal, onLine, environment: { PYTHONUNBUFFERED: "1" } });
  };
  say("making a virtual environment");
  const made = await step(python.command, ["-I", "-m", "venv", folder], homedir());
  if (made.status !== 0) {
    throw new InstallationTrouble(
      `\`${python.command}\` cannot make virtual environments; install its \`venv\` package (python3-venv), or choose another in the setting \`glossator.python\`.`,
    );
  }
  const pip = ["-I", "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar=off"];
  const installed = await step(pythonOf(folder), [...pip, "--", recipe.requirement], folder);
  if (installed.status !== 0) throw new InstallationTrouble(troubleOfPip(installed.lines, recipe.requirement));
  say("trying it");
  const tried = await step(pythonOf(folder), PROBE, folder);
  if (tried.status !== 0) {
    throw new InstallationTrouble(
      `What was installed from \`${recipe.requirement}\` is no Glossator server; check the setting \`glossator.package\`.`,
    );
  }
  const marker = { ...recipe, madeWith: `${python.command} ${python.version}` };
  await writeFile(join(folder, MARKER), `${JSON.stringify(marker, null, 2)}\n`);
}

async function put(partial: string, folder: string): Promise<void> {
  try {
    await rename(partial, folder);
  } catch {
    // Another window was first, or an unfinished one of the name is in the way.
    if (await hasMarker(folder)) return;
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
  }
}

async function hasMarker(folder: string): Promise<boolean> {
  return (await stat(join(folder, MARKER)).catch(() => null)) !== null;
}

async function entriesOf(root: string): Promise<Entry[]> {
  const names = await readdir(root).catch(() => []);
  const entries = names.map(async (name) => {
    const folder = join(root, name);
    const at = await stat(join(folder, MARKER)).catch(() => stat(folder).catch(() => null));
    return { name, usedMs: at?.mtimeMs ?? 0 };
  });
  return Promise.all(entries);
}

function pythonOf(folder: string): string {
  return process.platform === "win32" ? join(folder, "Scripts", "python.exe") : join(folder, "bin", "python");
}
