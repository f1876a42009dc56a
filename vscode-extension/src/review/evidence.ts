/**
 * Own how the evidence of a proposal is told in words: its checks, what they cost, and who made it.
 *
 * It must not know the editor, and leaves nothing out that the server said.
 */

import { asText } from "../markdown.ts";
import type { Evidence, Proposal } from "../protocol.ts";

/** A fact about how a proposal came about: what it is of, and what it is. */
export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** Return what became of a proposal. */
export function stateInWords(proposal: Proposal): string {
  return { waiting: "waits for you", applied: "applied", discarded: "discarded" }[proposal.state];
}

/** Return the tool of a check and its version, "Glossator" where it is no tool's. */
export function toolOf(evidence: Evidence): string {
  const tool = evidence.tool === "" ? "Glossator" : evidence.tool;
  return evidence.version === "" ? tool : `${tool} ${evidence.version}`;
}

/** Return what a check said before and after, as far as it said anything. */
export function findingOf(evidence: Evidence): string {
  const { before, after } = evidence;
  if (before === "") return after;
  return `${before} → ${after === "" ? "nothing" : after}`;
}

/** Return whether all checks passed, in words. */
export function checksInWords(proposal: Proposal): string {
  const count = proposal.evidence.length;
  if (count === 0) return "no checks are told";
  const failed = proposal.evidence.filter((it) => it.verdict === "failed").length;
  return failed === 0 ? `${counted(count, "check")} passed` : `${failed} of ${counted(count, "check")} failed`;
}

/** Return who made a proposal and where: local or remote is always said. */
export function originOf(proposal: Proposal): string {
  if (proposal.model === "") return "no model was asked";
  const where = proposal.local ? "local" : "remote";
  return proposal.route === "" ? `${proposal.model} (${where})` : `${proposal.model} (${where}: ${proposal.route})`;
}

/** Return what a proposal cost. */
export function factsOf(proposal: Proposal): readonly Fact[] {
  const tokens = proposal.promptTokens + proposal.completionTokens;
  return [
    { name: "Model", value: originOf(proposal) },
    ...(proposal.rounds > 0 ? [{ name: "Rounds", value: String(proposal.rounds) }] : []),
    ...(tokens > 0
      ? [{ name: "Tokens", value: `${proposal.promptTokens} read, ${proposal.completionTokens} written` }]
      : []),
    { name: "Time", value: secondsInWords(proposal.seconds) },
    ...(proposal.cost === null ? [] : [{ name: "Cost", value: proposal.cost }]),
  ];
}

/** Return the evidence as plain text. */
export function evidenceAsText(proposal: Proposal): string {
  const checks = proposal.evidence.map((it) =>
    ["  ", it.verdict === "passed" ? "passed" : "FAILED", "  ", checkInWords(it)].join(""),
  );
  return joined([
    `${proposal.title} (${stateInWords(proposal)})`,
    ...proposal.files.map((it) => `  ${fileInWords(it)}`),
    ...section("Checks:", checks),
    ...section("How it came about:", factsOf(proposal).map((it) => `  ${it.name}: ${it.value}`)),
    ...section("Told:", proposal.told.map((it) => `  ${oneLine(it)}`)),
    ...section("Notices:", proposal.notices.map((it) => `  ${oneLine(it)}`)),
  ]);
}

/** Return the evidence as Markdown, in which nothing that was said can be more than text. */
export function evidenceAsMarkdown(proposal: Proposal): string {
  const rows = proposal.evidence.map((it) => {
    const cells = [it.verdict, it.check, toolOf(it), it.before, it.after];
    return `| ${cells.map(asText).join(" | ")} |`;
  });
  const table = rows.length === 0 ? [] : ["| verdict | check | tool | before | after |", "|---|---|---|---|---|", ...rows];
  return joined([
    `# ${asText(proposal.title)}`,
    "",
    `${stateInWords(proposal).replace(/^./, (it) => it.toUpperCase())}; ${checksInWords(proposal)}.`,
    ...section("", proposal.files.map((it) => `- ${asText(fileInWords(it))}`)),
    ...section("", table),
    ...section("", factsOf(proposal).map((it) => `- ${it.name}: ${asText(it.value)}`)),
    ...section("", proposal.told.map((it) => `- ${asText(it)}`)),
    ...section("", proposal.notices.map((it) => `- Note: ${asText(it)}`)),
  ]);
}

/** Return what happens to a file. */
function fileInWords(file: Proposal["files"][number]): string {
  const words = {
    modified: file.path,
    created: `${file.path} (new)`,
    deleted: `${file.path} (deleted)`,
    renamed: `${file.path} (was ${file.movedFrom ?? "elsewhere"})`,
  }[file.change];
  const { added, deleted } = linesOf(file);
  return added + deleted === 0 ? words : `${words} +${added} −${deleted}`;
}

/** Return how many lines a file gains and loses. */
export function linesOf(file: Proposal["files"][number]): { readonly added: number; readonly deleted: number } {
  return {
    added: file.hunks.reduce((sum, it) => sum + it.added, 0),
    deleted: file.hunks.reduce((sum, it) => sum + it.deleted, 0),
  };
}

/** Return a number with its noun. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function checkInWords(evidence: Evidence): string {
  const finding = findingOf(evidence);
  return oneLine(`${evidence.check} (${toolOf(evidence)})${finding === "" ? "" : `: ${finding}`}`);
}

function secondsInWords(seconds: number): string {
  return seconds < 90 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(1)} min`;
}

function section(heading: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [heading, ...lines];
}

function joined(lines: readonly string[]): string {
  return `${lines.join("\n").trimEnd()}\n`;
}

function oneLine(text: string): string {
  return text.split(/\s+/u).filter(Boolean).join(" ");
}
