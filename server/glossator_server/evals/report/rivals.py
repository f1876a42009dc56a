"""Own the choice among several configurations that are all better than the baseline.

It must not compare them with the baseline again: that is done. Where the cases do not tell rivals
apart, what each takes decides.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from glossator_server.evals.report.reading import (
    ConfigurationRow,
    MeasureRow,
    Result,
    outcomes_by_case,
)
from glossator_server.evals.report.words import between, quoted, size
from glossator_server.evals.statistics import Comparison, Verdict, compare
from glossator_server.evals.types import Better


@dataclass(frozen=True, slots=True)
class Choice:
    """The one to take, and a sentence about each rival that it is no better or worse than."""

    name: str
    sentences: tuple[str, ...] = ()


def chosen_of(result: Result, rivals: Sequence[ConfigurationRow]) -> Choice:
    """Return the best by the headline; of those not told from it, the one that takes least."""
    measure = result.headline
    if measure is None or len(rivals) == 1:
        return Choice(rivals[0].name)
    scores = {it.name: result.scores[it.name].get(measure.name) for it in rivals}
    scored = [it for it in rivals if scores[it.name] is not None]
    best = max(scored or rivals, key=lambda it: _gain(measure, result, it.name))
    equals: list[tuple[ConfigurationRow, Comparison]] = []
    for rival in rivals:
        found = None if rival is best else _compared(result, measure, best.name, rival.name)
        if found is not None and found.verdict is Verdict.SAME:
            equals.append((rival, found))
    taken = min([best, *(it for it, _ in equals)], key=_takes)
    sentences = [
        _told(measure, best, rival, taken, found)
        for rival, found in equals
        if taken in (best, rival)
    ]
    return Choice(taken.name, tuple(sentences))


def _gain(measure: MeasureRow, result: Result, name: str) -> float:
    score = result.scores[name].get(measure.name)
    return 0.0 if score is None else measure.gain(score.mean)


def _compared(result: Result, measure: MeasureRow, one: str, other: str) -> Comparison | None:
    pairs = [
        (it[one].measures[measure.name], it[other].measures[measure.name])
        for it in outcomes_by_case(result.outcomes).values()
        if all(name in it and measure.name in it[name].measures for name in (one, other))
    ]
    if not pairs:
        return None
    better = Better.HIGHER if measure.is_higher_better else Better.LOWER
    ours, theirs = [a for a, _ in pairs], [b for _, b in pairs]
    return compare(ours, theirs, better, result.seed)


def _takes(row: ConfigurationRow) -> tuple[bool, float, float]:
    """Return what a configuration takes, in the order in which it matters: code, money, time."""
    return (not row.local, math.inf if row.price is None else row.price, row.p50)


def _told(
    measure: MeasureRow,
    best: ConfigurationRow,
    rival: ConfigurationRow,
    taken: ConfigurationRow,
    found: Comparison,
) -> str:
    other = best if taken is rival else rival
    difference = found.difference
    interval = between(difference.low, difference.high, measure.unit)
    return (
        f"{quoted(rival.name)} and {quoted(best.name)} are not told apart in {measure.title} (they "
        f"differ by {size(difference.mean, measure.unit)}, {interval}), and {quoted(taken.name)} "
        f"{_why(taken, other)}."
    )


def _why(taken: ConfigurationRow, other: ConfigurationRow) -> str:
    if taken.local and not other.local:
        return "runs on this machine"
    if taken.price is not None and other.price is not None and taken.price < other.price:
        return "costs less"
    if taken.price is not None and other.price is None:
        return "has a price that is known"
    return "takes less time"
