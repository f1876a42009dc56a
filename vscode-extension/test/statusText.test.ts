import assert from "node:assert/strict";
import { test } from "node:test";
import type { Answering, Status } from "../src/protocol.ts";
import type { ServerState } from "../src/server.ts";
import { TOOLTIP_COMMANDS, indexInWords, statusText } from "../src/statusText.ts";
import type { Situation } from "../src/statusText.ts";

const here: Answering = { model: "smollm2", route: "this machine", local: true, why: "first", problem: null };
const there: Answering = { model: "coder", route: "gpu.lan", local: false, why: "first", problem: null };
const nobody: Answering = { model: null, route: null, local: null, why: null, problem: "No model is approved; run `glossator doctor`." };

function status(document: Answering, roles: Record<string, Answering> = { document }): Status {
  return { version: "0.1.0", ...document, jobs: [], index: [], roles };
}

function situation(more: Partial<Situation>): Situation {
  return { state: { kind: "running" }, status: status(here), jobs: [], isTrusted: true, ...more };
}

test("the item says which model answers, and whether it is here, by icon and in words", () => {
  const cases: [Partial<Situation>, string, string][] = [
    [{}, "$(lock) smollm2 · local", "fine"],
    [{ status: status(there) }, "$(cloud) coder · remote", "fine"],
    [{ status: status(here, { document: here, ask: there }) }, "$(cloud) smollm2 · local, others remote", "fine"],
    [{ status: status(here, { document: here, judge: nobody }) }, "$(lock) smollm2 · local", "fine"],
    [{ status: status(nobody) }, "$(warning) Glossator: no approved model", "warning"],
    [{ status: null }, "$(loading~spin) Glossator: starting", "fine"],
    [{ jobs: ["Document f"] }, "$(loading~spin) smollm2 · local", "fine"],
    [{ jobs: ["Document f", "Fix g"] }, "$(loading~spin) smollm2 · local (2)", "fine"],
  ];
  for (const [more, text, gravity] of cases) {
    const said = statusText(situation(more));
    assert.deepEqual([said.text, said.gravity], [text, gravity]);
  }
});

test("a server that does not run is said in words and colour", () => {
  const cases: [ServerState, string, string][] = [
    [{ kind: "stopped" }, "Glossator", "fine"],
    [{ kind: "starting" }, "Glossator: starting", "fine"],
    [{ kind: "absent", why: "Install it." }, "Glossator: not installed", "warning"],
    [{ kind: "failed", why: "It ended." }, "Glossator: not running", "error"],
  ];
  for (const [state, words, gravity] of cases) {
    const said = statusText(situation({ state, status: null }));
    assert.equal(said.text.replace(/^\$\([a-z~-]+\) /, ""), words);
    assert.equal(said.gravity, gravity);
    if ("why" in state) assert.ok(said.tooltip.includes(state.why.replace(".", "\\.")));
  }
});

test("who hears the editor is told the same", () => {
  assert.equal(statusText(situation({})).spoken, "Glossator: smollm2, local");
  assert.equal(statusText(situation({ state: { kind: "starting" }, status: null })).spoken, "Glossator: starting");
  assert.equal(statusText(situation({ jobs: ["a", "b"] })).spoken, "Glossator: smollm2, local; 2 jobs run");
});

test("the tooltip names every role with its model, and what is wrong", () => {
  const roles = { document: here, fix: there, edit: there, ask: nobody };
  const { tooltip } = statusText(situation({ status: status(here, roles) }));
  assert.ok(tooltip.includes("| $(lock) smollm2 · local &nbsp;&nbsp; | comments |"));
  assert.ok(tooltip.includes("| $(cloud) coder · remote &nbsp;&nbsp; | fixes, edits |"));
  assert.ok(tooltip.includes("| $(warning) none &nbsp;&nbsp; | questions |"));
  assert.ok(tooltip.includes("No model is approved\\;"));
});

test("a name that is no name shows as itself", () => {
  const hostile = { ...here, model: "[x](command:evil) | $(flame)" };
  const { tooltip } = statusText(situation({ status: status(hostile) }));
  assert.ok(!tooltip.includes("(command:evil)"));
  assert.ok(!tooltip.includes("$(flame)"));
});

test("the tooltip runs no other command than those that are allowed", () => {
  const situations: Situation[] = [
    situation({ isTrusted: false }),
    situation({ status: status(nobody) }),
    situation({ state: { kind: "absent", why: "Install it." } }),
    situation({ state: { kind: "failed", why: "It ended." } }),
  ];
  const run = new Set(situations.flatMap((it) => [...statusText(it).tooltip.matchAll(/\(command:([\w.]+)/g)].map((found) => found[1])));
  assert.deepEqual([...run].sort(), [...TOOLTIP_COMMANDS].sort());
});

test("an index is told in a few words", () => {
  const index = { root: "/home/me/ringlog", problems: [], phase: "reading", filesDone: 1200, filesTotal: 4000, files: 1200 };
  assert.equal(indexInWords(index), "ringlog: reading, 1,200 of 4,000 files");
  assert.equal(indexInWords({ ...index, phase: "ready", files: 4000 }), "ringlog: ready, 4,000 files");
  assert.equal(indexInWords({ ...index, phase: "walking", filesTotal: 0, files: 1 }), "ringlog: walking, 1 file");
  assert.equal(indexInWords({ root: "/x/y", problems: ["It does not answer."] }), "y: no answer");
});
