"""Own how far a judge agrees with people: shares, and Cohen's kappa with its interval.

Pure and seeded; it must not ask, nor read files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glossator_server.evals.judging.judgements import Judgement, Side
from glossator_server.evals.judging.shares import Share, mean_share, share_of
from glossator_server.evals.statistics import CONFIDENCE, RESAMPLES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SIDES = tuple(Side)


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa with its interval of 95 %: 0 is what chance agrees, 1 is all."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """A judge beside people, over the pairs that both have judged.

    `same` is the share of pairs with the same verdict, ties included. `kappa` is None where one of
    them always says the same, so that agreement beyond chance means nothing. `answers` is the share
    of single answers that name the text which the person named, over pairs that are no tie to the
    person: the judge's accuracy before its places are exchanged; None where there are none.
    """

    labels: int
    same: Share
    kappa: Kappa | None
    answers: Share | None


def agreement_of(
    judgements: Sequence[Judgement], people: Mapping[tuple[str, str], Side], seed: int
) -> Agreement | None:
    """Return how a judge agrees with people; `people` is by case and configuration.

    None where no pair was judged by both.
    """
    both = [
        (people[key], it)
        for it in judgements
        if (key := (it.case, it.configuration)) in people and it.answers
    ]
    if not both:
        return None
    same = share_of([said is it.verdict for said, it in both])
    table = [[sum(it == (a, b) for it in _verdicts(both)) for b in _SIDES] for a in _SIDES]
    right = [
        sum(side is said for side in sides) / len(sides)
        for said, it in both
        if said is not Side.TIE and (sides := [x for x in it.sides if x is not None])
    ]
    answers = mean_share(right, seed) if right else None
    return Agreement(len(both), same, kappa_of(table, seed), answers)


def kappa_of(table: Sequence[Sequence[int]], seed: int) -> Kappa | None:
    """Return Cohen's kappa (1960) of a square table of counts, with a bootstrap interval.

    The rows are one rater's words, the columns the other's, in the same order. None where chance
    alone would agree in all.
    """
    import numpy as np

    counts = np.asarray(table, np.float64)
    value = _kappas(counts[None])[0]
    if np.isnan(value):
        return None
    random = np.random.default_rng(seed)
    total = int(counts.sum())
    drawn = random.multinomial(total, (counts / total).ravel(), RESAMPLES)
    found = _kappas(drawn.reshape(-1, *counts.shape).astype(np.float64))
    outside = (1.0 - CONFIDENCE) / 2
    # A resample in which both always say the same says nothing.
    low, high = np.nanquantile(found, [outside, 1.0 - outside])
    return Kappa(float(value), float(low), float(high))


def _kappas(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the kappa of each table of a stack; not a number where chance agrees in all."""
    import numpy as np

    totals = tables.sum(axis=(1, 2))
    seen = np.trace(tables, axis1=1, axis2=2) / totals
    chance = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1) / totals**2
    with np.errstate(divide="ignore", invalid="ignore"):
        beyond = (seen - chance) / (1.0 - chance)
    found: NDArray[np.float64] = np.where(chance < 1.0, beyond, np.nan)
    return found


def _verdicts(both: Sequence[tuple[Side, Judgement]]) -> list[tuple[Side, Side]]:
    return [(said, it.verdict) for said, it in both]
