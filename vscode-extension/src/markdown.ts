/**
 * Own how words that come from elsewhere stand in Markdown of ours: as these words, whatever they are.
 *
 * It must not know what is written.
 */

/** Return a text that shows as itself within a line of Markdown: no link, no icon, no markup. */
export function plain(words: string): string {
  return words
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[!-/:-@[-`{-~]/g, "\\$&");
}

/** Return a text that shows as itself too, and can be read where its Markdown is: escaped is only what would be markup. */
export function asText(words: string): string {
  return words
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[\\`*_{}[\]()#+!|<>~$&]/g, "\\$&");
}

/** Return a sentence as it stands where there is no Markdown: what would be code is quoted. */
export function quoted(sentence: string): string {
  return sentence.replace(/`([^`]*)`/g, "'$1'");
}

/** Return a link that runs a command of the editor's with some arguments. */
export function commandLink(label: string, command: string, says: string, args: readonly unknown[] = []): string {
  const query = args.length > 0 ? `?${encoded(args)}` : "";
  return `[${label}](command:${command}${query} "${says}")`;
}

function encoded(args: readonly unknown[]): string {
  // A parenthesis is fine in an address, and ends a link in Markdown.
  return encodeURIComponent(JSON.stringify(args)).replace(/[()]/g, (it) => (it === "(" ? "%28" : "%29"));
}
