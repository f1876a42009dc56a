/**
 * Own what an offer of the server's is, and which one a command at the cursor means.
 *
 * It must not ask the server.
 */

/** A code action of the server's, as far as it matters here. */
export interface Offered {
  readonly title: string;
  readonly command?: { readonly command: string; readonly arguments?: readonly unknown[] } | undefined;
}

/** Return the argument with which an offer is run, undefined where it has none. */
function argumentOf({ command }: Offered): object | undefined {
  const argument = command?.arguments?.[0];
  return typeof argument === "object" && argument !== null ? argument : undefined;
}

/** Tell whether an offer is about something that was found to be wrong. */
export function isAboutFindings(offered: Offered): boolean {
  const argument = argumentOf(offered);
  if (argument === undefined || !("diagnostics" in argument)) return false;
  return Array.isArray(argument.diagnostics) && argument.diagnostics.length > 0;
}

/** Return the argument for a command at the cursor, undefined where the place itself has to do. */
export function argumentFor(command: string, offers: readonly Offered[]): object | undefined {
  const direct = offers.filter((it) => it.command?.command === command);
  if (command !== "glossator.fix") return direct.map(argumentOf)[0];
  const finding = direct.find(isAboutFindings);
  if (finding !== undefined) return argumentOf(finding);
  // Nobody has found anything at the cursor: the checks look at the whole symbol around it, not at its line.
  return symbolAround(offers) ?? direct.map(argumentOf)[0];
}

function symbolAround(offers: readonly Offered[]): object | undefined {
  for (const it of offers) {
    const argument = argumentOf(it);
    if (argument === undefined || it.command?.command !== "glossator.review") continue;
    if ("symbol" in argument && "uri" in argument) {
      const { uri, symbol } = argument;
      return { uri, symbol, ...("version" in argument ? { version: argument.version } : {}) };
    }
  }
  return undefined;
}
