import assert from "node:assert/strict";
import { test } from "node:test";
import { KeptLinks, lineOf, linksOf } from "../src/hoverLinks.ts";
import type { Offered } from "../src/offers.ts";
import { isOffered, needsTrust } from "../src/trust.ts";

function offered(title: string, command: string, argument: unknown = { uri: title }): Offered {
  return { title, command: { command, arguments: [argument] } };
}

const all = [
  offered("Document all undocumented in this file", "glossator.documentAll"),
  offered("Review `f`", "glossator.review"),
  offered("Explain `f`", "glossator.explain"),
  offered("Document `f`", "glossator.document"),
  offered("Add error handling to `f`", "glossator.edit"),
  offered("Fix `f`: missing ;", "glossator.fix", { uri: "f.c", diagnostics: [{ message: "missing ;" }] }),
  { title: "Add a parameter to `f`..." },
];

function labels(offers: readonly Offered[], isTrusted = true): string[] {
  return linksOf(offers, isTrusted).map((it) => it.label.replace(/^\$\([a-z-]+\) /, ""));
}

test("what mends comes first, and each link stands once", () => {
  assert.deepEqual(labels([...all, ...all]), ["Fix", "Document", "Explain", "Review"]);
  assert.deepEqual(labels([]), []);
});

test("what only asks the checks is no mend of anything", () => {
  for (const argument of [{ uri: "f.c" }, { diagnostics: [] }, { diagnostics: "x" }, null]) {
    assert.deepEqual(labels([offered("Fix what checks find on line 3", "glossator.fix", argument)]), []);
  }
});

test("a comment that has drifted is updated, whoever offers that", () => {
  const drifted = [
    offered("Update the comment of `f`", "glossator.document"),
    offered("Update all drifted comments in this file", "glossator.documentAll"),
  ];
  assert.deepEqual(labels(drifted), ["Update comment"]);
});

test("in restricted mode nothing is offered that runs the folder's tools", () => {
  assert.deepEqual(labels(all, false), ["Document", "Explain"]);
  assert.equal(isOffered(undefined, false), false);
  assert.equal(isOffered(undefined, true), true);
  const needing = ["glossator.fix", "glossator.review", "glossator.edit", "glossator.do"];
  assert.deepEqual(all.map((it) => it.command?.command ?? "").filter(needsTrust).sort(), needing.slice(0, 3).sort((a, b) => a.localeCompare(b)));
  assert.equal(needsTrust("glossator.do"), true);
});

test("nothing of the server's stands in the Markdown", () => {
  const hostile = offered("Document `f`](command:evil)", "glossator.document", { uri: 'x") [y](command:evil' });
  const links = linksOf([hostile], true);
  const line = lineOf(links, "glossator.ui.runLink", [7]);
  assert.equal(line, '[$(edit) Document](command:glossator.ui.runLink?%5B7%5D "Write a checked doc comment")');
});

test("a link is run with what the server sent, as long as it is kept", () => {
  const kept = new KeptLinks();
  const [link] = linksOf([offered("Explain `f`", "glossator.explain", { symbol: "f" })], true);
  assert.ok(link);
  const first = kept.keep(link);
  assert.deepEqual(kept.get(first)?.argument, { symbol: "f" });
  for (let more = 0; more < 64; more++) kept.keep(link);
  assert.equal(kept.get(first), undefined);
  assert.equal(kept.get("0"), undefined);
});
