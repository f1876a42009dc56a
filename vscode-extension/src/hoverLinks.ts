/**
 * Own which of the actions at a place stand in its hover, and in which words.
 *
 * All words are ours: what the server sends chooses among them and is never shown as Markdown.
 */

import { commandLink } from "./markdown.ts";
import { isAboutFindings } from "./offers.ts";
import type { Offered } from "./offers.ts";
import { isOffered } from "./trust.ts";

/** An action as it stands in a hover. */
export interface HoverLink {
  readonly label: string;
  readonly says: string;
  readonly command: string;
  readonly argument: unknown;
}

interface Wording {
  readonly command: string;
  readonly fits: (offered: Offered) => boolean;
  readonly label: string;
  readonly says: string;
}

const any = (): boolean => true;
const updates = ({ title }: Offered): boolean => title.startsWith("Update the comment");
/** In the order in which they stand. */
const WORDINGS: readonly Wording[] = [
  // Checks can be asked anywhere; a link says that something is wrong here.
  { command: "glossator.fix", fits: isAboutFindings, label: "$(wrench) Fix", says: "Have this mended and checked, and see the change first" },
  { command: "glossator.document", fits: updates, label: "$(sync) Update comment", says: "Bring the comment in line with the code" },
  { command: "glossator.document", fits: (it) => !updates(it), label: "$(edit) Document", says: "Write a checked doc comment" },
  { command: "glossator.explain", fits: any, label: "$(comment-discussion) Explain", says: "Say what this code does, with the lines that say so" },
  { command: "glossator.review", fits: any, label: "$(checklist) Review", says: "Have this code reviewed" },
];

/** Return the links for the actions at a place, each at most once. */
export function linksOf(offered: readonly Offered[], isTrusted: boolean): HoverLink[] {
  const open = offered.filter((it) => it.command !== undefined && isOffered(it.command.command, isTrusted));
  return WORDINGS.flatMap(({ command, fits, label, says }) => {
    const found = open.find((it) => it.command?.command === command && fits(it));
    return found === undefined ? [] : [{ label, says, command, argument: found.command?.arguments?.[0] }];
  });
}

/** Return the line of a hover; `runs` is the command that runs a link by its number. */
export function lineOf(links: readonly HoverLink[], runs: string, numbers: readonly number[]): string {
  return links.map((it, at) => commandLink(it.label, runs, it.says, [numbers[at] ?? -1])).join(" &nbsp; ");
}

// A person sees one hover at a time, and maybe goes back to the one before.
const MOST_KEPT = 64;

/** Keeps what stands in hovers, so that a link holds nothing but a number. */
export class KeptLinks {
  readonly #kept = new Map<number, HoverLink>();
  #next = 0;

  /** Keep a link; return its number. */
  keep(link: HoverLink): number {
    const number = this.#next++;
    this.#kept.set(number, link);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return number;
  }

  /** Return a link by its number, undefined where it is not known any more. */
  get(number: unknown): HoverLink | undefined {
    return typeof number === "number" ? this.#kept.get(number) : undefined;
  }
}
