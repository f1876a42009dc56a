/**
 * Own what of the editor's settings the server is told: only what a person has set.
 *
 * A default of the editor's must never win over the person's own `config.toml`. Names are spelled
 * as the editor's settings are, `maxLines`, and told as the server's are, `max_lines`. It must not
 * know any single setting of the server's.
 */

/** Settings that this extension keeps to itself. */
export const OWN_SETTINGS = ["path", "python", "package", "trace.server", "hover.links"] as const;

/** What the editor says of one setting, as far as it matters here. */
export interface Inspected {
  readonly globalValue?: unknown;
  readonly workspaceValue?: unknown;
  readonly workspaceFolderValue?: unknown;
}

/** Reads settings by their name below the section. */
export interface SettingsSource {
  inspect(name: string): Inspected | undefined;
  get(name: string): unknown;
}

/** Return the names below `section` that a manifest contributes and that are the server's. */
export function serverSettings(contributed: Iterable<string>, section: string): string[] {
  const own: readonly string[] = OWN_SETTINGS;
  return [...contributed]
    .filter((it) => it.startsWith(`${section}.`))
    .map((it) => it.slice(section.length + 1))
    .filter((it) => !own.includes(it));
}

/** Return the settings that somebody has set, as nested tables. */
export function explicitSettings(names: Iterable<string>, source: SettingsSource): Record<string, unknown> {
  const tables: Record<string, unknown> = {};
  for (const name of names) {
    if (!isSet(source.inspect(name))) continue;
    // Null is how the settings page writes that nothing is chosen.
    const value = source.get(name);
    if (value !== null) put(tables, asServerSpells(name).split("."), value);
  }
  return tables;
}

function asServerSpells(name: string): string {
  return name.replace(/[A-Z]/g, (it) => `_${it.toLowerCase()}`);
}

function isSet(inspected: Inspected | undefined): boolean {
  const { globalValue, workspaceValue, workspaceFolderValue } = inspected ?? {};
  return [globalValue, workspaceValue, workspaceFolderValue].some((it) => it !== undefined);
}

function put(table: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first, ...rest] = path;
  if (first === undefined) return;
  if (rest.length === 0) {
    table[first] = value;
    return;
  }
  const inner = (table[first] ?? {}) as Record<string, unknown>;
  table[first] = inner;
  put(inner, rest, value);
}
