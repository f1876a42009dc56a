/**
 * Own how a person comes to a server: asked once, installed with progress, made anew where it is broken.
 *
 * It must not know how an installation is made, nor run the server.
 */

import { access, constants, stat } from "node:fs/promises";
import { homedir } from "node:os";
import * as vscode from "vscode";
import {
  InstallationTrouble,
  build,
  isAnyThere,
  isThere,
  latest,
  programOf,
  remove,
  tidy,
  works,
} from "./environment/building.ts";
import { problemOf, requirementOf, wheelOf } from "./environment/recipe.ts";
import type { Recipe } from "./environment/recipe.ts";
import { choose } from "./finding.ts";
import type { Program } from "./finding.ts";
import { quoted } from "./markdown.ts";
import type { Supply } from "./runningServer.ts";
import { ServerTrouble } from "./server.ts";
import { withStop } from "./stoppable.ts";

const CONSENT = "glossator.mayInstall";
const ABSENT = "The Glossator server is not installed yet.";

/** Finds the server, and installs it where a person agreed to that. */
export class Installing implements Supply {
  readonly #context: vscode.ExtensionContext;
  readonly #log: vscode.LogOutputChannel;
  readonly #ending: AbortSignal;

  constructor(context: vscode.ExtensionContext, log: vscode.LogOutputChannel, ending: AbortSignal) {
    this.#context = context;
    this.#log = log;
    this.#ending = ending;
  }

  async find(): Promise<Program | { readonly absent: string }> {
    const choice = this.#choice();
    if (choice.kind === "wrong") throw new ServerTrouble(choice.why);
    if (choice.kind === "program") {
      await checkThere(choice.program.command, choice.from);
      return choice.program;
    }
    const recipe = await this.#recipe();
    if (!(await isThere(this.#root, recipe))) {
      if (!(await this.#mayInstall())) return { absent: ABSENT };
      const older = await this.#brought(recipe);
      if (older !== null) return older;
    }
    void tidy(this.#root, recipe);
    return programOf(this.#root, recipe);
  }

  async installed(): Promise<Program | { readonly absent: string }> {
    const choice = this.#choice();
    if (choice.kind === "wrong") throw new ServerTrouble(choice.why);
    if (choice.kind === "program") return choice.program;
    const recipe = await this.#recipe();
    if (await isThere(this.#root, recipe)) return programOf(this.#root, recipe);
    return (await latest(this.#root)) ?? { absent: ABSENT };
  }

  async mend(): Promise<boolean> {
    if (this.#choice().kind !== "managed") return false;
    const recipe = await this.#recipe();
    if (await works(programOf(this.#root, recipe))) return false;
    this.#log.warn("The installation of the server is broken; it is made anew.");
    await remove(this.#root, recipe);
    return this.#build(recipe);
  }

  /** Note that a person agreed to an installation. */
  async agree(): Promise<void> {
    await this.#context.globalState.update(CONSENT, true);
  }

  /** Have a person choose a program; tells whether one was chosen. */
  async chooseProgram(): Promise<boolean> {
    const [chosen] =
      (await vscode.window.showOpenDialog({
        title: "Choose the glossator program",
        openLabel: "Choose",
        canSelectMany: false,
      })) ?? [];
    if (chosen === undefined) return false;
    const section = vscode.workspace.getConfiguration("glossator");
    await section.update("path", chosen.fsPath, vscode.ConfigurationTarget.Global);
    return true;
  }

  get #root(): string {
    return vscode.Uri.joinPath(this.#context.globalStorageUri, "environments").fsPath;
  }

  #choice(): ReturnType<typeof choose> {
    const path = vscode.workspace.getConfiguration("glossator").get<string>("path", "");
    return choose({ path, environment: process.env["GLOSSATOR_SERVER"], home: homedir() });
  }

  async #recipe(): Promise<Recipe> {
    const section = vscode.workspace.getConfiguration("glossator");
    const { version } = this.#context.extension.packageJSON as { version: string };
    const requirement = requirementOf(section.get<string>("package", ""), version);
    const problem = problemOf(requirement);
    if (problem !== null) throw new ServerTrouble(problem);
    const wheel = wheelOf(requirement);
    const stamp = wheel === null ? "" : await stampOf(wheel);
    return { requirement, stamp, python: section.get<string>("python", "").trim(), extension: version };
  }

  async #mayInstall(): Promise<boolean> {
    return this.#context.globalState.get<boolean>(CONSENT) === true || (await isAnyThere(this.#root));
  }

  /** Bring an installation up to date; returns an older one where that cannot be done, null where it was. */
  async #brought(recipe: Recipe): Promise<Program | { readonly absent: string } | null> {
    const older = await latest(this.#root);
    try {
      if (await this.#build(recipe)) return null;
      return older ?? { absent: ABSENT };
    } catch (trouble) {
      if (older === null || !(trouble instanceof ServerTrouble)) throw trouble;
      this.#log.warn(`The server is not brought up to date, the older one is used: ${trouble.message}`);
      const sentence = `The Glossator server is not brought up to date, and the older one is used: ${trouble.message}`;
      void vscode.window.showWarningMessage(quoted(sentence), "Show Log").then((answer) => {
        if (answer !== undefined) this.#log.show();
      });
      return older;
    }
  }

  /** Make an installation; tells whether it is there, which it is not where a person broke it off. */
  async #build(recipe: Recipe): Promise<boolean> {
    this.#log.info(`Installing ${recipe.requirement} into ${this.#root}`);
    return withStop("Installing the Glossator server", this.#ending, async (progress, signal) => {
      const say = (message: string): void => {
        progress.report({ message });
      };
      const log = (line: string): void => {
        this.#log.info(line);
      };
      try {
        await build(this.#root, recipe, { signal, say, log });
        return true;
      } catch (trouble) {
        if (signal.aborted) return false;
        if (trouble instanceof InstallationTrouble) throw new ServerTrouble(trouble.message);
        this.#log.error(`The installation failed: ${String(trouble)}`);
        throw new ServerTrouble("The Glossator server could not be installed; the log says why.");
      }
    });
  }
}

async function checkThere(command: string, from: string): Promise<void> {
  // A bare name is looked up on the path when it is run.
  if (!/[\\/]/.test(command)) return;
  try {
    await access(command, constants.X_OK);
  } catch {
    throw new ServerTrouble(`There is no program \`${command}\`; correct ${from}.`);
  }
}

async function stampOf(wheel: string): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(wheel);
    return `${size}:${Math.floor(mtimeMs)}`;
  } catch {
    throw new ServerTrouble(`There is no wheel \`${wheel}\`; correct the setting \`glossator.package\`.`);
  }
}
