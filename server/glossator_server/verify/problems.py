"""Own `Problem`, what a tool says about a text, and the comparison of before and after.

Plain data and pure functions; nothing in here runs a tool.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

# Compilers that say one error and nothing of what follows it.
_END_AT_ONCE = frozenset({"python", "python3", "node"})


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
    errors = [
        problem for it in compiled for problem in it.problems if problem.gravity is Gravity.ERROR
    ]
    wrong = {(it.path, it.line + near) for it in errors for near in (-1, 0, 1)}
    # Those that end with the first error have not read what follows it.
    stops = [it.line for it in errors if it.tool in _END_AT_ONCE]
    read = min(stops) if stops else None
    return tuple(
        problem
        for it in outcomes
        if it.stage is Stage.PARSE
        for problem in it.problems
        if (problem.path, problem.line) not in wrong and (read is None or problem.line < read)
    )


def believed(
    outcomes: Iterable[CheckOutcome], not_read: Sequence[Problem]
) -> tuple[CheckOutcome, ...]:
    """Return outcomes without what a grammar misread in their text, or in the one before it."""
    return tuple(
        replace(it, problems=_beside(it.problems, not_read)) if it.stage is Stage.PARSE else it
        for it in outcomes
    )


def _beside(problems: Iterable[Problem], others: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return the problems without others: those in the same place first, then their like."""
    same = Counter(others)
    kept = []
    for it in problems:
        if same[it] > 0:
            same[it] -= 1
        else:
            kept.append(it)
    return difference(list(same.elements()), kept).new


def _beyond(some: Iterable[Problem], others: Iterable[Problem]) -> Iterator[Problem]:
    left = Counter(it.identity for it in others)
    for problem in some:
        if left[problem.identity] > 0:
            left[problem.identity] -= 1
        else:
            yield problem
