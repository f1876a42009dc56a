import assert from "node:assert/strict";
import { test } from "node:test";
import { isBelow, placeOf, placeOfCitation } from "../src/ask/places.ts";

const folders = ["/srv/net", "/home/me/my repo", "c:/srv/net"];

const followed: readonly (readonly [string, string, number, number])[] = [
  ["file:///srv/net/a.c#L12", "/srv/net/a.c", 12, 12],
  ["file:///srv/net/a.c", "/srv/net/a.c", 1, 1],
  ["file:///srv/net/a.c#L3-L9", "/srv/net/a.c", 3, 9],
  ["file:///srv/net/a.c#L9-3", "/srv/net/a.c", 9, 9],
  ["file:///home/me/my%20repo/%C3%A4.c#L1", "/home/me/my repo/ä.c", 1, 1],
  ["file:///c:/srv/net/a.c#L2", "c:/srv/net/a.c", 2, 2],
  ["file:///C:/srv/net/a.c#L2", "c:/srv/net/a.c", 2, 2],
  ["file:///srv/net/..hidden/a.c#L2", "/srv/net/..hidden/a.c", 2, 2],
];

for (const [link, path, startLine, endLine] of followed) {
  test(`followed: ${link}`, () => {
    assert.deepEqual(placeOf(link, folders), { path, startLine, endLine });
  });
}

const refused = [
  "file:///etc/passwd#L1",
  "file:///srv/network/a.c#L1",
  "file:///srv/net#L1",
  "file:///srv/net/#L1",
  "file:///srv/net/../other/a.c#L1",
  "file:///srv/net/%2e%2e/%2e%2e/etc/passwd#L1",
  "file:///srv/net/..%2f..%2fetc/passwd",
  "file:///srv/net/a.c%00.txt#L1",
  "file:///srv/net/a%0d%0ab.c#L1",
  "file:///srv/net\\..\\..\\etc#L1",
  "file:///srv/net//a.c#L1",
  "file:///srv/net/./a.c#L1",
  "file:///srv/net/a.c?x=1#L1",
  "file:///srv/net/a.c#L0",
  "file:///srv/net/a.c#command:evil",
  "file:///srv/net/%E0%A4%A",
  "file://host/srv/net/a.c#L1",
  "FILE:///srv/net/a.c#L1",
  "file:/srv/net/a.c",
  "http://example.org/srv/net/a.c",
  "https:///srv/net/a.c",
  "command:workbench.action.terminal.new",
  "vscode://file/srv/net/a.c",
  "javascript:alert(1)",
  "data:text/html,x",
  "/srv/net/a.c",
  "",
];

for (const link of refused) {
  test(`refused: ${link}`, () => {
    assert.equal(placeOf(link, folders), null);
  });
}

test("without a folder nothing is followed", () => {
  assert.equal(placeOf("file:///srv/net/a.c#L1", []), null);
});

test("a citation is below its folder, or leads nowhere", () => {
  const cited = (path: string) => placeOfCitation({ path, startLine: 3, endLine: 5 }, "/srv/net");
  assert.deepEqual(cited("src/a.c"), { path: "/srv/net/src/a.c", startLine: 3, endLine: 5 });
  for (const path of ["../a.c", "/etc/passwd", "src/../../a.c", "", "."]) assert.equal(cited(path), null, path);
  assert.equal(isBelow("/srv/net/a", "/srv/net/"), true);
});
