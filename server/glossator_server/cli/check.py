"""Own `glossator document --check`: missing and drifted comments, found without a model."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from glossator_indexer.types import Finding, Severity, Symbol
from glossator_indexer.walking.roots import repository_root
from glossator_server.actions.states import (
    CommentState,
    comment_status,
    style_of,
)
from glossator_server.cli.finding_reports import (
    COMMENT_RULES,
    MISSING,
    CheckReport,
    Level,
    ReportedFinding,
)
from glossator_server.cli.printing import complain
from glossator_server.cli.status import ExitStatus
from glossator_server.cli.targets import Target, symbols_of
from glossator_server.edits import line_and_column
from glossator_server.errors import UsageError
from glossator_server.files import read_snapshot
from glossator_server.settings import Settings
from glossator_server.snapshot import Snapshot


def check_comments(files: Sequence[Target], settings: Settings) -> CheckReport:
    """Return what is missing or drifted in all files.

    Raises `UsageError` where the only file cannot be read; in a tree, one that cannot be read is
    told on standard error and does not hide the others.
    """
    findings: list[ReportedFinding] = []
    troubles: list[str] = []
    for target in files:
        try:
            findings += _findings_in(target, settings)
        except UsageError as trouble:
            if len(files) == 1:
                raise
            complain(str(trouble))
            troubles.append(str(trouble))
    root = repository_root(Path.cwd())
    read = len(files) - len(troubles)
    return CheckReport(tuple(findings), read, tuple(troubles), root, COMMENT_RULES)


def status_of(report: CheckReport) -> ExitStatus:
    """Return how the command ends: a file that was not looked at is not one without findings."""
    return ExitStatus.FINDINGS if report.findings or report.troubles else ExitStatus.DONE


def tell_count(report: CheckReport) -> None:
    """Sum up where it does not disturb the report."""
    print(f"{len(report.findings)} findings in {report.read} files", file=sys.stderr)


def _findings_in(target: Target, settings: Settings) -> list[ReportedFinding]:
    snapshot = read_snapshot(target.path, settings)
    style = style_of(snapshot)
    findings: list[ReportedFinding] = []
    for symbol in symbols_of(target, snapshot):
        status = comment_status(symbol, style, snapshot.source)
        found = list(status.findings)
        if status.state is CommentState.MISSING:
            message = f"{symbol.kind} {symbol.qualified_name} has no doc comment"
            found.insert(0, Finding(MISSING, message, severity=Severity.ADVICE))
        findings += [_finding(target, symbol, snapshot, it) for it in found]
    return findings


def _finding(
    target: Target, symbol: Symbol, snapshot: Snapshot, finding: Finding
) -> ReportedFinding:
    line, column = line_and_column(snapshot.text, symbol.name_span.start)
    return ReportedFinding(
        str(target.path),
        line,
        (column, column + max(1, symbol.name_span.end - symbol.name_span.start)),
        symbol.qualified_name,
        str(symbol.kind),
        finding.rule,
        finding.message,
        _level(finding),
    )


def _level(finding: Finding) -> Level:
    if finding.rule == MISSING:
        return Level.WARNING
    return Level.ERROR if finding.severity is Severity.ERROR else Level.NOTE
