// Owns how the sources become the one file that VS Code runs; it must not know what they do.

import { context } from "esbuild";

const options = new Set(process.argv.slice(2));
const production = options.has("--production");

const build = await context({
  entryPoints: ["src/extension.ts"],
  bundle: true,
  outfile: "dist/extension.js",
  format: "cjs",
  platform: "node",
  target: "node22",
  // The editor brings it.
  external: ["vscode"],
  minify: production,
  sourcemap: production ? false : "linked",
  legalComments: "none",
  logLevel: "info",
});

if (options.has("--watch")) {
  await build.watch();
} else {
  await build.rebuild();
  await build.dispose();
}
