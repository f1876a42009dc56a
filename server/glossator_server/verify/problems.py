"""Own `Problem`, what a tool says about a text, and the comparison of before and after.

Plain data and pure functions; nothing in here runs a tool.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path


class Gravity(StrEnum):
    """How bad a problem is, as its tool says."""

    ERROR = "error"
    WARNING = "warning"


class Stage(StrEnum):
    """What kind of check found a problem, cheapest first."""

    PARSE = "parse"
    COMPILE = "compile"
    LINT = "lint"
    TYPES = "types"
    TESTS = "tests"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that a tool finds wrong.

    `rule` is the tool's own id for it (`-Wunused-variable`, `F821`, `TS2304`), empty where it has
    none. `line` and `column` count from 1, 0 where unknown; `path` is None where the tool names no
    file. The problem of a failing test has the test's id as its message.
    """

    stage: Stage
    tool: str
    gravity: Gravity
    rule: str
    message: str
    path: Path | None = None
    line: int = 0
    column: int = 0

    @property
    def identity(self) -> tuple[str, str, str, str, str]:
        """Return what stays the same while lines move."""
        return (self.stage, self.tool, self.rule, self.message, str(self.path or ""))


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """What one check said about one state of the files.

    `notice` tells what a reader must know to judge it ("through main.c, which includes it");
    `trouble` is not empty where the check came to no result, for example because it hung;
    `excerpt` is the end of what a test run wrote.
    """

    stage: Stage
    tool: str
    version: str
    problems: tuple[Problem, ...]
    seconds: float
    notice: str = ""
    trouble: str = ""
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed between two states: problems that are new, and problems that are gone."""

    new: tuple[Problem, ...]
    gone: tuple[Problem, ...]


def difference(before: Iterable[Problem], after: Iterable[Problem]) -> Difference:
    """Compare by identity, not by line; of several alike each counts."""
    before, after = list(before), list(after)
    return Difference(tuple(_beyond(after, before)), tuple(_beyond(before, after)))


def misread(outcomes: Iterable[CheckOutcome]) -> tuple[Problem, ...]:
    """Return what a grammar could not read although a compiler could: macros, above all.

    Where no compiler came to a result, the grammar is believed.
    """
    outcomes = tuple(outcomes)
    compiled = [it for it in outcomes if it.stage is Stage.COMPILE and not it.trouble]
    if not compiled:
        return ()
    wrong = {
        (problem.path, problem.line + near)
        for it in compiled
        for problem in it.problems
        for near in (-1, 0, 1)
        if problem.gravity is Gravity.ERROR
    }
    parsed = (it for it in outcomes if it.stage is Stage.PARSE)
    return tuple(p for it in parsed for p in it.problems if (p.path, p.line) not in wrong)


def believed(
    outcomes: Iterable[CheckOutcome], not_read: Sequence[Problem]
) -> tuple[CheckOutcome, ...]:
    """Return outcomes without what a grammar misread in their text, or in the one before it."""
    return tuple(
        replace(it, problems=difference(not_read, it.problems).new)
        if it.stage is Stage.PARSE
        else it
        for it in outcomes
    )


def _beyond(some: Iterable[Problem], others: Iterable[Problem]) -> Iterator[Problem]:
    left = Counter(it.identity for it in others)
    for problem in some:
        if left[problem.identity] > 0:
            left[problem.identity] -= 1
        else:
            yield problem
