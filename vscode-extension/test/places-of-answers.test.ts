import assert from "node:assert/strict";
import { test } from "node:test";
import { isBelow, placeOf, placeOfCitation } from "../src/ask/places.ts";

const folders = ["/work/net", "/home/me/my repo", "c:/work/net"];

const followed: readonly (readonly [string, string, number, number])[] = [
  ["file:///work/net/a.c#L12", "/work/net/a.c", 12, 12],
  ["file:///work/net/a.c", "/work/net/a.c", 1, 1],
  ["file:///work/net/a.c#L3-L9", "/work/net/a.c", 3, 9],
  ["file:///work/net/a.c#L9-3", "/work/net/a.c", 9, 9],
  ["file:///home/me/my%20repo/%C3%A4.c#L1", "/home/me/my repo/ä.c", 1, 1],
  ["file:///c:/work/net/a.c#L2", "c:/work/net/a.c", 2, 2],
  ["file:///C:/work/net/a.c#L2", "c:/work/net/a.c", 2, 2],
  ["file:///work/net/..hidden/a.c#L2", "/work/net/..hidden/a.c", 2, 2],
];

for (const [link, path, startLine, endLine] of followed) {
  test(`followed: ${link}`, () => {
    assert.deepEqual(placeOf(link, folders), { path, startLine, endLine });
  });
}

const refused = [
  "file:///etc/passwd#L1",
  "file:///work/network/a.c#L1",
  "file:///work/net#L1",
  "file:///work/net/#L1",
  "file:///work/net/../other/a.c#L1",
  "file:///work/net/%2e%2e/%2e%2e/etc/passwd#L1",
  "file:///work/net/..%2f..%2fetc/passwd",
  "file:///work/net/a.c%00.txt#L1",
  "file:///work/net/a%0d%0ab.c#L1",
  "file:///work/net\\..\\..\\etc#L1",
  "file:///work/net//a.c#L1",
  "file:///work/net/./a.c#L1",
  "file:///work/net/a.c?x=1#L1",
  "file:///work/net/a.c#L0",
  "file:///work/net/a.c#command:evil",
  "file:///work/net/%E0%A4%A",
  "file://host/work/net/a.c#L1",
  "FILE:///work/net/a.c#L1",
  "file:/work/net/a.c",
  "http://example.org/work/net/a.c",
  "https:///work/net/a.c",
  "command:workbench.action.terminal.new",
  "vscode://file/work/net/a.c",
  "javascript:alert(1)",
  "data:text/html,x",
  "/work/net/a.c",
  "",
];

for (const link of refused) {
  test(`refused: ${link}`, () => {
    assert.equal(placeOf(link, folders), null);
  });
}

test("without a folder nothing is followed", () => {
  assert.equal(placeOf("file:///work/net/a.c#L1", []), null);
});

test("a citation is below its folder, or leads nowhere", () => {
  const cited = (path: string) => placeOfCitation({ path, startLine: 3, endLine: 5 }, "/work/net");
  assert.deepEqual(cited("src/a.c"), { path: "/work/net/src/a.c", startLine: 3, endLine: 5 });
  for (const path of ["../a.c", "/etc/passwd", "src/../../a.c", "", "."]) assert.equal(cited(path), null, path);
  assert.equal(isBelow("/work/net/a", "/work/net/"), true);
});
