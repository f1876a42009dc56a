"""Own the cases of a gate: functions that the training data do not know, as a file of cases.

It must not run them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from glossator_server.errors import UsageError
from glossator_server.evals.suites import open_suite
from glossator_server.evals.types import Case, CaseSource, SourceKind
from glossator_server.files import write_report
from glossator_server.tuning.leaks import Learned

SUITE = "document"
# Of functions drawn most may have been learned; after so many times the wish there are no others.
_MOST_DRAWN = 16


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A source of cases that were not learned, and how many were drawn that had been."""

    source: CaseSource
    cases: int
    known: int


def held_out(source: CaseSource, wanted: int, learned: Learned, file: Path) -> HeldOut:
    """Write up to `wanted` cases of a source that were not learned, and return them as a source.

    A function whose summary stands in the training data counts as learned, wherever it lies.
    Raises `UsageError` where there are none.
    """
    drawn, kept = _drawn(source, wanted, learned)
    if not kept:
        raise UsageError(
            f"All {len(drawn)} documented functions of {source.workspace} were trained on; name a "
            "repository with --workspace that was not, or a file with --cases."
        )
    write_report(file, "".join(_line(it) for it in kept), 0o600)
    listed = replace(source, kind=SourceKind.FILE, file=file, limit=len(kept))
    return HeldOut(listed, len(kept), sum(1 for it in drawn if learned.knows(_summary(it))))


def _drawn(source: CaseSource, wanted: int, learned: Learned) -> tuple[Sequence[Case], list[Case]]:
    limit = wanted
    while True:
        drawn = open_suite(SUITE).cases(replace(source, limit=limit))
        kept = [it for it in drawn if not learned.knows(_summary(it))]
        if len(kept) >= wanted or len(drawn) < limit or limit >= wanted * _MOST_DRAWN:
            return drawn, kept[:wanted]
        limit *= 2


def _summary(case: Case) -> str:
    return str((case.data.get("expected") or {}).get("summary", ""))


def _line(case: Case) -> str:
    kept = {it: case.data[it] for it in ("symbol", "line", "style", "expected") if it in case.data}
    return json.dumps({"id": case.id, "path": case.path, **kept}, ensure_ascii=False) + "\n"
