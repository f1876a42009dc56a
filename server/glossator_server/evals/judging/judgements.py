"""Own what a judge said of one pair, both ways round, and what follows from it.

Pure; it must not ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from glossator_clients.costs import Cost
from glossator_server.evals.judging.pairs import Pair
from glossator_server.evals.judging.question import Preference


class Side(StrEnum):
    """Whose text is better, whatever place it was shown in."""

    BASELINE = "baseline"
    CONFIGURATION = "configuration"
    TIE = "tie"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: the place that was named, None where it could not be read or did not come."""

    better: Preference | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Two answers on one pair: first with the baseline's text in the first place, then exchanged.

    `answers` is empty where the texts were the same and nobody was asked. Seconds, tokens and cost
    are of both together.
    """

    case: str
    baseline: str
    configuration: str
    answers: tuple[Answer, ...]
    seconds: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: Cost | None = None

    @property
    def sides(self) -> tuple[Side | None, ...]:
        """Return whose text each answer names."""
        return tuple(side_of(it.better, at) for at, it in enumerate(self.answers))

    @property
    def verdict(self) -> Side:
        """Return whose text is better: only what holds with the places exchanged is believed."""
        sides = set(self.sides)
        side = sides.pop() if len(sides) == 1 else None
        return side or Side.TIE

    @property
    def unreadable(self) -> int:
        """Return how many of its answers could not be read."""
        return sum(it.better is None for it in self.answers)

    @property
    def is_inconsistent(self) -> bool:
        """Tell whether the judge changed its mind when the places were exchanged."""
        return self.unreadable == 0 and len(set(self.sides)) > 1

    @property
    def leaning(self) -> int | None:
        """Return 1 where the first place was named both times, -1 the second, 0 otherwise.

        None where that cannot be known: an answer is missing.
        """
        if not self.answers or self.unreadable:
            return None
        places = {it.better for it in self.answers}
        if places == {Preference.FIRST}:
            return 1
        return -1 if places == {Preference.SECOND} else 0


def side_of(better: Preference | None, turn: int) -> Side | None:
    """Return whose text a place means: at turn 0 the baseline's is first, at turn 1 second."""
    if better is None or better is Preference.TIE:
        return None if better is None else Side.TIE
    is_baseline = (better is Preference.FIRST) == (turn == 0)
    return Side.BASELINE if is_baseline else Side.CONFIGURATION


def judgement_line(judgement: Judgement, pair: Pair, asked: str) -> dict[str, Any]:
    """Return a judgement as it is kept; `asked` names the judge and its prompt."""
    cost = judgement.cost
    return {
        "asked": asked,
        "texts": pair.digest,
        "case": judgement.case,
        "baseline": judgement.baseline,
        "configuration": judgement.configuration,
        "answers": [
            {"better": None if it.better is None else it.better.value, "reason": it.reason}
            for it in judgement.answers
        ],
        "seconds": round(judgement.seconds, 3),
        "prompt_tokens": judgement.prompt_tokens,
        "completion_tokens": judgement.completion_tokens,
        "cost": None if cost is None else {"amount": cost.amount, "currency": cost.currency},
    }


def judgement_of(line: Mapping[str, Any]) -> Judgement:
    """Return the judgement of a line; raises `KeyError`, `TypeError`, `ValueError` for none."""
    cost = line["cost"]
    return Judgement(
        case=str(line["case"]),
        baseline=str(line["baseline"]),
        configuration=str(line["configuration"]),
        answers=tuple(
            Answer(None if it["better"] is None else Preference(it["better"]), str(it["reason"]))
            for it in line["answers"]
        ),
        seconds=float(line["seconds"]),
        prompt_tokens=int(line["prompt_tokens"]),
        completion_tokens=int(line["completion_tokens"]),
        cost=None if cost is None else Cost(float(cost["amount"]), str(cost["currency"])),
    )
