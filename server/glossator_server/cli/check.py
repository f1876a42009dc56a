"""Own `glossator document --check`: missing and drifted comments, found without a model."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass

from glossator_indexer.symbols import all_symbols
from glossator_indexer.types import Symbol
from glossator_server.actions.states import (
    CommentState,
    comment_status,
    style_of,
    symbols_to_document,
)
from glossator_server.cli.printing import complain, visible
from glossator_server.cli.status import ExitStatus
from glossator_server.cli.targets import Target, symbols_of
from glossator_server.edits import line_and_column
from glossator_server.errors import UsageError
from glossator_server.files import read_snapshot
from glossator_server.settings import Settings
from glossator_server.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class CommentFinding:
    """One line of the report; `rule` is "missing" or the rule of the style that is broken."""

    path: str
    line: int
    symbol: str
    kind: str
    rule: str
    message: str


def print_findings(files: list[Target], settings: Settings) -> int:
    """Print what is missing or drifted, a line each; the status is 1 where anything is."""
    findings, read = _findings_in_all(files, settings)
    for it in findings:
        print(visible(f"{it.path}:{it.line}: {it.rule}: {it.message}"))
    print(f"{len(findings)} findings in {read} files", file=sys.stderr)
    return _status(findings, len(files) - read)


def print_findings_as_json(files: list[Target], settings: Settings) -> int:
    """Print the same as one JSON object."""
    findings, read = _findings_in_all(files, settings)
    print(json.dumps({"schema": 1, "findings": [asdict(it) for it in findings]}, indent=2))
    return _status(findings, len(files) - read)


def _status(findings: list[CommentFinding], unreadable: int) -> ExitStatus:
    # A file that was not looked at is not a file without findings.
    return ExitStatus.FINDINGS if findings or unreadable else ExitStatus.DONE


def _findings_in_all(files: list[Target], settings: Settings) -> tuple[list[CommentFinding], int]:
    """Return the findings, and how many files could be read."""
    findings: list[CommentFinding] = []
    read = 0
    for target in files:
        try:
            findings += _findings_in(target, settings)
        except UsageError as trouble:
            # In a tree, one file that cannot be read does not hide the others.
            if len(files) == 1:
                raise
            complain(str(trouble))
        else:
            read += 1
    return findings, read


def _findings_in(target: Target, settings: Settings) -> list[CommentFinding]:
    snapshot = read_snapshot(target.path, settings)
    style = style_of(snapshot)
    if target.symbol is None and target.line is None:
        wanted = _documentable(snapshot)
    else:
        wanted = symbols_of(target, snapshot)
    findings: list[CommentFinding] = []
    for symbol in wanted:
        status = comment_status(symbol, style, snapshot.source)
        line = line_and_column(snapshot.text, symbol.name_span.start)[0]
        if status.state is CommentState.MISSING:
            message = f"{symbol.kind} {symbol.qualified_name} has no doc comment"
            findings.append(_finding(target, symbol, line, ("missing", message)))
        findings += [
            _finding(target, symbol, line, (it.rule, it.message)) for it in status.findings
        ]
    return findings


def _documentable(snapshot: Snapshot) -> tuple[Symbol, ...]:
    """Return what lacks a comment, and whatever has one that may have drifted."""
    lacking = {it.extent for it in symbols_to_document(snapshot)}
    return tuple(
        it
        for it in all_symbols(snapshot.source)
        if it.name and (it.extent in lacking or it.comment is not None)
    )


def _finding(target: Target, symbol: Symbol, line: int, what: tuple[str, str]) -> CommentFinding:
    rule, message = what
    return CommentFinding(
        str(target.path), line, symbol.qualified_name, str(symbol.kind), rule, message
    )
