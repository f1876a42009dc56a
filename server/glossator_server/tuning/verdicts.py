"""Own what is concluded from a comparison as it grows: better, worse, or look again.

Pure. It must not run anything, nor know where the figures come from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from glossator_server.evals.statistics import Comparison, Verdict, compare
from glossator_server.evals.types import Better, Measure
from glossator_server.tuning.sequential import chance_of_more, spent_at

# What each case gave under a configuration: figures by measure.
Figures = Mapping[str, float]


class Decision(StrEnum):
    """What a look says."""

    PASSED = "passed"
    REFUSED = "refused"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class GatePlan:
    """What an adapter must show, and how often is looked.

    All measures of `better` must be better beyond chance, none of `not_worse` may be worse.
    `alpha` is the chance that one that is no better passes, over all looks, one-sided. `harm` is
    the chance for each measure that one that is no worse is refused early. From the look on which
    half of the cases are seen, one that is not ahead is given up; that only makes passing rarer.
    """

    better: tuple[str, ...] = ("rouge_l", "chrf", "meaning")
    not_worse: tuple[str, ...] = (
        *("valid", "first_try", "mentions", "style_findings", "drift", "length"),
        *("secrets", "repeated"),
    )
    looks: tuple[int, ...] = (40, 80, 120, 160, 200)
    alpha: float = 0.025
    harm: float = 0.025

    def cut_to(self, cases: int) -> GatePlan:
        """Return the plan for so many cases: as many looks, evenly, at least ten cases each."""
        most = self.looks[-1]
        if cases >= most:
            return self
        count = max(1, min(len(self.looks), cases // 10))
        looks = tuple(round(cases * (it + 1) / count) for it in range(count))
        return GatePlan(self.better, self.not_worse, looks, self.alpha, self.harm)


@dataclass(frozen=True, slots=True)
class MeasureVerdict:
    """How a measure stands; `chance` is that of so good a result without being better."""

    name: str
    comparison: Comparison
    chance: float
    bound: float


@dataclass(frozen=True, slots=True)
class Look:
    """What is seen after so many cases; `reasons` say why it is refused, as sentences."""

    cases: int
    decision: Decision
    measures: tuple[MeasureVerdict, ...]
    reasons: tuple[str, ...] = ()


def look(
    plan: GatePlan,
    at: int,
    measures: Sequence[Measure],
    pairs: Sequence[tuple[Figures, Figures]],
    seed: int,
) -> Look:
    """Decide at the look `at` (from 0) about pairs of figures: the baseline's, the candidate's."""
    bound = spent_at(plan.looks, plan.alpha)[at]
    harm = spent_at(plan.looks, plan.harm)[at]
    known = {it.name: it for it in measures}
    better = [_judged(known[it], pairs, bound, seed) for it in plan.better if it in known]
    others = [_judged(known[it], pairs, harm, seed) for it in plan.not_worse if it in known]
    seen = tuple(it for it in (*better, *others) if it is not None)
    if reasons := _harms(known, pairs, seen, harm):
        return Look(len(pairs), Decision.REFUSED, seen, reasons)
    is_ahead = [it is not None and _is_better(it) for it in better]
    is_worse = [it for it in seen if it.comparison.verdict is Verdict.WORSE]
    if better and all(is_ahead) and not is_worse:
        return Look(len(pairs), Decision.PASSED, seen)
    behind = tuple(
        f"{name} is not better ({_in_words(it)})"
        for name, it in zip(plan.better, better, strict=True)
        if it is None or not _leads(it, known[name].better)
    )
    if behind and 2 * plan.looks[at] >= plan.looks[-1]:
        return Look(len(pairs), Decision.REFUSED, seen, behind)
    if at == len(plan.looks) - 1:
        unproven = tuple(
            f"{name} is not better beyond chance ({_in_words(it)})"
            for name, it, ahead in zip(plan.better, better, is_ahead, strict=True)
            if not ahead
        )
        worse = tuple(f"{it.name} is worse ({_in_words(it)})" for it in is_worse)
        return Look(len(pairs), Decision.REFUSED, seen, (*unproven, *worse))
    return Look(len(pairs), Decision.OPEN, seen)


def _judged(
    measure: Measure, pairs: Sequence[tuple[Figures, Figures]], bound: float, seed: int
) -> MeasureVerdict | None:
    """Return how a measure stands over the cases that both have; None where none has."""
    before, after = _paired(measure.name, pairs)
    if not before:
        return None
    gains = _gains(measure, before, after)
    comparison = compare(before, after, measure.better, seed)
    return MeasureVerdict(measure.name, comparison, chance_of_more(gains), bound)


def _harms(
    known: Mapping[str, Measure],
    pairs: Sequence[tuple[Figures, Figures]],
    seen: Sequence[MeasureVerdict],
    harm: float,
) -> tuple[str, ...]:
    """Return why it is refused at once: what is worse beyond chance already."""
    reasons: list[str] = []
    for it in seen:
        before, after = _paired(it.name, pairs)
        losses = [-gain for gain in _gains(known[it.name], before, after)]
        if chance_of_more(losses) <= harm:
            reasons.append(f"{it.name} is worse ({_in_words(it)})")
    return tuple(reasons)


def _paired(name: str, pairs: Sequence[tuple[Figures, Figures]]) -> tuple[list[float], list[float]]:
    both = [(a[name], b[name]) for a, b in pairs if name in a and name in b]
    return [a for a, _ in both], [b for _, b in both]


def _gains(measure: Measure, before: Sequence[float], after: Sequence[float]) -> list[float]:
    sign = 1.0 if measure.better is Better.HIGHER else -1.0
    return [sign * (b - a) for a, b in zip(before, after, strict=True)]


def _is_better(it: MeasureVerdict) -> bool:
    return it.chance <= it.bound and it.comparison.verdict is Verdict.BETTER


def _leads(it: MeasureVerdict, better: Better) -> bool:
    mean = it.comparison.difference.mean
    return mean > 0 if better is Better.HIGHER else mean < 0


def _in_words(it: MeasureVerdict | None) -> str:
    if it is None:
        return "it was not measured"
    found = it.comparison.difference
    return f"{found.mean:+.3f}, from {found.low:+.3f} to {found.high:+.3f} over {found.n} cases"
