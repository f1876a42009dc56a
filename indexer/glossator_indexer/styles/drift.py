"""Own what it means that code and its comment disagree.

It must not change anything; how a comment is brought up to date is in `updating`.
"""

from __future__ import annotations

from collections.abc import Iterable

from glossator_indexer.types import Finding, Severity

MISSING_PARAMETER = "missing-parameter"
MISSING_RETURN = "missing-return"
DRIFT_RULES = frozenset(
    {
        "wrong-name",
        "stale-parameter",
        MISSING_PARAMETER,
        "parameter-order",
        MISSING_RETURN,
        "stale-return",
    }
)


def drifted(findings: Iterable[Finding], *, tells_values: bool = True) -> tuple[Finding, ...]:
    """Return the findings which mean that the code has moved on since the comment was written.

    The rules are the same in all styles. A style reports with the severity ADVICE what people leave
    out by habit, which is no drift. Nor is a value without a description where the comments around
    do not tell of values either (`tells_values`).
    """
    return tuple(
        it
        for it in findings
        if it.rule in DRIFT_RULES
        and it.severity is Severity.ERROR
        and (tells_values or it.rule != MISSING_RETURN)
    )
