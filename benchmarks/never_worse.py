"""Mend with random answers, and look whether what is returned is ever worse, or was never checked.

A row a hundred seeds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from tests.server.reflection.random_answers import trouble_of

SEQUENCES = 10_000
_A_ROW = 100


def rows() -> Iterator[dict[str, Any]]:
    """Yield a row for each hundred sequences of answers."""
    for first in range(0, SEQUENCES, _A_ROW):
        yield asyncio.run(_row(first))


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return how many sequences there were, and in how many something was wrong."""
    return {
        "sequences": sum(row["sequences"] for row in rows),
        "wrong": sum(len(row["wrong"]) for row in rows),
    }


async def _row(first: int) -> dict[str, Any]:
    seeds = range(first, first + _A_ROW)
    found = [(seed, await trouble_of(seed)) for seed in seeds]
    wrong = [{"seed": seed, "trouble": it} for seed, it in found if it is not None]
    return {"first": first, "sequences": _A_ROW, "wrong": wrong}
