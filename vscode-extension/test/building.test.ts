import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, stat, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  InstallationTrouble,
  build,
  isAnyThere,
  isThere,
  latest,
  programOf,
  remove,
  tidy,
  works,
} from "../src/environment/building.ts";
import { MARKER, folderOf } from "../src/environment/recipe.ts";
import type { Recipe } from "../src/environment/recipe.ts";
import { run } from "../src/processes.ts";

// A wheel of a server that only says its version: the real one takes minutes and a network.
const WHEEL_MAKER = `
import sys, zipfile
path, module = sys.argv[1:]
name = "stand_in-1.0.dist-info"
with zipfile.ZipFile(path, "w") as wheel:
    wheel.writestr(f"{module}/__init__.py", "")
    wheel.writestr(f"{module}/lsp/server.py", "import glossator_server")
    wheel.writestr(f"{module}/__main__.py", "print('glossator 1.0')")
    wheel.writestr(f"{name}/METADATA", "Metadata-Version: 2.1\\nName: stand-in\\nVersion: 1.0\\n")
    wheel.writestr(f"{name}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(f"{name}/RECORD", "")
`;

let folder = "";
let root = "";
let good: Recipe;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "glossator-"));
  root = join(folder, "environments");
  good = await recipeOf("good", "glossator_server");
  // Nothing may come from elsewhere.
  process.env["PIP_NO_INDEX"] = "1";
});

after(async () => {
  await rm(folder, { recursive: true });
});

async function recipeOf(place: string, module: string): Promise<Recipe> {
  await mkdir(join(folder, place));
  const requirement = join(folder, place, "stand_in-1.0-py3-none-any.whl");
  execFileSync("python3", ["-I", "-c", WHEEL_MAKER, requirement, module]);
  return { requirement, stamp: "", python: "", extension: "1.0" };
}

function follower(signal: AbortSignal = new AbortController().signal): { said: string[]; signal: AbortSignal } & {
  say: (words: string) => void;
  log: (line: string) => void;
} {
  const said: string[] = [];
  return { said, signal, say: (words) => said.push(words), log: () => undefined };
}

test("an installation is made, by two windows at once if need be, works, and is known again", async () => {
  assert.equal(await isThere(root, good), false);
  assert.equal(await isAnyThere(root), false);
  assert.equal(await latest(root), null);
  const told = follower();
  await Promise.all([build(root, good, told), build(root, good, follower())]);
  assert.deepEqual(told.said.slice(0, 2), ["looking for Python", "making a virtual environment"]);
  assert.equal(told.said.at(-1), "trying it");
  assert.equal(await isThere(root, good), true);
  assert.equal(await isAnyThere(root), true);
  const { command, before: args } = programOf(root, good);
  const ended = await run({ command, args: [...args, "--version"], cwd: folder });
  assert.equal(ended.output.trim(), "glossator 1.0");
  assert.deepEqual(await latest(root), { command, before: args });
  const marker = JSON.parse(await readFile(join(root, folderOf(good), MARKER), "utf8")) as Record<string, string>;
  assert.equal(marker["requirement"], good.requirement);
  assert.match(marker["madeWith"] ?? "", /^python3? ?.* 3\.\d+\.\d+/);
  assert.deepEqual(await readdir(root), [folderOf(good)]);
});

test("one that is broken is seen, and goes", async () => {
  const { command } = programOf(root, good);
  const { output } = await run({ command, args: ["-I", "-c", "import glossator_server as it; print(*it.__path__)"], cwd: folder });
  assert.equal(await works(programOf(root, good)), true);
  await rm(join(output.trim(), "lsp"), { recursive: true });
  assert.equal(await isThere(root, good), true);
  assert.equal(await works(programOf(root, good)), false);
  // Python itself is gone.
  await rm(join(root, folderOf(good), "bin", "python"));
  assert.equal(await isThere(root, good), false);
  assert.equal(await latest(root), null);
  await remove(root, good);
  assert.deepEqual(await readdir(root), []);
});

test("what is no server leaves nothing behind", async () => {
  const other = await recipeOf("other", "something_else");
  await assert.rejects(build(root, other, follower()), (trouble: Error) => {
    assert.ok(trouble instanceof InstallationTrouble);
    assert.match(trouble.message, /is no Glossator server; check the setting `glossator.package`\.$/);
    return true;
  });
  assert.equal(await isThere(root, other), false);
  assert.ok((await readdir(root)).every((it) => !it.startsWith(".")));
});

test("a Python that is none is said before anything is made", async () => {
  const python = join(folder, "no-python");
  await assert.rejects(build(root, { ...good, python }, follower()), {
    message: `\`${python}\` is no Python 3.11 or newer; choose another in the setting \`glossator.python\`.`,
  });
});

test("one that is broken off leaves nothing behind", async () => {
  const broken = new AbortController();
  const told = follower(broken.signal);
  const building = build(root, { ...good, extension: "2.0" }, {
    ...told,
    say: (words) => {
      if (words === "making a virtual environment") setImmediate(() => { broken.abort(new Error("broken off")); });
    },
  });
  await assert.rejects(building, { message: "broken off" });
  assert.equal(await isThere(root, { ...good, extension: "2.0" }), false);
  assert.ok((await readdir(root)).every((it) => !it.startsWith(".")));
});

test("old ones are tidied away, the current one stays", async () => {
  const longAgo = new Date(Date.now() - 30 * 24 * 60 * 60 * 1000);
  for (const name of [".new-1-abc", "0123456789abcdef"]) {
    await mkdir(join(root, name));
    await utimes(join(root, name), longAgo, longAgo);
  }
  for (const name of [".new-2-def", folderOf(good)]) await mkdir(join(root, name));
  await tidy(root, good);
  assert.deepEqual((await readdir(root)).sort(), [".new-2-def", folderOf(good)]);
  assert.ok((await stat(join(root, folderOf(good)))).isDirectory());
});
