"""Own what it means that code and its comment disagree.

It must not change anything; how a comment is brought up to date is in `updating`.
"""

from __future__ import annotations

from collections.abc import Iterable

from glossator_indexer.types import Finding, Severity

DRIFT_RULES = frozenset(
    {
        "wrong-name",
        "stale-parameter",
        "missing-parameter",
        "parameter-order",
        "missing-return",
        "stale-return",
        "wrong-type",
    }
)


def drifted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings which mean that the code has moved on since the comment was written.

    The rules are the same in all styles. A style reports with the severity ADVICE what people leave
    out by habit, which is no drift.
    """
    return tuple(it for it in findings if it.rule in DRIFT_RULES and it.severity is Severity.ERROR)
