"""Own the result of a run as JSON: the one shape that the table, the page and programs read.

It must not print, nor run anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from glossator_server.evals.statistics import Estimate, compare, estimate
from glossator_server.evals.types import (
    Better,
    Case,
    Measure,
    MeasureKind,
    Outcome,
)

SCHEMA = 1
# Digits after the point: more say nothing that an interval does not take back.
_DIGITS = 4

SECONDS = Measure(
    "seconds",
    "seconds a case",
    Better.LOWER,
    MeasureKind.TIME,
    "From the question to the checked result, all that Glossator does included.",
    unit="s",
    when_failed=None,
)
COST = Measure(
    "cost",
    "cost a case",
    Better.LOWER,
    MeasureKind.COST,
    "By the prices that the policy names.",
    when_failed=None,
)


@dataclass(frozen=True, slots=True)
class Ran:
    """A run as far as it has come; `record` is what its folder says that it is about."""

    record: Mapping[str, Any]
    measures: Sequence[Measure]
    cases: Sequence[Case]
    outcomes: Sequence[Outcome]

    @property
    def names(self) -> list[str]:
        """Return the configurations in order; the first one is the baseline."""
        return [str(it["name"]) for it in self.record["configurations"]]


def report_of(ran: Ran) -> dict[str, Any]:
    """Return the result of a run; docs/reference/eval.md describes each part."""
    measures = [*ran.measures, SECONDS]
    if any(it.cost is not None for it in ran.outcomes):
        measures.append(COST)
    figures = _figures(ran.outcomes)
    measures = [it for it in measures if any(name == it.name for _, name in figures)]
    record, seed = ran.record, int(ran.record["seed"])
    return {
        "schema": SCHEMA,
        "suite": record["suite"],
        "source": record["source"],
        "cases": len(ran.cases),
        "seed": seed,
        "glossator": record["glossator"],
        "started": record["started"],
        "seconds": round(sum(it.seconds for it in ran.outcomes), 1),
        "complete": len(ran.outcomes) == len(ran.cases) * len(ran.names),
        "configurations": [_configuration(it, ran.outcomes) for it in record["configurations"]],
        "measures": [measure_line(it) for it in measures],
        "scores": {
            name: {
                it.name: _score(estimate(list(values.values()), seed))
                for it in measures
                if (values := figures.get((name, it.name)))
            }
            for name in ran.names
        },
        "comparisons": [
            row
            for name in ran.names[1:]
            for it in measures
            if (row := _comparison(figures, it, (ran.names[0], name), seed)) is not None
        ],
        "judge": None,
        "outcomes": [_outcome(case, it) for case, it in _in_order(ran)],
    }


# For a configuration and a measure, the figure of each case that has one.
_Figures = Mapping[tuple[str, str], Mapping[str, float]]


def _figures(outcomes: Sequence[Outcome]) -> _Figures:
    found: defaultdict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for outcome in outcomes:
        name = outcome.configuration
        for measure, value in outcome.result.measures.items():
            found[name, measure][outcome.case] = value
        # Failing takes time, too, but to find that nobody is there says nothing of a model.
        if not outcome.again:
            found[name, SECONDS.name][outcome.case] = outcome.seconds
        if outcome.cost is not None:
            found[name, COST.name][outcome.case] = outcome.cost.amount
    return found


def _comparison(
    figures: _Figures, measure: Measure, names: tuple[str, str], seed: int
) -> dict[str, Any] | None:
    """Return how one configuration differs from the baseline, over the cases that both have."""
    baseline, name = names
    ours = figures.get((name, measure.name), {})
    theirs = figures.get((baseline, measure.name), {})
    both = [it for it in theirs if it in ours]
    if not both:
        return None
    found = compare([theirs[it] for it in both], [ours[it] for it in both], measure.better, seed)
    difference = _score(found.difference)
    return {
        "baseline": baseline,
        "configuration": name,
        "measure": measure.name,
        "difference": difference.pop("mean"),
        **difference,
        "p": round(found.p, _DIGITS),
        "verdict": found.verdict.value,
    }


def _score(found: Estimate) -> dict[str, Any]:
    return {
        "mean": round(found.mean, _DIGITS),
        "low": round(found.low, _DIGITS),
        "high": round(found.high, _DIGITS),
        "n": found.n,
    }


def measure_line(measure: Measure) -> dict[str, Any]:
    """Return what is said of a measure."""
    return {
        "name": measure.name,
        "title": measure.title,
        "says": measure.says,
        "better": measure.better.value,
        "kind": measure.kind.value,
        "unit": measure.unit,
    }


def _configuration(told: Mapping[str, Any], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    own = [it for it in outcomes if it.configuration == told["name"]]
    costs = [it.cost for it in own if it.cost is not None]
    return {
        **told,
        "cases": len(own),
        "failed": sum(it.result.problem is not None for it in own),
        "tokens": {
            "prompt": sum(it.prompt_tokens for it in own),
            "completion": sum(it.completion_tokens for it in own),
        },
        "cost": None
        if not costs
        else {
            "amount": round(sum(it.amount for it in costs), 6),
            "currency": costs[0].currency,
        },
        "seconds": _seconds(own),
    }


def _seconds(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Return how long cases took, in seconds, and what share of the model's time came on top."""
    import numpy as np

    taken = [it.seconds for it in outcomes]
    total, of_models = sum(taken), sum(it.model_seconds for it in outcomes)
    p50, p95 = np.percentile(taken, [50, 95]) if taken else (0.0, 0.0)
    return {
        "p50": round(float(p50), 3),
        "p95": round(float(p95), 3),
        "total": round(total, 1),
        "model_total": round(of_models, 1),
        "overhead_share": round((total - of_models) / of_models, _DIGITS) if of_models else 0.0,
    }


def _in_order(ran: Ran) -> list[tuple[Case, Outcome]]:
    found = {(it.case, it.configuration): it for it in ran.outcomes}
    return [
        (case, found[case.id, name])
        for case in ran.cases
        for name in ran.names
        if (case.id, name) in found
    ]


def _outcome(case: Case, outcome: Outcome) -> dict[str, Any]:
    result = outcome.result
    return {
        "case": case.id,
        "title": case.title,
        "project": case.project,
        "path": case.path,
        "language": case.language,
        "configuration": outcome.configuration,
        "measures": {name: round(it, _DIGITS) for name, it in result.measures.items()},
        "text": result.text,
        "expected": result.expected,
        "checks": list(result.checks),
        "problem": result.problem,
        "seconds": round(outcome.seconds, 3),
        "model_seconds": round(outcome.model_seconds, 3),
        "tokens": {
            "prompt": outcome.prompt_tokens,
            "first_prompt": outcome.first_prompt_tokens,
            "completion": outcome.completion_tokens,
        },
    }
