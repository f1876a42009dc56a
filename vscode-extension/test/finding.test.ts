import assert from "node:assert/strict";
import { test } from "node:test";
import { choose } from "../src/finding.ts";
import type { Choice } from "../src/finding.ts";

function chosen(path: string, environment?: string): Choice {
  return choose({ path, environment, home: "/home/me" });
}

test("the setting comes first, then the environment, then an installation of our own", () => {
  const cases: [string, string | undefined, string | null][] = [
    ["/opt/glossator", "/usr/bin/glossator", "/opt/glossator"],
    ["  /opt/glossator ", undefined, "/opt/glossator"],
    ["", "/usr/bin/glossator", "/usr/bin/glossator"],
    ["glossator", undefined, "glossator"],
    ["~/bin/glossator", undefined, "/home/me/bin/glossator"],
    ["C:\\bin\\glossator.exe", undefined, "C:\\bin\\glossator.exe"],
    [" ", " ", null],
    ["", undefined, null],
  ];
  for (const [path, environment, command] of cases) {
    const choice = chosen(path, environment);
    assert.equal(choice.kind === "program" ? choice.program.command : null, command);
  }
});

test("a path that depends on the open folder is refused with what to do", () => {
  for (const path of ["./glossator", "bin/glossator", "..\\glossator"]) {
    assert.deepEqual(chosen(path), {
      kind: "wrong",
      why: "Write the setting `glossator.path` as an absolute path, or as the name of a program.",
    });
  }
  assert.equal(chosen("", "bin/glossator").kind, "wrong");
});
