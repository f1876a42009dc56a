/**
 * Own which server is to be run: the program that a person named, else an installation of our own.
 *
 * It must not look at the disk.
 */

/** A program that takes Glossator's subcommands, after some arguments of its own. */
export interface Program {
  readonly command: string;
  readonly before: readonly string[];
}

/** What a person has said about the program. */
export interface Said {
  /** The setting `glossator.path`. */
  readonly path: string;
  /** `GLOSSATOR_SERVER` of the environment. */
  readonly environment: string | undefined;
  readonly home: string;
}

/** The program to run, an installation of our own, or why neither can be had. */
export type Choice =
  | { readonly kind: "program"; readonly program: Program; readonly from: string }
  | { readonly kind: "managed" }
  | { readonly kind: "wrong"; readonly why: string };

/** Return which server is to be run. */
export function choose({ path, environment, home }: Said): Choice {
  if (path.trim() !== "") return named(path.trim(), "the setting `glossator.path`", home);
  const other = environment?.trim() ?? "";
  if (other !== "") return named(other, "the environment variable `GLOSSATOR_SERVER`", home);
  return { kind: "managed" };
}

function named(name: string, from: string, home: string): Choice {
  const command = name.startsWith("~/") ? `${home}/${name.slice(2)}` : name;
  // A relative path would mean a file of whatever folder is open.
  if (/[\\/]/.test(command) && !isAbsolute(command)) {
    return { kind: "wrong", why: `Write ${from} as an absolute path, or as the name of a program.` };
  }
  return { kind: "program", program: { command, before: [] }, from };
}

function isAbsolute(path: string): boolean {
  return path.startsWith("/") || /^[A-Za-z]:[\\/]/.test(path);
}
