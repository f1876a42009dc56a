"""Own the verdict: which configuration to approve, in plain sentences made from the figures alone.

It must not compute a statistic but Holm's correction of those that the result holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from glossator_server.evals.report.reading import (
    Comparison,
    ConfigurationRow,
    MeasureRow,
    Result,
)
from glossator_server.evals.report.rivals import chosen_of
from glossator_server.evals.report.words import (
    between,
    counted,
    duration,
    figure,
    listed,
    quoted,
    share,
    size,
)

BETTER, WORSE = "better", "worse"
# Below it an interval is so wide that it hides what people would see with their eyes.
FEW_CASES = 30
# Landis and Koch (1977) call less agreement than this slight or fair.
LEAST_KAPPA = 0.4
# Of fewer, the interval of an agreement holds nearly everything.
LEAST_LABELS = 20
_LEVEL = 0.05
# What nobody would notice is no reason to change.
_CLEARLY_LESS, _SHORTEST_WAIT = 0.8, 0.1
_MOST_NAMED = 3

Told = tuple[MeasureRow, Comparison]


class Tone(StrEnum):
    """What a verdict advises."""

    TAKE = "take"
    KEEP = "keep"
    CHOOSE = "choose"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Standing:
    """A configuration beside the baseline: the measures in which it differs beyond the interval.

    `is_firm` tells whether one that is better stands Holm's correction for all comparisons.
    """

    configuration: ConfigurationRow
    better: tuple[Told, ...]
    worse: tuple[Told, ...]
    same: tuple[Told, ...]
    is_firm: bool

    @property
    def is_gain(self) -> bool:
        """Tell whether it is better in something and worse in nothing."""
        return bool(self.better) and not self.worse


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reader is advised, why, and what to keep in mind; `chosen` are names to approve."""

    tone: Tone
    headline: str
    chosen: tuple[str, ...]
    sentences: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()


def verdict_of(result: Result) -> Verdict:
    """Return the verdict of a measurement."""
    if len(result.configurations) == 1:
        return _of_one(result)
    standings = standings_of(result)
    verdict = _decided(result, standings)
    sentences = [_told(result, it) for it in standings]
    return replace(
        verdict,
        sentences=(*sentences, *verdict.sentences),
        cautions=_cautions(result, standings),
    )


def standings_of(result: Result) -> list[Standing]:
    """Return how each other configuration stands beside the baseline, in quality alone.

    A judge that has not been found to agree with people decides nothing.
    """
    compared = {
        it.name: [
            told
            for told in result.against_baseline(it.name)
            if told[0].is_quality and (told[0].kind != "judge" or judge_is_trusted(result))
        ]
        for it in result.configurations[1:]
    }
    firm = firm_comparisons([told for found in compared.values() for _, told in found])
    return [_standing(it, compared[it.name], firm) for it in result.configurations[1:]]


def firm_comparisons(comparisons: Sequence[Comparison]) -> frozenset[int]:
    """Return the `id`s of the comparisons that stand Holm's correction (Holm 1979) at 5 %."""
    firm: set[int] = set()
    ordered = sorted(comparisons, key=lambda it: it.p)
    for at, comparison in enumerate(ordered):
        if comparison.p * (len(ordered) - at) > _LEVEL:
            break
        firm.add(id(comparison))
    return frozenset(firm)


def judge_is_trusted(result: Result) -> bool:
    """Tell whether people's labels have shown that the judge agrees with them."""
    agreement = (result.judge or {}).get("agreement") or {}
    kappa = agreement.get("kappa")
    return (
        isinstance(kappa, int | float)
        and kappa >= LEAST_KAPPA
        and int(agreement.get("labels") or 0) >= LEAST_LABELS
    )


def _standing(
    configuration: ConfigurationRow, compared: Sequence[Told], firm: frozenset[int]
) -> Standing:
    better = tuple(it for it in compared if it[1].verdict == BETTER)
    return Standing(
        configuration,
        better,
        tuple(it for it in compared if it[1].verdict == WORSE),
        tuple(it for it in compared if it[1].verdict not in {BETTER, WORSE}),
        is_firm=any(id(it) in firm for _, it in better),
    )


def _decided(result: Result, standings: Sequence[Standing]) -> Verdict:
    """Return what to do, with what is to be said of rivals."""
    baseline = quoted(result.baseline.name)
    gains = [it for it in standings if it.is_gain]
    if any(it.is_firm for it in gains):
        choice = chosen_of(result, [it.configuration for it in gains if it.is_firm])
        return Verdict(
            Tone.TAKE, f"Approve {quoted(choice.name)}", (choice.name,), choice.sentences
        )
    if gains:
        names = listed([quoted(it.configuration.name) for it in gains], "or")
        headline = f"Measure more cases before you change from {baseline} to {names}"
        return Verdict(Tone.CHOOSE, headline, (result.baseline.name,))
    if any(it.better for it in standings):
        headline = f"Keep {baseline}, unless a gain is worth its loss to you"
        return Verdict(Tone.CHOOSE, headline, (result.baseline.name,))
    savers = [it.configuration.name for it in standings if not it.worse and _saves(result, it)]
    if savers:
        headline = (
            f"Keep {baseline}, or take {listed([*map(quoted, savers)], 'or')} to save time or money"
        )
        return Verdict(Tone.CHOOSE, headline, (result.baseline.name, *savers))
    if not any(it.better or it.worse or it.same for it in standings):
        return Verdict(Tone.NOTHING, "Nothing could be compared", ())
    headline = f"Keep {baseline}: no reason to change"
    return Verdict(Tone.KEEP, headline, (result.baseline.name,))


def _told(result: Result, standing: Standing) -> str:
    """Return what is to be said of one configuration, quality first, then what it takes."""
    name, baseline = quoted(standing.configuration.name), quoted(result.baseline.name)
    if standing.better and standing.worse:
        sentence = (
            f"{name} is better than {baseline} in {_differences(standing.better)}, but worse in "
            f"{_differences(standing.worse)}."
        )
    elif standing.better:
        sentence = (
            f"{name} is better than {baseline} in {_differences(standing.better)}, and worse in "
            "nothing."
        )
        if not standing.is_firm:
            sentence += " So few cases and so many comparisons may show as much by chance."
    elif standing.worse:
        sentence = (
            f"{name} is worse than {baseline} in {_differences(standing.worse)}, and better in "
            "nothing."
        )
    elif standing.same:
        sentence = f"{_no_difference(result, standing)} No measure gives a reason to change."
    else:
        sentence = f"{name} and {baseline} have no measure in common."
    return f"{sentence} {_price(result, standing.configuration)}"


def _differences(told: Sequence[Told]) -> str:
    named = [
        f"{measure.title} by {size(it.difference, measure.unit)} "
        f"({between(*_sizes(measure, it), measure.unit)})"
        for measure, it in told[:_MOST_NAMED]
    ]
    if len(told) > _MOST_NAMED:
        named.append(counted(len(told) - _MOST_NAMED, "more measure"))
    return listed(named)


def _sizes(measure: MeasureRow, comparison: Comparison) -> tuple[float, float]:
    """Return the interval of how great a difference is, its end that is nearer to none first."""
    low, high = sorted((measure.gain(comparison.low), measure.gain(comparison.high)))
    return (low, high) if measure.gain(comparison.difference) >= 0 else (-high, -low)


def _no_difference(result: Result, standing: Standing) -> str:
    graded = [told for told in standing.same if told[0] == result.headline]
    measure, it = (graded or standing.same)[0]
    low, high = sorted((measure.gain(it.low), measure.gain(it.high)))
    names = f"{quoted(it.configuration)} and {quoted(it.baseline)}"
    if size(low) == size(high) == figure(0.0):
        return f"{names} do not differ in {measure.title}."
    least = f"{size(low, measure.unit)} {'worse' if low < 0 else 'better'}"
    most = f"{size(high, measure.unit)} {'worse' if high < 0 else 'better'}"
    return (
        f"The difference of {names} is within the interval: in {measure.title} it may be anything "
        f"from {least} to {most}."
    )


def _price(result: Result, configuration: ConfigurationRow) -> str:
    """Say what a configuration takes beside the baseline, and where its model runs."""
    baseline, name = result.baseline, quoted(result.baseline.name)
    parts = [f"takes {duration(configuration.p50)} a case ({name}: {duration(baseline.p50)})"]
    if configuration.cost or baseline.cost:
        parts.append(f"costs {_money(configuration)} ({name}: {_money(baseline)})")
    where = "on this machine" if configuration.local else "on a server that code is sent to"
    parts.append(f"runs {where}")
    return f"It {listed(parts)}."


def _money(row: ConfigurationRow) -> str:
    if row.cost is not None:
        return figure(row.cost.amount, row.cost.currency)
    return "nothing" if row.local else "what the policy does not say"


def _saves(result: Result, standing: Standing) -> bool:
    """Tell whether a configuration clearly takes less time, or less money, than the baseline."""
    row, baseline = standing.configuration, result.baseline
    if not (row.cases and baseline.cases):
        return False
    timed = [it for measure, it in result.against_baseline(row.name) if measure.kind == "time"]
    quicker = (
        row.p50 < _CLEARLY_LESS * baseline.p50
        and baseline.p50 - row.p50 > _SHORTEST_WAIT
        and all(it.verdict == BETTER for it in timed)
    )
    cheaper = (
        baseline.cost is not None
        and row.price is not None
        and (row.cost is None or row.cost.currency == baseline.cost.currency)
        and row.price < _CLEARLY_LESS * baseline.cost.amount
    )
    return cheaper or quicker


def _cautions(result: Result, standings: Sequence[Standing]) -> tuple[str, ...]:
    return (
        *_of_cases(result),
        *_of_chance(standings),
        *_of_the_judge(result),
    )


def _of_cases(result: Result) -> list[str]:
    said = []
    if not result.complete:
        said.append("The run was not finished: these are the cases that it came to.")
    done = min(it.cases for it in result.configurations)
    if done < FEW_CASES:
        said.append(
            f"{counted(done, 'case tells', 'cases tell')} little: measure {FEW_CASES} at least, "
            "and 100 to be sure of small differences."
        )
    failed = [
        f"{it.failed} of {it.cases} with {quoted(it.name)} ({share(it.failed / max(1, it.cases))})"
        for it in result.configurations
        if it.failed
    ]
    if failed:
        said.append(f"Cases in which nothing was made: {listed(failed)}.")
    return said


def _of_chance(standings: Sequence[Standing]) -> list[str]:
    compared = sum(len(it.better) + len(it.worse) + len(it.same) for it in standings)
    if compared < 2:
        return []
    caution = (
        f"{counted(compared, 'comparison')} were made: of twenty that show no true difference, "
        "one lies outside its interval by chance."
    )
    return [caution]


def _of_the_judge(result: Result) -> list[str]:
    if result.judge is None:
        return []
    own = [
        quoted(it.name)
        for it in result.configurations
        if str(result.judge.get("model")) in it.model.split(", ")
    ]
    partial = [f"The judge is the model of {listed(own)}: models like their own texts."]
    return [*_of_trust(result, result.judge), *(partial if own else ())]


def _of_trust(result: Result, judge: Mapping[str, Any]) -> list[str]:
    if judge_is_trusted(result):
        return []
    agreement = judge.get("agreement")
    if agreement and int(agreement.get("labels") or 0) < LEAST_LABELS:
        caution = (
            f"Only {counted(int(agreement['labels']), 'pair')} were labelled by people, and "
            f"{LEAST_LABELS} are needed to believe a judge: its preferences decide nothing."
        )
    elif agreement:
        caution = (
            "The judge agrees with people too little "
            f"(kappa {_kappa(agreement.get('kappa'))}): its preferences decide nothing."
        )
    else:
        caution = (
            "Nobody has compared the judge with people: its preferences are shown and decide "
            "nothing. Label some pairs (`glossator eval --label RUN`) and give them with --labels."
        )
    return [caution]


def _kappa(value: object) -> str:
    return figure(float(value)) if isinstance(value, int | float) else "unknown"


def _of_one(result: Result) -> Verdict:
    row = result.baseline
    scores = result.scores.get(row.name, {})
    sentences = [
        f"{it.title}: {figure(scores[it.name].mean, it.unit)} "
        f"({between(scores[it.name].low, scores[it.name].high, it.unit)})."
        for it in result.measures
        if it.is_quality and it.name in scores
    ]
    headline = f"{quoted(row.name)} alone was measured: there is nothing to compare it with"
    return Verdict(Tone.NOTHING, headline, (), tuple(sentences), _cautions(result, ()))
