// Owns how the sources become what VS Code runs: the extension, and the script of the panel's page; it must not know what they do.

import { context } from "esbuild";

const options = new Set(process.argv.slice(2));
const production = options.has("--production");

const shared = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : "linked",
  legalComments: "none",
  logLevel: "info",
};

const builds = await Promise.all([
  context({
    ...shared,
    entryPoints: ["src/extension.ts"],
    outfile: "dist/extension.js",
    format: "cjs",
    platform: "node",
    target: "node22",
    // The editor brings it.
    external: ["vscode"],
  }),
  context({
    ...shared,
    entryPoints: ["src/webview/ask.ts"],
    outfile: "dist/ask.js",
    format: "iife",
    platform: "browser",
    target: "es2022",
  }),
]);

if (options.has("--watch")) {
  await Promise.all(builds.map((it) => it.watch()));
} else {
  await Promise.all(builds.map((it) => it.rebuild()));
  await Promise.all(builds.map((it) => it.dispose()));
}
