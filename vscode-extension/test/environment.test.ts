import assert from "node:assert/strict";
import { test } from "node:test";
import {
  folderOf,
  isMadeFrom,
  isNewEnough,
  leftovers,
  problemOf,
  pythonsToTry,
  readMarker,
  requirementOf,
  wheelOf,
} from "../src/environment/recipe.ts";
import { stepOfFetch, stepOfPip, troubleOfPip } from "../src/environment/telling.ts";

const recipe = { requirement: "glossator[embedded]==1.0", stamp: "", python: "", extension: "1.0" };

test("each change of the recipe asks for another installation", () => {
  const others = [
    { ...recipe, requirement: "glossator==1.0" },
    { ...recipe, stamp: "12:3456" },
    { ...recipe, python: "/usr/bin/python3.12" },
    { ...recipe, extension: "1.1" },
  ];
  const marker = readMarker({ ...recipe, madeWith: "/usr/bin/python3 3.11.2" }, "marker");
  assert.equal(isMadeFrom(marker, recipe), true);
  for (const other of others) {
    assert.equal(isMadeFrom(marker, other), false);
    assert.notEqual(folderOf(other), folderOf(recipe));
  }
  assert.equal(new Set(others.map(folderOf)).size, others.length);
});

test("what is installed is what fits the extension, unless a person chose", () => {
  assert.equal(requirementOf("", "0.1.0"), "glossator[embedded]==0.1.0");
  assert.equal(requirementOf(" glossator ", "0.1.0"), "glossator");
});

test("only one package or one wheel reaches pip", () => {
  const good = [
    "glossator",
    "glossator[embedded]",
    "glossator[embedded,chroma]==0.1.0",
    "glossator>=0.1,<0.2",
    "/tmp/with spaces/glossator-0.1.0-py3-none-any.whl",
    "/tmp/glossator-0.1.0-py3-none-any.whl[embedded]",
  ];
  const bad = [
    "--index-url=http://elsewhere",
    "-r requirements.txt",
    "glossator --pre",
    "git+https://elsewhere/glossator",
    "https://elsewhere/glossator.whl",
    "./glossator.whl",
    "glossator other",
    "glossator @ file:///tmp/x.whl",
    "",
  ];
  for (const it of good) assert.equal(problemOf(it), null, it);
  for (const it of bad) assert.match(problemOf(it) ?? "", /^Write the setting `glossator.package`/, it);
  assert.equal(wheelOf("/tmp/g.whl[embedded]"), "/tmp/g.whl");
  assert.equal(wheelOf("glossator"), null);
});

test("a Python that a person chose is the only one that is tried", () => {
  assert.deepEqual(pythonsToTry(" /opt/python "), ["/opt/python"]);
  assert.equal(pythonsToTry("")[0], "python3");
  const versions: [string, boolean][] = [
    ["3.11.0", true],
    ["3.14.1", true],
    ["4.0.0", true],
    ["3.10.12", false],
    ["2.7.18", false],
    ["", false],
  ];
  for (const [version, expected] of versions) assert.equal(isNewEnough(version), expected, version);
});

test("old installations go when nobody can be running from them any more", () => {
  const day = 24 * 60 * 60 * 1000;
  const entries = [
    { name: "current", usedMs: 0 },
    { name: "yesterday", usedMs: 29 * day },
    { name: "long ago", usedMs: 2 * day },
    { name: ".new-1-a", usedMs: 0 },
  ];
  assert.deepEqual(leftovers(entries, "current", 30 * day), ["long ago", ".new-1-a"]);
});

test("what pip says becomes a few words, or nothing", () => {
  const cases: [string, string | null][] = [
    ["Collecting xllamacpp>=2026.10 (from glossator[embedded]==0.1.0)", "looking for xllamacpp"],
    ["  Downloading numpy-2.1.0-cp311-cp311-manylinux_2_17_x86_64.whl (16.3 MB)", "downloading numpy (16.3 MB)"],
    ["  Downloading https://host/p/rich-15.0.0-py3-none-any.whl (310 kB)", "downloading rich (310 kB)"],
    ["  Using cached regex-2024.11.6-cp311-cp311-manylinux.whl (792 kB)", "taking regex from the cache"],
    ["Installing collected packages: a, b, c", "installing 3 packages"],
    ["Successfully installed a-1 b-2", "installed"],
    ["   ━━━━━━━━━━ 16.3/16.3 MB 9.0 MB/s", null],
    ["Requirement already satisfied: pip", null],
  ];
  for (const [line, words] of cases) assert.equal(stepOfPip(line), words, line);
});

test("a download says how far it is", () => {
  assert.deepEqual(stepOfFetch("smollm2: 49 MB of 98 MB, 9 MB/s, 5 s left"), {
    words: "smollm2: 49 MB of 98 MB, 9 MB/s, 5 s left",
    percentage: 50,
  });
  assert.deepEqual(stepOfFetch("asking the index "), { words: "asking the index", percentage: null });
  assert.equal(stepOfFetch("x: 900 kB of 1.8 MB").percentage, 50);
});

test("trouble of pip is one sentence with what to do", () => {
  const said = (line: string): string => troubleOfPip(["Collecting x", line], "glossator==9");
  const sentences = [
    said("ERROR: No matching distribution found for glossator==9"),
    said("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"),
    said("WARNING: Retrying after connection broken by 'NewConnectionError(...)'"),
    said("ERROR: something else"),
  ];
  assert.equal(new Set(sentences).size, 4);
  for (const it of sentences) assert.match(it, /^[`A-Z][^\n]*\.$/);
  assert.match(sentences[0] ?? "", /glossator==9/);
});
