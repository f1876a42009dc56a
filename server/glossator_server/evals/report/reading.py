"""Own the result of a measurement as the report reads it: the published JSON in typed rows.

It must not compute anything, and it is all that the report knows of how the result came about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from glossator_server.errors import UsageError

SCHEMA = 1
# What a decision rests on; time and money are told beside it.
QUALITY = frozenset({"reference", "check", "retrieval", "judge"})
_GRADED = frozenset({"reference", "retrieval"})


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency."""

    amount: float
    currency: str


@dataclass(frozen=True, slots=True)
class ConfigurationRow:
    """A configuration and what it took, in tokens and seconds; None is what was not said.

    `overhead_share` is the time that no model worked, as a share of the time that one did.
    """

    name: str
    model: str
    local: bool
    prompt: str | None
    prompt_sha256: str | None
    retrieval: bool
    adapter: str | None
    cases: int
    failed: int
    prompt_tokens: int
    completion_tokens: int
    cost: Money | None
    p50: float
    p95: float
    total: float
    overhead_share: float | None

    @property
    def price(self) -> float | None:
        """Return what it cost: 0 on this machine, None on a server whose price nobody named."""
        if self.cost is not None:
            return self.cost.amount
        return 0.0 if self.local else None


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A measure; `is_higher_better` gives its direction, `says` what it is in one sentence."""

    name: str
    title: str
    is_higher_better: bool
    kind: str
    unit: str
    says: str

    @property
    def is_quality(self) -> bool:
        """Tell whether a decision rests on it."""
        return self.kind in QUALITY

    def gain(self, difference: float) -> float:
        """Return a difference so that more is better."""
        return difference if self.is_higher_better else -difference


@dataclass(frozen=True, slots=True)
class Score:
    """A mean over `n` cases with its interval of 95 %."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """A configuration minus its baseline over the `n` cases that both did; `verdict` is a word."""

    baseline: str
    configuration: str
    measure: str
    difference: float
    low: float
    high: float
    p: float
    n: int
    verdict: str


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """What became of a case under a configuration."""

    case: str
    title: str
    path: str
    language: str
    configuration: str
    measures: Mapping[str, float]
    text: str
    expected: str
    problem: str | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Result:
    """A whole measurement; the first configuration is the baseline, `judge` as it was written."""

    suite: str
    source_kind: str
    source_where: str
    cases: int
    seed: int
    glossator: str
    started: str
    seconds: float
    complete: bool
    configurations: tuple[ConfigurationRow, ...]
    measures: tuple[MeasureRow, ...]
    scores: Mapping[str, Mapping[str, Score]]
    comparisons: tuple[Comparison, ...]
    judge: Mapping[str, Any] | None
    outcomes: tuple[OutcomeRow, ...]

    @property
    def baseline(self) -> ConfigurationRow:
        """Return what all others are compared with."""
        return self.configurations[0]

    @property
    def headline(self) -> MeasureRow | None:
        """Return the measure by which cases are ranked: the first that has scores.

        One that compares with a right answer tells cases apart better than a check does.
        """
        scored = {name for scores in self.scores.values() for name in scores}
        known = [it for it in self.measures if it.is_quality and it.name in scored]
        graded = [it for it in known if it.kind in _GRADED]
        return next(iter(graded or known), None)

    def measure(self, name: str) -> MeasureRow:
        """Return a measure by its name."""
        return next(it for it in self.measures if it.name == name)

    def against_baseline(self, configuration: str) -> list[tuple[MeasureRow, Comparison]]:
        """Return what is known of a configuration beside the baseline, in the measures' order."""
        found = {
            it.measure: it
            for it in self.comparisons
            if (it.baseline, it.configuration) == (self.baseline.name, configuration)
        }
        return [(it, found[it.name]) for it in self.measures if it.name in found]


def read_result(data: Mapping[str, Any]) -> Result:
    """Return a result from its JSON; raises `UsageError` where it is none of schema 1."""
    if data.get("schema") != SCHEMA:
        raise UsageError(
            f"This is no result of `glossator eval` of schema {SCHEMA}; run the evaluation again."
        )
    try:
        return _result(data)
    except (AttributeError, KeyError, TypeError, ValueError) as trouble:
        raise UsageError(
            f"This result of `glossator eval` is damaged ({trouble}); run the evaluation again."
        ) from trouble


def _result(data: Mapping[str, Any]) -> Result:
    configurations = tuple(map(_configuration, data["configurations"]))
    if not configurations:
        raise ValueError("it has no configurations")
    currency = next((it.cost.currency for it in configurations if it.cost), "")
    measures = tuple(_measure(it, currency) for it in data["measures"])
    known, names = {it.name for it in measures}, {it.name for it in configurations}
    comparisons = [_comparison(it) for it in data["comparisons"] if it["measure"] in known]
    return Result(
        suite=str(data["suite"]),
        source_kind=str(data["source"]["kind"]),
        source_where=str(data["source"].get("where") or ""),
        cases=int(data["cases"]),
        seed=int(data["seed"]),
        glossator=str(data["glossator"]),
        started=str(data["started"]),
        seconds=float(data["seconds"]),
        complete=bool(data["complete"]),
        configurations=configurations,
        measures=measures,
        scores=_scores(data["scores"], known),
        comparisons=tuple(it for it in comparisons if {it.baseline, it.configuration} <= names),
        judge=data.get("judge"),
        outcomes=tuple(map(_outcome, data["outcomes"])),
    )


def _configuration(row: Mapping[str, Any]) -> ConfigurationRow:
    prompt, cost, seconds = row.get("prompt") or {}, row.get("cost"), row["seconds"]
    overhead = seconds.get("overhead_share")
    return ConfigurationRow(
        name=str(row["name"]),
        model=str(row.get("model") or "none"),
        local=bool(row["local"]),
        prompt=_word(prompt.get("name")),
        prompt_sha256=_word(prompt.get("sha256")),
        retrieval=bool(row["retrieval"]),
        adapter=_word(row.get("adapter")),
        cases=int(row["cases"]),
        failed=int(row["failed"]),
        prompt_tokens=int(row["tokens"]["prompt"]),
        completion_tokens=int(row["tokens"]["completion"]),
        cost=Money(float(cost["amount"]), str(cost["currency"])) if cost else None,
        p50=float(seconds["p50"]),
        p95=float(seconds["p95"]),
        total=float(seconds["total"]),
        overhead_share=None if overhead is None else float(overhead),
    )


def _measure(row: Mapping[str, Any], currency: str) -> MeasureRow:
    return MeasureRow(
        name=str(row["name"]),
        title=str(row["title"]),
        is_higher_better=row["better"] == "higher",
        kind=str(row["kind"]),
        unit=str(row.get("unit") or (currency if row["kind"] == "cost" else "")),
        says=str(row.get("says") or ""),
    )


def _scores(
    data: Mapping[str, Mapping[str, Mapping[str, Any]]], known: set[str]
) -> dict[str, dict[str, Score]]:
    return {
        name: {
            measure: Score(float(it["mean"]), float(it["low"]), float(it["high"]), int(it["n"]))
            for measure, it in scores.items()
            if measure in known
        }
        for name, scores in data.items()
    }


def _comparison(row: Mapping[str, Any]) -> Comparison:
    return Comparison(
        baseline=str(row["baseline"]),
        configuration=str(row["configuration"]),
        measure=str(row["measure"]),
        difference=float(row["difference"]),
        low=float(row["low"]),
        high=float(row["high"]),
        p=float(row["p"]),
        n=int(row["n"]),
        verdict=str(row["verdict"]),
    )


def _outcome(row: Mapping[str, Any]) -> OutcomeRow:
    return OutcomeRow(
        case=str(row["case"]),
        title=str(row.get("title") or row["case"]),
        path=str(row.get("path") or ""),
        language=str(row.get("language") or ""),
        configuration=str(row["configuration"]),
        measures={str(key): float(value) for key, value in row["measures"].items()},
        text=str(row.get("text") or ""),
        expected=str(row.get("expected") or ""),
        problem=_word(row.get("problem")),
        seconds=float(row.get("seconds") or 0.0),
    )


def _word(value: object) -> str | None:
    return None if value in (None, "") else str(value)


def outcomes_by_case(outcomes: Sequence[OutcomeRow]) -> dict[str, dict[str, OutcomeRow]]:
    """Return the outcomes of each case by configuration, in the order in which cases came."""
    found: dict[str, dict[str, OutcomeRow]] = {}
    for it in outcomes:
        found.setdefault(it.case, {})[it.configuration] = it
    return found
