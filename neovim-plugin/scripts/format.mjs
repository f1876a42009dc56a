// Owns the layout of the plugin's Lua: StyLua, as WebAssembly, because its program is in no registry.
// It must not change what the code means: StyLua compares both before anything is written.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as stylua from '@johnnymorganz/stylua';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const FOLDERS = ['lsp', 'lua', 'plugin', 'scripts', 'tests'];

function config() {
  const chosen = stylua.Config.new();
  chosen.column_width = 100;
  chosen.indent_type = stylua.IndentType.Spaces;
  chosen.indent_width = 2;
  chosen.quote_style = stylua.QuoteStyle.AutoPreferSingle;
  return chosen;
}

function sources() {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true })
      .map((name) => join(ROOT, folder, name.toString()))
      .filter((path) => path.endsWith('.lua')),
  ).sort();
}

const writes = process.argv.includes('--write');
let wrong = 0;
for (const path of sources()) {
  const before = readFileSync(path, 'utf8');
  const after = stylua.formatCode(before, config(), undefined, stylua.OutputVerification.Full);
  if (after === before) continue;
  if (writes) {
    writeFileSync(path, after);
    continue;
  }
  wrong += 1;
  console.error(`${relative(ROOT, path)} is not formatted: npm run format`);
}
process.exitCode = wrong > 0 ? 1 : 0;
