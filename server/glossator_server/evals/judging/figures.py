"""Own what the judgements of a run come to, as the published JSON has it.

It must not ask, print, or decide whether the judge is to be believed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from glossator_clients.costs import Cost, added
from glossator_server.evals.judging.agreement import Agreement, agreement_of
from glossator_server.evals.judging.asking import Judge
from glossator_server.evals.judging.judgements import Judgement, Side
from glossator_server.evals.judging.labels import Label, sides_of
from glossator_server.evals.judging.pairs import Pair, Pairs
from glossator_server.evals.judging.shares import Share, mean_share, share_of
from glossator_server.evals.judging.sizes import ModelSize
from glossator_server.evals.statistics import FEWEST_FOR_A_VERDICT, Estimate, chance, estimate

MEASURE = "preferred"
_DIGITS = 4
_JUDGED = ("judge", "measures", "scores", "comparisons", "outcomes")
_LIKED = {Side.CONFIGURATION: 1.0, Side.TIE: 0.5, Side.BASELINE: 0.0}


@dataclass(frozen=True, slots=True)
class Judged:
    """All that was judged in a run: who judged, the pairs in their order, and what was said."""

    judge: Judge
    size: ModelSize
    pairs: Pairs
    judgements: Sequence[Judgement]


def with_judge(
    report: Mapping[str, Any], judged: Judged, labels: Sequence[Label]
) -> dict[str, Any]:
    """Return a result with what the judge said: its own part, a measure, and each case's share.

    The measure `preferred` is 1 where the configuration was preferred, 0 where the baseline was,
    0.5 for a tie; the baseline itself has none.
    """
    seed = int(report["seed"])
    by_name = _by_configuration(judged.judgements)
    liked = {(it.case, it.configuration): _LIKED[it.verdict] for it in judged.judgements}
    made = dict(report)
    made["judge"] = judge_part(judged, labels, seed)
    made["measures"] = [*_others(report["measures"], "name"), _measure(judged.judge)]
    made["scores"] = {
        name: _scored(scores, by_name.get(name, ()), seed)
        for name, scores in report["scores"].items()
    }
    made["comparisons"] = [
        *_others(report["comparisons"], "measure"),
        *(_comparison(found, seed) for found in by_name.values()),
    ]
    made["outcomes"] = [
        it | {"measures": it["measures"] | {MEASURE: liked[key]}}
        if (key := (it["case"], it["configuration"])) in liked
        else it
        for it in report["outcomes"]
    ]
    return made


def with_kept_judge(report: dict[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a result with what a judge said of the same texts, where an earlier one has it."""
    if before is None or not before.get("judge") or _texts(before) != _texts(report):
        return report
    # All that a judge adds to a result, which is made of the same outcomes.
    return report | {it: before[it] for it in _JUDGED if it in before}


def judge_part(judged: Judged, labels: Sequence[Label], seed: int) -> dict[str, Any]:
    """Return what a result says of its judge; docs/reference/eval-report.md describes each key."""
    judge, judgements = judged.judge, judged.judgements
    people = sides_of(labels, judged.pairs.pairs)
    cost = reduce(added, (it.cost for it in judgements), None)
    asked = [it for it in judgements if it.answers]
    return {
        "model": judge.info.id,
        "local": judge.info.local,
        "size": {"parameters": judged.size.parameters, "words": judged.size.words},
        "prompt": {"name": judge.template.name, "sha256": judge.template.sha256},
        "rubric": judge.template.fill("rubric", {}),
        "pairs": len(judgements),
        "left_out": judged.pairs.left_out,
        "asked": sum(len(it.answers) for it in judgements),
        "identical": len(judgements) - len(asked),
        "unreadable": sum(it.unreadable for it in judgements),
        "inconsistent": sum(it.is_inconsistent for it in judgements),
        "ties": sum(it.verdict is Side.TIE for it in judgements),
        "preferred": _preferred(judgements),
        "comparisons": [_preference(it, seed) for it in _by_configuration(judgements).values()],
        "position": _position(asked, seed),
        "length": _length(judged.pairs.pairs, judgements, people),
        "agreement": _agreement(agreement_of(judgements, people, seed)),
        "tokens": {
            "prompt": sum(it.prompt_tokens for it in judgements),
            "completion": sum(it.completion_tokens for it in judgements),
        },
        "cost": _cost(cost),
        # As they are kept: the sum is the same when they are read again.
        "seconds": round(sum(round(it.seconds, 3) for it in judgements), 1),
        "judgements": [_told(it) for it in judgements],
    }


def _texts(report: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    keys = ("case", "configuration", "text", "problem")
    return [tuple(it.get(key) for key in keys) for it in report.get("outcomes", ())]


def _by_configuration(judgements: Sequence[Judgement]) -> dict[str, list[Judgement]]:
    found: dict[str, list[Judgement]] = {}
    for it in judgements:
        found.setdefault(it.configuration, []).append(it)
    return found


def _others(rows: Sequence[Mapping[str, Any]], key: str) -> list[Mapping[str, Any]]:
    """Return the rows that an earlier judging did not add."""
    return [it for it in rows if it[key] != MEASURE]


def _measure(judge: Judge) -> dict[str, Any]:
    return {
        "name": MEASURE,
        "title": f"preferred by {judge.info.id}",
        "says": "How often the judge preferred it to the baseline's text, a tie being a half.",
        "better": "higher",
        "kind": "judge",
        "unit": "",
    }


def _scored(
    scores: Mapping[str, Any], judgements: Sequence[Judgement], seed: int
) -> dict[str, Any]:
    made = {name: it for name, it in scores.items() if name != MEASURE}
    if judgements:
        liked = preference_of(judgements, seed)
        made[MEASURE] = {"mean": _round(liked.value), **_interval(liked), "n": liked.of}
    return made


def _comparison(judgements: Sequence[Judgement], seed: int) -> dict[str, Any]:
    """Return how much more often the configuration was preferred than the baseline."""
    liked, found = preference_of(judgements, seed), judgements[0]
    low, high = 2 * liked.low - 1, 2 * liked.high - 1
    verdict = "same"
    if liked.of >= FEWEST_FOR_A_VERDICT and not low <= 0.0 <= high:
        verdict = "better" if low > 0.0 else "worse"
    return {
        "baseline": found.baseline,
        "configuration": found.configuration,
        "measure": MEASURE,
        "difference": _round(2 * liked.value - 1),
        "low": _round(low),
        "high": _round(high),
        "n": liked.of,
        "p": _round(_chance(judgements, seed)),
        "verdict": verdict,
    }


def _preference(judgements: Sequence[Judgement], seed: int) -> dict[str, Any]:
    liked, found = preference_of(judgements, seed), judgements[0]
    verdicts = [it.verdict for it in judgements]
    return {
        "baseline": found.baseline,
        "configuration": found.configuration,
        "pairs": len(judgements),
        "baseline_preferred": verdicts.count(Side.BASELINE),
        "configuration_preferred": verdicts.count(Side.CONFIGURATION),
        "ties": verdicts.count(Side.TIE),
        "inconsistent": sum(it.is_inconsistent for it in judgements),
        "unreadable": sum(it.unreadable for it in judgements),
        "share": _round(liked.value),
        **_interval(liked),
        "p": _round(_chance(judgements, seed)),
    }


def preference_of(judgements: Sequence[Judgement], seed: int) -> Share:
    """Return how often the configuration was preferred to the baseline, a tie being a half."""
    return mean_share([_LIKED[it.verdict] for it in judgements], seed)


def _chance(judgements: Sequence[Judgement], seed: int) -> float:
    return chance([2 * _LIKED[it.verdict] - 1 for it in judgements], seed)


def _preferred(judgements: Sequence[Judgement]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for it in judgements:
        counts.setdefault(it.baseline, 0)
        counts.setdefault(it.configuration, 0)
        if it.verdict is not Side.TIE:
            counts[getattr(it, it.verdict.value)] += 1
    return counts


def leaning_of(judgements: Sequence[Judgement], seed: int) -> Estimate | None:
    """Return how far the judge leans to a place: -1 is always the second, 1 always the first.

    A judge without a leaning changes its mind as often to one place as to the other. If a share of
    the answers names the first text whatever they are, this is that share, however good the judge
    is otherwise. None where no pair was answered readably both ways round.
    """
    leanings = [float(it.leaning) for it in judgements if it.leaning is not None]
    return estimate(leanings, seed) if leanings else None


def _position(judgements: Sequence[Judgement], seed: int) -> dict[str, Any] | None:
    found = leaning_of(judgements, seed)
    if found is None:
        return None
    leanings = [it.leaning for it in judgements]
    return {
        "first": leanings.count(1),
        "second": leanings.count(-1),
        "of": found.n,
        "bias": _round(found.mean),
        "low": _round(found.low),
        "high": _round(found.high),
    }


def _length(
    pairs: Sequence[Pair], judgements: Sequence[Judgement], people: Mapping[tuple[str, str], Side]
) -> dict[str, Any] | None:
    """Return how often the longer text was preferred, by the judge and by people."""
    longer = {(it.case, it.configuration): _longer(it) for it in pairs}
    decided = [
        longer[key] is it.verdict
        for it in judgements
        if it.verdict is not Side.TIE and longer[key := (it.case, it.configuration)] is not Side.TIE
    ]
    if not decided:
        return None
    share = share_of(decided)
    said = [
        longer[key] is side
        for key, side in people.items()
        if side is not Side.TIE and longer[key] is not Side.TIE
    ]
    return {
        "share": _round(share.value),
        **_interval(share),
        "of": share.of,
        "people": _round(sum(said) / len(said)) if said else None,
    }


def _longer(pair: Pair) -> Side:
    ours, theirs = len(pair.baseline_text), len(pair.configuration_text)
    if ours == theirs:
        return Side.TIE
    return Side.BASELINE if ours > theirs else Side.CONFIGURATION


def _agreement(found: Agreement | None) -> dict[str, Any] | None:
    if found is None:
        return None
    kappa, answers = found.kappa, found.answers
    return {
        "labels": found.labels,
        "share": _round(found.same.value),
        **_interval(found.same),
        "kappa": None if kappa is None else _round(kappa.value),
        "kappa_low": None if kappa is None else _round(kappa.low),
        "kappa_high": None if kappa is None else _round(kappa.high),
        "answers": None
        if answers is None
        else {"share": _round(answers.value), **_interval(answers), "of": answers.of},
    }


def _told(judgement: Judgement) -> dict[str, Any]:
    return {
        "case": judgement.case,
        "baseline": judgement.baseline,
        "configuration": judgement.configuration,
        "verdict": judgement.verdict.value,
        "reasons": [it.reason for it in judgement.answers],
    }


def _interval(share: Share) -> dict[str, float]:
    return {"low": _round(share.low), "high": _round(share.high)}


def _cost(cost: Cost | None) -> dict[str, Any] | None:
    return None if cost is None else {"amount": round(cost.amount, 6), "currency": cost.currency}


def _round(value: float) -> float:
    return round(value, _DIGITS)
