"""Own what `glossator document` prints: diffs with their evidence, or JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

from glossator_server.cli.printing import visible
from glossator_server.cli.summary import Summary
from glossator_server.edits import apply_changes, change_as_json, unified_diff
from glossator_server.proposal import Outcome, Proposal, Skipped
from glossator_server.snapshot import Snapshot

JSON_SCHEMA_VERSION = 1


class DocumentPrinter(Protocol):
    """Shows outcomes as they come."""

    def show(self, outcome: Outcome, snapshot: Snapshot) -> None:
        """Show one outcome; the snapshot is the text that it was made for."""
        ...

    def written(self, path: Path, count: int) -> None:
        """Say that a file was written."""
        ...

    def end(self, summary: Summary) -> None:
        """Finish the report."""
        ...


class TerminalPrinter:
    """Prints for people: one block a symbol, coloured where standard output is a terminal."""

    def __init__(self) -> None:
        from glossator_server.cli.console import PipeConsole

        self._console = PipeConsole(soft_wrap=True, highlight=False, emoji=False)

    def show(self, outcome: Outcome, snapshot: Snapshot) -> None:
        """Print the diff and its evidence, or the reason why there is none."""
        if isinstance(outcome, Skipped):
            self._print(f"skipped {outcome.symbol}: {outcome.reason}", "yellow")
            return
        self.show_proposal(outcome, snapshot)

    def show_proposal(self, proposal: Proposal, snapshot: Snapshot) -> None:
        """Print the diff of any proposal, what the checks said of it, and what it cost."""
        self.show_diff(diff_of(proposal, snapshot))
        self.show_facts(proposal)

    def show_facts(self, proposal: Proposal) -> None:
        """Print what the checks said of a proposal, by whom it is, and what it cost."""
        for it in proposal.evidence:
            tool = f"{it.tool} {it.version}".strip()
            said = f"{it.before} -> {it.after}" if it.before else it.after
            self._print(f"  {it.verdict} {it.check} ({tool}): {said}", "dim")
        for notice in proposal.notices:
            self._print(f"  note: {notice}", "yellow")
        rounds = f"{proposal.rounds} round{'s' if proposal.rounds != 1 else ''}"
        tokens = f"{proposal.prompt_tokens} + {proposal.completion_tokens} tokens"
        spent = [rounds, tokens, f"{proposal.seconds:.1f} s"]
        if (speed := proposal.tokens_per_second) is not None:
            spent.append(f"{speed:.0f} tokens/s")
        if proposal.cost is not None:
            spent.append(str(proposal.cost))
        self._print(f"  by {proposal.model} ({proposal.route}), {', '.join(spent)}", "dim")
        if proposal.why:
            self._print(f"  route: {proposal.why}", "dim")
        if proposal.trailer:
            self._print(f"  trailer: {proposal.trailer}", "dim")
        self._print("", "")

    def show_diff(self, diff: str) -> None:
        """Print a diff in colour."""
        for line in diff.removesuffix("\n").split("\n"):
            self._console.print_code(line, DIFF_STYLES.get(line[:1], "none"))

    def say(self, line: str, style: str = "") -> None:
        """Print one line for people."""
        self._print(line, style)

    def written(self, path: Path, count: int) -> None:
        """Say which file was written."""
        self._print(f"wrote {path}: {count} comment{'s' if count > 1 else ''}", "green")

    def end(self, summary: Summary) -> None:
        """Sum up."""
        skipped = summary.skipped.total()
        if not (summary.offered or skipped or summary.unusable):
            self._print("nothing to document: every symbol has a comment", "")
        elif summary.offered + skipped > 1:
            self._print(f"{summary.offered} documented, {skipped} skipped", "bold")
        if summary.files > 1:
            for name, value in summary.rows():
                self._print(f"  {name:<12}{value}", "")

    def _print(self, line: str, style: str) -> None:
        self._console.print(visible(line), style=style or None, markup=False)


class JsonPrinter:
    """Collects everything and emits one JSON object at the end."""

    def __init__(self, emit: Callable[[str], None]) -> None:
        self._emit = emit
        self._proposals: list[dict[str, object]] = []
        self._skipped: list[dict[str, object]] = []

    def show(self, outcome: Outcome, snapshot: Snapshot) -> None:
        """Keep the outcome."""
        if isinstance(outcome, Skipped):
            self._skipped.append(
                {
                    "path": str(outcome.path),
                    "symbol": outcome.symbol,
                    "reason": outcome.reason,
                    "cause": outcome.cause,
                }
            )
        else:
            self._proposals.append(proposal_as_json(outcome, snapshot))

    def written(self, path: Path, count: int) -> None:
        """Say it where it does not disturb the JSON."""
        print(visible(f"wrote {path}: {count}"), file=sys.stderr)

    def end(self, summary: Summary) -> None:
        """Emit the object."""
        report = {
            "schema": JSON_SCHEMA_VERSION,
            "proposals": self._proposals,
            "skipped": self._skipped,
            "summary": summary.as_json(),
        }
        self._emit(json.dumps(report, indent=2) + "\n")


def proposal_as_json(proposal: Proposal, snapshot: Snapshot) -> dict[str, object]:
    """Return a proposal in the documented `--json` shape."""
    return {
        "path": str(snapshot.path),
        "symbol": proposal.symbol,
        "edits": [
            change_as_json(snapshot.text, edit, change)
            for edit in proposal.edits
            for change in edit.changes
        ],
        "diff": diff_of(proposal, snapshot),
        **facts_as_json(proposal),
    }


def facts_as_json(proposal: Proposal) -> dict[str, object]:
    """Return what the checks said of a proposal, by whom it is, and what it cost."""
    return {
        "evidence": [asdict(it) for it in proposal.evidence],
        "notices": list(proposal.notices),
        "model": proposal.model,
        "route": proposal.route,
        "rounds": proposal.rounds,
        "tokens": {"prompt": proposal.prompt_tokens, "completion": proposal.completion_tokens},
        "seconds": round(proposal.seconds, 3),
        "why": proposal.why,
        "trailer": proposal.trailer,
        "tokens_per_second": _rounded(proposal.tokens_per_second),
        "cost": None if proposal.cost is None else asdict(proposal.cost),
    }


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 1)


def diff_of(proposal: Proposal, snapshot: Snapshot) -> str:
    """Return the proposal as a unified diff of its file."""
    after = apply_changes(snapshot.text, proposal.edits[0].changes)
    name = str(snapshot.path) if snapshot.path else snapshot.uri
    return unified_diff(name.lstrip("/"), snapshot.text, after)


DIFF_STYLES = {"+": "green", "-": "red", "@": "cyan"}
