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
  assert.deepEqual(told({ "document.width": {}, code_lens: {} }, { "document.width": 80, code_lens: false }), {});
});

test("what is set in any layer is told as it is in effect", () => {
  const settings = {
    "document.width": { globalValue: 72 },
    "document.style": { workspaceValue: "doxygen" },
    "index.enabled": { globalValue: true, workspaceFolderValue: false },
    code_lens: { workspaceValue: true },
  };
  const effective = {
    "document.width": 72,
    "document.style": "doxygen",
    "index.enabled": false,
    code_lens: true,
  };
  assert.deepEqual(told(settings, effective), {
    document: { width: 72, style: "doxygen" },
    index: { enabled: false },
    code_lens: true,
  });
});

test("false, null and nothing at all are values too", () => {
  const settings = {
    "document.full_stop": { globalValue: false },
    "document.width": { globalValue: null },
    "document.instructions": { globalValue: "" },
  };
  assert.deepEqual(
    told(settings, { "document.full_stop": false, "document.width": null, "document.instructions": "" }),
    { document: { full_stop: false, width: null, instructions: "" } },
  );
});

test("the extension's own settings are none of the server's", () => {
  const contributed = ["glossator.path", "glossator.document.width", "glossator.trace.server", "other.thing"];
  assert.deepEqual(serverSettings(contributed, "glossator"), ["document.width"]);
});
