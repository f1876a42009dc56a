/**
 * Own how the Markdown of an answer becomes HTML: no HTML of its own, no images, and no link but to a known place.
 *
 * It wraps markdown-it, which no other module may use, and must not know the editor.
 */

import MarkdownIt from "markdown-it";
import type { Place } from "./places.ts";

/** HTML in which a link is the number of a place, and the places. */
export interface Rendered {
  readonly html: string;
  readonly places: readonly Place[];
}

/** Render an answer; `resolve` says where a link leads, null for one that is shown as its words alone. */
export function rendered(markdown: string, resolve: (link: string) => Place | null): Rendered {
  const places: Place[] = [];
  const renderer = new MarkdownIt("default", { html: false, linkify: false, typographer: false });
  renderer.disable(["image", "autolink"]);
  renderer.validateLink = (link) => resolve(link) !== null;
  renderer.normalizeLink = (link) => link;
  const { rules } = renderer.renderer;
  rules["link_open"] = (tokens, at) => {
    const place = resolve(String(tokens[at]?.attrGet("href") ?? ""));
    if (place === null) return "<a>";
    const name = `${place.path}, ${linesInWords(place)}`;
    places.push(place);
    return `<a href="#" data-place="${places.length - 1}" title="${renderer.utils.escapeHtml(name)}">`;
  };
  // What stands behind the fence may be anything, and nothing here colours code by it.
  rules["fence"] = (tokens, at) => `<pre><code>${renderer.utils.escapeHtml(tokens[at]?.content ?? "")}</code></pre>\n`;
  return { html: renderer.render(markdown), places };
}

/** Return the lines of a place in words. */
export function linesInWords(place: { readonly startLine: number; readonly endLine: number }): string {
  const { startLine, endLine } = place;
  return startLine === endLine ? `line ${startLine}` : `lines ${startLine} to ${endLine}`;
}
