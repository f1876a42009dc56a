"""Bring every call to a model into every kind of trouble, and time how it ends.

A row a call: kind, place, seed, the error or "answer", its words, seconds, and what should not have
been, if anything.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from tests.fault_sites import LIMITS, SLACK_S, cases, outcome_of

# What a seed changes: where an answer is cut, which bytes are noise, which status is told.
_SEEDS = range(5)


def rows() -> Iterator[dict[str, Any]]:
    """Yield a row a call; one at a time, so that the seconds are those of the call alone."""
    for kind, site in cases():
        for seed in _SEEDS:
            outcome = asyncio.run(outcome_of(kind, site, seed))
            yield asdict(outcome)


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the counts, the longest call, and a table of how each kind ends at each place."""
    table: dict[str, dict[str, str]] = {}
    for kind, site in cases():
        ends = Counter(
            row["ended_in"] for row in rows if (row["kind"], row["site"]) == (kind, site.name)
        )
        table.setdefault(kind, {})[site.name] = "/".join(sorted(ends))
    return {
        "calls": len(rows),
        "kinds": len({row["kind"] for row in rows}),
        "places": len({row["site"] for row in rows}),
        "partial_answers": sum(row["trouble"] is not None and "answer" in row["trouble"]
                               for row in rows),
        "late": sum(row["seconds"] > LIMITS.total_s + SLACK_S for row in rows),
        "no_sentence": sum(row["trouble"] == "the error is no sentence" for row in rows),
        "deadline_s": LIMITS.total_s,
        "longest_s": max(row["seconds"] for row in rows),
        "ends": table,
    }  # fmt: skip
