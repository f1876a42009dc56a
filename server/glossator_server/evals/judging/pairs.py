"""Own the pairs of texts that are compared: what two configurations made of the same case.

Pure; it must not know who compares them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from glossator_gate.types import DataClass
from glossator_server.errors import UsageError
from glossator_server.evals.result import Ran
from glossator_server.evals.types import Case, Outcome

# What the texts of a suite are, in the words that the judge is told.
TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "document": "a doc comment for the code that is shown",
        "fix": "a change that mends the problem that is shown, and nothing else",
        "edit": "a change that does what the instruction says, and nothing else",
        "ask": "an answer to the question that is shown, from the code that is shown",
    }
)


@dataclass(frozen=True, slots=True)
class Pair:
    """What the baseline and a configuration made of one case.

    `data_class` is that of the case's file: the texts are as secret as what they were made from.
    """

    case: str
    title: str
    path: str
    data_class: DataClass
    task: str
    baseline: str
    configuration: str
    baseline_text: str
    configuration_text: str

    @property
    def is_identical(self) -> bool:
        """Tell whether both texts have the same words, so that nobody need be asked."""
        return self.baseline_text.split() == self.configuration_text.split()

    @property
    def digest(self) -> str:
        """Return what names the very texts that are compared."""
        return text_digest(self.task, self.baseline_text, self.configuration_text)


@dataclass(frozen=True, slots=True)
class Pairs:
    """The pairs of a run, case by case; `left_out` counts cases where one side has no text."""

    what: str
    pairs: tuple[Pair, ...]
    left_out: int


def what_of(suite: str, configurations: int) -> str:
    """Return in words what the texts of a suite are.

    Raises `UsageError` where it makes none, or there are not two configurations to compare.
    """
    if suite not in TEXTS:
        raise UsageError(
            f"The suite {suite} makes no texts that a judge could compare; leave --judge out."
        )
    if configurations < 2:
        raise UsageError("Texts of two configurations are compared; name two with --with.")
    return TEXTS[suite]


def pairs_of(ran: Ran) -> Pairs:
    """Return each other configuration beside the baseline, for every case that both have done.

    Raises `UsageError` as `what_of` does.
    """
    what = what_of(str(ran.record["suite"]), len(ran.names))
    outcomes = {(it.case, it.configuration): it for it in ran.outcomes}
    found: list[Pair] = []
    left_out = 0
    for case in ran.cases:
        for name in ran.names[1:]:
            ours = outcomes.get((case.id, ran.names[0]))
            theirs = outcomes.get((case.id, name))
            if ours is None or theirs is None:
                continue
            if ours.result.text.strip() and theirs.result.text.strip():
                found.append(_pair(case, ours, theirs))
            else:
                left_out += 1
    return Pairs(what, tuple(found), left_out)


def text_digest(*texts: str) -> str:
    """Return a short name of some texts that changes with every letter of them."""
    joined = "\0".join(texts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(joined).hexdigest()[:16]


def _pair(case: Case, ours: Outcome, theirs: Outcome) -> Pair:
    return Pair(
        case.id,
        case.title,
        case.path,
        case.data_class,
        ours.result.task or theirs.result.task or case.title,
        ours.configuration,
        theirs.configuration,
        ours.result.text,
        theirs.result.text,
    )
