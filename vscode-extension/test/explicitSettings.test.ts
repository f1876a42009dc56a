import assert from "node:assert/strict";
import { test } from "node:test";
import { explicitSettings, serverSettings } from "../src/explicitSettings.ts";
import type { Inspected } from "../src/explicitSettings.ts";

function told(settings: Record<string, Inspected>, effective: Record<string, unknown>): unknown {
  return explicitSettings(Object.keys(settings), {
    inspect: (name) => settings[name],
    get: (name) => effective[name],
  });
}

test("what nobody has set is not told, whatever its default", () => {
  assert.deepEqual(told({ "document.width": {}, codeLens: {} }, { "document.width": 80, codeLens: false }), {});
});

test("what is set in any layer is told as it is in effect", () => {
  const settings = {
    "document.width": { globalValue: 72 },
    "document.style": { workspaceValue: "doxygen" },
    "index.enabled": { globalValue: true, workspaceFolderValue: false },
    codeLens: { workspaceValue: true },
  };
  const effective = {
    "document.width": 72,
    "document.style": "doxygen",
    "index.enabled": false,
    codeLens: true,
  };
  assert.deepEqual(told(settings, effective), {
    document: { width: 72, style: "doxygen" },
    index: { enabled: false },
    code_lens: true,
  });
});

test("false and an empty text are values, null is none", () => {
  const settings = {
    "document.fullStop": { globalValue: false },
    "document.width": { globalValue: null },
    "document.instructions": { globalValue: "" },
  };
  assert.deepEqual(
    told(settings, { "document.fullStop": false, "document.width": null, "document.instructions": "" }),
    { document: { full_stop: false, instructions: "" } },
  );
});

test("names are told as the server spells them, and the keys of tables stay as they are", () => {
  const settings = { "document.maxLines": { globalValue: 3 }, sampling: { globalValue: {} } };
  assert.deepEqual(told(settings, { "document.maxLines": 3, sampling: { document: { top_p: 1 } } }), {
    document: { max_lines: 3 },
    sampling: { document: { top_p: 1 } },
  });
});

test("the extension's own settings are none of the server's", () => {
  const contributed = ["glossator.path", "glossator.document.width", "glossator.trace.server", "other.thing"];
  assert.deepEqual(serverSettings(contributed, "glossator"), ["document.width"]);
});
