/**
 * Own the HTML of the panel, which loads nothing but our own script and style.
 *
 * It must not hold any text of an answer: that comes as messages.
 */

import { MOST_CHARACTERS } from "../words.ts";

/** What the page is made of; `source` is where the editor serves an extension's files from. */
export interface PageParts {
  readonly script: string;
  readonly style: string;
  readonly source: string;
  readonly nonce: string;
}

const SEND =
  '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M2 2.2 14.2 8 2 13.8 3.4 8.6 9 8 3.4 7.4z" fill="currentColor"/></svg>';
const STOP =
  '<svg viewBox="0 0 16 16" aria-hidden="true"><rect x="4" y="4" width="8" height="8" rx="1" fill="currentColor"/></svg>';

/** Questions that fit every repository; a click writes one. */
const EXAMPLES = ["How does this project start?", "Where are errors handled?", "What tests this code, and how?"];

/** Return the page. */
export function pageOf({ script, style, source, nonce }: PageParts): string {
  const policy = `default-src 'none'; style-src ${source}; script-src 'nonce-${nonce}'`;
  const examples = EXAMPLES.map((it) => `<li><button type="button" class="example">${it}</button></li>`).join("");
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${style}">
<title>Ask Glossator</title>
</head>
<body>
<main id="log" tabindex="-1" aria-label="Questions and answers">
<section id="empty">
<h2>Ask about this workspace</h2>
<p>Every sentence of an answer names the lines that say so. What no line bears out is left out.</p>
<ul>${examples}</ul>
</section>
</main>
<p id="status" role="status" aria-live="polite"></p>
<form id="form">
<p id="note" hidden></p>
<button type="button" id="about" aria-pressed="false" hidden></button>
<div class="box">
<textarea id="question" rows="1" maxlength="${MOST_CHARACTERS}" aria-label="Question about this workspace" placeholder="Ask about this workspace"></textarea>
<button type="submit" id="send" title="Ask (Enter)" aria-label="Ask">${SEND}</button>
<button type="button" id="stop" title="Stop (Escape)" aria-label="Stop" hidden>${STOP}</button>
</div>
<p id="origin"></p>
</form>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>
`;
}
