/**
 * Own what a person is told of an installation or a download: a few words for a line of a tool.
 *
 * It must not run the tools.
 */

const STEPS: readonly [RegExp, (found: RegExpExecArray) => string][] = [
  [/^Collecting ([A-Za-z0-9][\w.-]*)/, ([, name = ""]) => `looking for ${name}`],
  [/^\s*Downloading (?:\S*\/)?([A-Za-z0-9][\w.]*)-\S+ \(([\d.]+ [kMG]?B)\)/, ([, name = "", size = ""]) =>
    `downloading ${name} (${size})`],
  [/^\s*Using cached (?:\S*\/)?([A-Za-z0-9][\w.]*)-/, ([, name = ""]) => `taking ${name} from the cache`],
  [/^Building wheel for ([A-Za-z0-9][\w.-]*)/, ([, name = ""]) => `building ${name}`],
  [/^Installing collected packages: (.*)$/, ([, names = ""]) => `installing ${names.split(", ").length} packages`],
  [/^Successfully installed /, () => "installed"],
];

/** Return what a line of `pip install` means, null where it says nothing to a person. */
export function stepOfPip(line: string): string | null {
  for (const [pattern, words] of STEPS) {
    const found = pattern.exec(line);
    if (found !== null) return words(found);
  }
  return null;
}

/** How far a download is: words, and how many of a hundred parts are done, where that is known. */
export interface Step {
  readonly words: string;
  readonly percentage: number | null;
}

const UNITS: Readonly<Record<string, number>> = { B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9 };

/** Return what a line of `glossator models fetch` says: `NAME: 12 MB of 98 MB, 9 MB/s, 10 s left`. */
export function stepOfFetch(line: string): Step {
  const found = /([\d.,]+) ([kKMG]?B) of ([\d.,]+) ([kKMG]?B)/.exec(line);
  const [, done = "0", doneUnit = "B", total = "0", totalUnit = "B"] = found ?? [];
  const whole = sizeOf(total, totalUnit);
  const percentage = whole > 0 ? Math.min(100, Math.round((100 * sizeOf(done, doneUnit)) / whole)) : null;
  return { words: line.trim(), percentage };
}

function sizeOf(digits: string, unit: string): number {
  return Number(digits.replaceAll(",", "")) * (UNITS[unit] ?? 1);
}

/** Return what went wrong in an installation, in one sentence with what to do. */
export function troubleOfPip(output: readonly string[], requirement: string): string {
  const said = output.filter((it) => /^\s*(ERROR|error):/.test(it)).join("\n");
  if (/No matching distribution|Could not find a version|not a supported wheel/.test(said)) {
    return `\`${requirement}\` cannot be found for this Python; check the setting \`glossator.package\` and your package index.`;
  }
  if (output.some((it) => it.includes("No space left"))) {
    return "The disk is full; make room for about 500 MB and try again.";
  }
  if (/ConnectionError|NewConnectionError|Temporary failure in name|ReadTimeout|timed out/i.test(output.join("\n"))) {
    return "The package index cannot be reached; look at your network and try again.";
  }
  return "`pip` could not install the Glossator server; its last words are in the log.";
}
