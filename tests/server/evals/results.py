"""Own results of measurements for tests of the report: made by a seed, of any size."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

MEASURES: tuple[dict[str, str], ...] = (
    {
        "name": "rouge_l",
        "title": "ROUGE-L",
        "better": "higher",
        "kind": "reference",
        "unit": "",
        "says": "How much of a person's words stand in the text in the same order (Lin 2004).",
    },
    {
        "name": "chrf",
        "title": "chrF",
        "better": "higher",
        "kind": "reference",
        "unit": "",
        "says": "How many runs of letters both texts share (Popović 2015).",
    },
    {
        "name": "valid",
        "title": "Valid at once",
        "better": "higher",
        "kind": "check",
        "unit": "",
        "says": "Whether the first answer passed every check of the style.",
    },
    {
        "name": "length",
        "title": "Length",
        "better": "lower",
        "kind": "check",
        "unit": "words",
        "says": "How many words the text has.",
    },
    {
        "name": "seconds",
        "title": "Seconds",
        "better": "lower",
        "kind": "time",
        "unit": "s",
        "says": "",
    },
)
_NOUNS = [
    "ring",
    "record",
    "buffer",
    "page",
    "node",
    "entry",
    "lock",
    "queue",
    "timer",
    "request",
    "block",
    "inode",
    "socket",
]
_VERBS = [
    "append",
    "remove",
    "find",
    "free",
    "allocate",
    "flush",
    "lock",
    "wake",
    "resize",
    "copy",
    "reset",
    "register",
]


@dataclass(frozen=True)
class Shape:
    """What a made result is like; `gain` is what each later configuration adds to ROUGE-L."""

    cases: int = 60
    names: tuple[str, ...] = ("base", "tuned")
    gains: tuple[float, ...] = (0.05,)
    fails: float = 0.03
    complete: bool = True
    seed: int = 7


def result(shape: Shape | None = None, **changes: object) -> dict[str, Any]:
    """Return the JSON of a result; `changes` take the place of its keys."""
    shape = shape or Shape()
    random_ = random.Random(shape.seed)
    outcomes = [it for number in range(shape.cases) for it in _outcomes(shape, number, random_)]
    names = shape.names
    made: dict[str, Any] = {
        "schema": 1,
        "suite": "document",
        "source": {"kind": "mined", "where": "ringlog"},
        "cases": shape.cases,
        "seed": shape.seed,
        "resamples": 10_000,
        "glossator": "0.1.0",
        "started": "2026-11-28T03:20:00+00:00",
        "seconds": 512.4,
        "complete": shape.complete,
        "configurations": [
            _configuration(name, at, [it for it in outcomes if it["configuration"] == name])
            for at, name in enumerate(names)
        ],
        "measures": list(MEASURES),
        "scores": {name: _scores(name, outcomes) for name in names},
        "comparisons": [
            it for other in names[1:] for it in _comparisons(names[0], other, outcomes)
        ],
        "judge": None,
        "outcomes": outcomes,
    }
    return made | changes


def comparison(measure: str, difference: float, half: float, **changes: object) -> dict[str, Any]:
    """Return one comparison of `tuned` with `base` with an interval of so much to both sides."""
    higher = next(it for it in MEASURES if it["name"] == measure)["better"] == "higher"
    low, high = difference - half, difference + half
    verdict = "same"
    if low > 0 or high < 0:
        verdict = "better" if (low > 0) == higher else "worse"
    return {
        "baseline": "base",
        "configuration": "tuned",
        "measure": measure,
        "difference": difference,
        "low": low,
        "high": high,
        "p": 0.0001 if verdict != "same" else 0.6,
        "n": 60,
        "verdict": verdict,
    } | changes


def _outcomes(shape: Shape, number: int, random_: random.Random) -> list[dict[str, Any]]:
    verb, noun, other = random_.choice(_VERBS), random_.choice(_NOUNS), random_.choice(_NOUNS)
    expected = (
        f"/**\n * {noun}_{verb} - {verb} the {noun} of a {other}\n * @{noun}: the {noun} to {verb}"
        f"\n * @flags: how to {verb} it, %GFP_KERNEL most of the time\n *\n"
        f" * Return: 0, or -ENOMEM where there is no room for another {other}.\n */"
    )
    base = min(0.95, max(0.02, random_.gauss(0.42, 0.15)))
    made = []
    for at, name in enumerate(shape.names):
        fails = random_.random() < shape.fails
        gain = shape.gains[at - 1] if at else 0.0
        score = min(1.0, max(0.0, base + gain + random_.gauss(0, 0.08)))
        seconds = random_.lognormvariate(0.1 + 0.3 * at, 0.4)
        measures = {
            "rouge_l": 0.0 if fails else round(score, 4),
            "chrf": 0.0 if fails else round(min(1.0, score * 1.1), 4),
            "valid": 0.0 if fails else float(random_.random() < 0.85 + 0.05 * at),
            "seconds": round(seconds, 3),
        }
        if not fails:
            measures["length"] = float(random_.randint(18, 40))
        made.append(
            {
                "case": f"{number:04}",
                "title": f"{noun}_{verb}",
                "path": f"drivers/{noun}/{verb}.c",
                "language": "c",
                "configuration": name,
                "measures": measures,
                "text": "" if fails else _wrote(noun, verb, other, random_),
                "expected": expected,
                "problem": "The answer had no usable words after one repair." if fails else None,
                "seconds": round(seconds, 3),
            }
        )
    return made


def _wrote(noun: str, verb: str, other: str, random_: random.Random) -> str:
    summary = random_.choice(
        (
            f"{verb} the {noun} of a {other}",
            f"{verb} a {noun}",
            f"this function will {verb} {noun}s",
        )
    )
    return (
        f"/**\n * {noun}_{verb} - {summary}\n * @{noun}: the {noun}\n"
        f" * @flags: flags of the {random_.choice(_NOUNS)}\n *\n * Return: 0 on success.\n */"
    )


def _configuration(name: str, at: int, outcomes: list[dict[str, Any]]) -> dict[str, Any]:
    seconds = sorted(it["seconds"] for it in outcomes)
    total = sum(seconds)
    return {
        "name": name,
        "model": ("smollm2", "smollm2", "qwen2.5-coder:7b", "company-70b")[at % 4],
        "local": at % 4 != 3,
        "prompt": {"name": "document-small", "sha256": f"{at:x}" * 64},
        "retrieval": True,
        "adapter": "doc-1" if at == 1 else None,
        "cases": len(outcomes),
        "failed": sum(it["problem"] is not None for it in outcomes),
        "tokens": {"prompt": 520 * len(outcomes), "completion": 61 * len(outcomes)},
        "cost": {"amount": 0.42, "currency": "USD"} if at % 4 == 3 else None,
        "seconds": {
            "p50": seconds[len(seconds) // 2] if seconds else 0.0,
            "p95": seconds[len(seconds) * 95 // 100] if seconds else 0.0,
            "total": total,
            "model_total": total * 0.97,
            "overhead_share": 0.03,
        },
    }


def _values(name: str, measure: str, outcomes: list[dict[str, Any]]) -> dict[str, float]:
    return {
        it["case"]: it["measures"][measure]
        for it in outcomes
        if it["configuration"] == name and measure in it["measures"]
    }


def _scores(name: str, outcomes: list[dict[str, Any]]) -> dict[str, Any]:
    found = {}
    for measure in MEASURES:
        values = list(_values(name, measure["name"], outcomes).values())
        if values:
            mean, half = _mean_and_half(values)
            found[measure["name"]] = {
                "mean": mean,
                "low": mean - half,
                "high": mean + half,
                "n": len(values),
            }
    return found


def _comparisons(baseline: str, other: str, outcomes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for measure in MEASURES:
        ours = _values(other, measure["name"], outcomes)
        theirs = _values(baseline, measure["name"], outcomes)
        both = [ours[it] - theirs[it] for it in ours if it in theirs]
        if len(both) > 1:
            mean, half = _mean_and_half(both)
            found.append(
                comparison(
                    measure["name"], mean, half, baseline=baseline, configuration=other, n=len(both)
                )
            )
    return found


def _mean_and_half(values: list[float]) -> tuple[float, float]:
    mean = sum(values) / len(values)
    variance = sum((it - mean) ** 2 for it in values) / max(1, len(values) - 1)
    return mean, 1.96 * (variance / len(values)) ** 0.5
