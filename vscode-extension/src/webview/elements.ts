/**
 * Own how elements of the page are found and made.
 *
 * It must not know what they show.
 */

/** Return an element of the page that is there; throws where the page lacks it. */
export function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`);
  return found;
}

/** Make an element with a class, its attributes and what is in it. */
export function made<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  name: string,
  attributes: Readonly<Record<string, string>>,
  ...content: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const it = document.createElement(tag);
  if (name !== "") it.className = name;
  for (const [key, value] of Object.entries(attributes)) it.setAttribute(key, value);
  it.append(...content);
  return it;
}
