/**
 * Own what can be read off a plan without carrying it out: its name as a document, and the files that it lists.
 *
 * It must not know the editor, nor decide whether a plan can be carried out: the server does.
 */

/** A path that stands in a plan: its line, and the columns between the backticks; all from 0. */
export interface PlannedFile {
  readonly path: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

const NAME_CHARACTERS = 60;
const HEADING = /^##[ \t]+files[ \t]*$/iu;
const ITEM = /^[ \t]*[-*+][ \t]+(?:\[[ xX]?\][ \t]+)?\S/u;

/** Return the path of the document of a plan; `serial` keeps it apart from others. It ends as Markdown does, and tells what it is. */
export function planPath(serial: number, title: string): string {
  const name = title
    .replace(/[^\p{L}\p{N} ._-]+/gu, " ")
    .replace(/\s+/gu, " ")
    .slice(0, NAME_CHARACTERS)
    .replace(/^[ .]+|[ .]+$/gu, "");
  return `/${serial}/Plan${name === "" ? "" : ` - ${name}`}.md`;
}

/** Return the files that a plan lists, as the server reads them: in backticks, before a colon, below "Files". */
export function plannedFiles(text: string): readonly PlannedFile[] {
  const lines = text.split(/\r?\n/u);
  const heading = lines.findIndex((it) => HEADING.test(it));
  if (heading === -1) return [];
  const found: PlannedFile[] = [];
  for (const [at, line] of lines.slice(heading + 1).entries()) {
    if (line.startsWith("#")) break;
    if (ITEM.test(line)) found.push(...pathsIn(line, heading + 1 + at));
  }
  return found;
}

/** Return the line of a plan that a problem is shown at: that of its files, else the first. */
export function lineOfProblem(text: string): number {
  const heading = text.split(/\r?\n/u).findIndex((it) => HEADING.test(it));
  return Math.max(0, heading);
}

function pathsIn(line: string, at: number): readonly PlannedFile[] {
  const end = line.indexOf("`:");
  // What stands behind the colon is prose, which may speak of other files.
  const head = end === -1 ? line : line.slice(0, end + 1);
  return [...head.matchAll(/`([^`]+)`/gu)].map((it) => {
    const written = it[1] ?? "";
    const start = it.index + 1;
    return { path: written.trim().replace(/^\.\//u, ""), line: at, start, end: start + written.length };
  });
}
