"""Own what reviews found in the documents of a session, and how an editor sees it.

A finding is shown as long as the code that it is about stands; it must not ask a model.
"""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from glossator_server.actions.review import ReviewFinding, find_again
from glossator_server.lsp.convert import PositionMap
from glossator_server.snapshot import Snapshot

# Under which name our problems are shown.
SOURCE = "glossator"
_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "information": types.DiagnosticSeverity.Information,
}


class Findings:
    """The findings by document; a new review of the same lines takes the place of the old one."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[ReviewFinding, ...]] = {}

    def keep(self, uri: str, found: tuple[ReviewFinding, ...], reviewed: range | None) -> None:
        """Keep what was found in some lines of a document (from 1), in all of them for None."""
        others = [
            it
            for it in self._found.get(uri, ())
            if reviewed is not None and it.line not in reviewed
        ]
        self._found[uri] = (*others, *found)

    def of(self, uri: str) -> tuple[ReviewFinding, ...]:
        """Return what was found in a document."""
        return self._found.get(uri, ())

    def forget(self, uri: str) -> None:
        """Let go of a document that was closed."""
        self._found.pop(uri, None)


def diagnostics_of_findings(
    findings: Findings, snapshot: Snapshot, encoding: types.PositionEncodingKind
) -> list[types.Diagnostic]:
    """Return the findings that still hold, as diagnostics with their advice."""
    found = findings.of(snapshot.uri)
    return list(_diagnostics(found, snapshot, encoding)) if found else []


def _diagnostics(
    found: tuple[ReviewFinding, ...], snapshot: Snapshot, encoding: types.PositionEncodingKind
) -> Iterator[types.Diagnostic]:
    positions = PositionMap(snapshot.text, encoding)
    for it in found:
        span = find_again(snapshot, it)
        if span is None:
            continue
        advice = f" {it.advice}" if it.advice else ""
        yield types.Diagnostic(
            range=positions.range(span),
            message=f"{it.message}{advice}",
            severity=_SEVERITIES[it.severity],
            code="review",
            source=SOURCE,
            data={"review": it.message},
        )
