"""Whether the machinery of a judge measures judges right, on judges whose faults are known.

Judges that are programs answer pairs of texts whose better one is known: right with a known
probability, leaning to the first place, to the longer text, or unreadable with others. Each asks
through the product's own prompt, and what the product reports of it (its accuracy beside people's
labels, its leaning, the preference, Cohen's kappa) is compared with what follows from those
probabilities: how often the intervals of 95 % hold it, and how often a preference is reported that
is none, with the places exchanged and without.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass
from zlib import crc32

from glossator_clients.types import (
    ChatEvent,
    ChatRequest,
    Finished,
    ModelInfo,
    TextDelta,
    Usage,
)
from glossator_gate.types import DataClass
from glossator_server.evals.judging.agreement import agreement_of, kappa_of
from glossator_server.evals.judging.asking import Judge
from glossator_server.evals.judging.figures import leaning_of, preference_of
from glossator_server.evals.judging.judgements import Judgement, Side
from glossator_server.evals.judging.pairs import TEXTS, Pair
from glossator_server.evals.statistics import chance
from glossator_server.prompts import template_for

SEED = 7
REPEATS = int(os.environ.get("GLOSSATOR_BENCH_REPEATS", "100"))
PAIRS = 100
_FRAME = re.compile(
    r"^--- data (?P<mark>[0-9a-f]{12}) from (?P<source>[^\n]+) ---\n(?P<text>.*?)\n"
    r"--- end of data (?P=mark) ---$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Nature:
    """What a judge is like, as probabilities of an answer.

    `first` answers name the first text and `longer` ones the longer text whatever they say;
    `unreadable` ones hold no answer. All others name the better text with `accuracy`.
    """

    accuracy: float
    first: float = 0.0
    longer: float = 0.0
    unreadable: float = 0.0

    def right(self, better_is_longer: float) -> float:
        """Return how likely a readable answer names the better text, both places alike."""
        own = 1.0 - self.first - self.longer
        return own * self.accuracy + self.first / 2 + self.longer * better_is_longer


@dataclass(frozen=True, slots=True)
class World:
    """Pairs of texts: how often the configuration's is the better one, and the longer one."""

    better: float = 0.65
    longer: float = 0.5

    @property
    def better_is_longer(self) -> float:
        """Return how often the better text is the longer one; both are drawn by themselves."""
        return self.better * self.longer + (1 - self.better) * (1 - self.longer)


class SimulatedJudge:
    """A chat model that judges by its nature; it reads the two texts from the prompt as it came.

    A text says how good it is: `quality 7`.
    """

    def __init__(self, nature: Nature, seed: int) -> None:
        self._nature = nature
        self._random = random.Random(seed)
        self.info = ModelInfo("simulated", "scripted", "simulated-7b", "built-in", 8192, local=True)

    async def close(self) -> None:
        """Have nothing to let go of."""

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        """Yield one answer."""
        texts = {it["source"]: it["text"] for it in _FRAME.finditer(request.messages[-1].text)}
        named = self._named(texts["the first text"], texts["the second text"])
        yield TextDelta("I cannot say." if named is None else _answer(named))
        yield Finished(Usage(1, 1), self.info.name)

    def _named(self, first: str, second: str) -> str | None:
        nature, drawn = self._nature, self._random.random()
        if self._random.random() < nature.unreadable:
            return None
        if drawn < nature.first:
            return "first"
        if drawn < nature.first + nature.longer:
            return "first" if len(first) > len(second) else "second"
        is_first = _quality(first) > _quality(second)
        is_right = self._random.random() < nature.accuracy
        return "first" if is_first == is_right else "second"


_LEANS = "leans to the first place, 0.8"
NATURES: dict[str, Nature] = {
    **{f"accuracy {it:.1f}": Nature(it) for it in (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)},
    "leans to the first place, 0.3": Nature(0.9, first=0.3),
    _LEANS: Nature(0.9, first=0.8),
    "names the first place always": Nature(0.9, first=1.0),
    "leans to the longer text, 0.5": Nature(0.9, longer=0.5),
    "unreadable in one of ten": Nature(0.9, unreadable=0.1),
}
EVEN = World(better=0.5)
# The configuration writes more, and no better.
WORDY = World(better=0.5, longer=0.9)


def pairs_in(world: World, count: int, seed: int) -> list[Pair]:
    """Return pairs of texts whose better one is known."""
    drawn = random.Random(seed)
    made = []
    for number in range(count):
        good, poor = f"quality 7, text {number}", f"quality 3, text {number}"
        is_better, is_longer = drawn.random() < world.better, drawn.random() < world.longer
        theirs, ours = (good, poor) if is_better else (poor, good)
        more = " with more words than the other one has"
        texts = (ours, theirs + more) if is_longer else (ours + more, theirs)
        made.append(
            Pair(f"{number}", "f", "f.c", DataClass.PUBLIC, "int f(void);", "base", "new", *texts)
        )
    return made


def truth_of(pair: Pair) -> Side:
    """Return whose text is better."""
    is_ours = _quality(pair.baseline_text) > _quality(pair.configuration_text)
    return Side.BASELINE if is_ours else Side.CONFIGURATION


def simulated(nature: Nature, seed: int) -> Judge:
    """Return a judge of a nature that is asked with the product's own prompt."""
    model = SimulatedJudge(nature, seed)
    return Judge({DataClass.PUBLIC: model}, template_for("judge", ""), TEXTS["document"])


def rows() -> Iterator[dict[str, object]]:
    """Yield one row a judge, a world and a repeat."""
    for name, nature in NATURES.items():
        for world_name, world in (("", World()), ("even", EVEN), ("even, wordy", WORDY)):
            for repeat in range(REPEATS):
                # Draws of their own: judges that share them would err together.
                seed = crc32(f"{name}, {world_name}, {repeat}, {SEED}".encode())
                row = asyncio.run(_row(nature, world, seed))
                yield {"judge": name, "world": world_name, "repeat": repeat, **row}


def summary(found: Sequence[dict[str, object]]) -> dict[str, object]:
    """Give for each judge how often the intervals held the truth, and false preferences."""
    told: dict[str, object] = {"pairs": PAIRS, "repeats": REPEATS}
    by_judge: defaultdict[str, list[dict[str, object]]] = defaultdict(list)
    for row in found:
        by_judge[str(row["judge"])].append(row)
    held = [key for key in found[0] if key.startswith("held ")]
    for name, own in by_judge.items():
        told[name] = {
            **{key: _mean(own, key) for key in held},
            "accuracy reported": _mean([it for it in own if not it["world"]], "accuracy"),
            "leaning reported": _mean(own, "leaning"),
            "false preferences, places exchanged": _false(own, "even", "preference"),
            "false preferences, asked once": _false(own, "even", "preference asked once"),
            "longer preferred, wordy": _mean(
                [it for it in own if it["world"] == "even, wordy"], "longer"
            ),
            "false preferences, wordy": _false(own, "even, wordy", "preference"),
        }
    # A nature that never errs has nothing to resample: its intervals are Wilson's.
    for key in held:
        told[f"{key}, all judges"] = _mean(found, key)
    leaning = by_judge[_LEANS]
    told["leaning reported of one that leans by 0.8"] = _mean(leaning, "leaning")
    for key in ("preference", "preference asked once"):
        told[f"false {key} of one that leans by 0.8"] = _false(leaning, "even", key)
    return told


async def _row(nature: Nature, world: World, seed: int) -> dict[str, object]:
    pairs = pairs_in(world, PAIRS, seed)
    judge = simulated(nature, seed + 1)
    judgements = [await judge.opinion(it) for it in pairs]
    people = {(it.case, it.configuration): truth_of(it) for it in pairs}
    agreement = agreement_of(judgements, people, SEED)
    assert agreement is not None
    liked, leaning = preference_of(judgements, SEED), leaning_of(judgements, SEED)
    expected = Expected.of(nature, world)
    once = [_asked_once(it) for it in judgements]
    decided = [it for it in zip(pairs, judgements, strict=True) if it[1].verdict is not Side.TIE]
    return {
        "accuracy": agreement.answers.value if agreement.answers else None,
        "leaning": leaning.mean if leaning else None,
        "share": liked.value,
        "agreement": agreement.same.value,
        "longer": _share_of_longer(decided),
        "held accuracy": _held(expected.right, agreement.answers),
        "held leaning": _held(expected.leaning, leaning),
        "held share": _held(expected.share, liked),
        "held agreement": _held(expected.agreement, agreement.same),
        "held kappa": _held(expected.kappa, agreement.kappa),
        "preference": not liked.low <= 0.5 <= liked.high,
        "preference asked once": chance(once, SEED) < 0.05,
    }


@dataclass(frozen=True, slots=True)
class Expected:
    """What follows from a nature for endlessly many pairs."""

    right: float
    leaning: float
    share: float
    agreement: float
    kappa: float | None

    @classmethod
    def of(cls, nature: Nature, world: World) -> Expected:
        """Return it by adding up over what a pair can be and what both answers can be."""
        table: defaultdict[tuple[Side, Side], float] = defaultdict(float)
        right = leaning = answered = 0.0
        for truth, is_longer, weight in _pairs_of(world):
            answers = [_likely(nature, truth, turn, is_longer=is_longer) for turn in (0, 1)]
            for one, first in answers[0].items():
                for other, second in answers[1].items():
                    likely = weight * first * second
                    verdict = one if one is other and one is not None else Side.TIE
                    table[truth, verdict] += likely
                    if one is not None and other is not None:
                        answered += likely
                        # Named first in both turns is the baseline, then the configuration.
                        places = (one is Side.BASELINE, other is Side.CONFIGURATION)
                        leaning += likely * {(True, True): 1, (False, False): -1}.get(places, 0)
                    said = [it for it in (one, other) if it is not None]
                    if said:
                        right += likely * sum(it is truth for it in said) / len(said)
        readable = 1.0 - nature.unreadable**2
        liked = {Side.CONFIGURATION: 1.0, Side.TIE: 0.5, Side.BASELINE: 0.0}
        return cls(
            right / readable,
            leaning / answered,
            sum(liked[verdict] * it for (_, verdict), it in table.items()),
            sum(it for (truth, verdict), it in table.items() if truth is verdict),
            _kappa(table),
        )


def _pairs_of(world: World) -> Iterator[tuple[Side, bool, float]]:
    for truth, better in ((Side.CONFIGURATION, world.better), (Side.BASELINE, 1 - world.better)):
        for is_longer, longer in ((True, world.longer), (False, 1 - world.longer)):
            yield truth, is_longer, better * longer


def _likely(nature: Nature, truth: Side, turn: int, *, is_longer: bool) -> dict[Side | None, float]:
    """Return how likely each side is named in a turn; `is_longer` is of the configuration."""
    ours = nature.first if turn == 0 else 0.0
    ours += 0.0 if is_longer else nature.longer
    own = 1.0 - nature.first - nature.longer
    ours += own * (nature.accuracy if truth is Side.BASELINE else 1.0 - nature.accuracy)
    read = 1.0 - nature.unreadable
    return {
        Side.BASELINE: ours * read,
        Side.CONFIGURATION: (1.0 - ours) * read,
        None: nature.unreadable,
    }


def _kappa(table: dict[tuple[Side, Side], float]) -> float | None:
    many = 1_000_000_000
    found = kappa_of([[round(many * table[a, b]) for b in Side] for a in Side], SEED)
    return None if found is None else found.value


def _held(expected: float | None, found: object) -> bool:
    """Tell whether an interval holds what it should; none of none is right as well."""
    if expected is None or found is None:
        return expected is None and found is None
    low, high = getattr(found, "low"), getattr(found, "high")  # noqa: B009 -- of several classes
    return bool(low - 1e-9 <= expected <= high + 1e-9)


def _asked_once(judgement: Judgement) -> float:
    """Return what the first answer alone says: 1 for the configuration, -1 for the baseline."""
    side = judgement.sides[0]
    return {Side.CONFIGURATION: 1.0, Side.BASELINE: -1.0}.get(side or Side.TIE, 0.0)


def _share_of_longer(decided: Sequence[tuple[Pair, Judgement]]) -> float | None:
    if not decided:
        return None
    longer = [
        (len(it.configuration_text) > len(it.baseline_text))
        == (judgement.verdict is Side.CONFIGURATION)
        for it, judgement in decided
    ]
    return sum(longer) / len(longer)


def _mean(found: Sequence[dict[str, object]], key: str) -> float | None:
    values = [float(value) for it in found if isinstance(value := it[key], int | float)]
    return round(sum(values) / len(values), 3) if values else None


def _false(found: Sequence[dict[str, object]], world: str, key: str) -> float | None:
    return _mean([it for it in found if it["world"] == world], key)


def _quality(text: str) -> int:
    match = re.search(r"quality (\d)", text)
    assert match
    return int(match[1])


def _answer(named: str) -> str:
    return json.dumps({"reason": "It is the better one.", "better": named})
