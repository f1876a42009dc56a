"""Own the score of a state of the code: what counts, in which order, and when it is better.

Pure; it must not run a check.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from glossator_indexer.parsing import ParsedSource
from glossator_indexer.symbols import all_symbols
from glossator_server.edits import lines_of_span
from glossator_server.verify.problems import CheckOutcome, Gravity, Problem, Stage, difference

# They follow paths through whole functions: where they did not run before, nobody knows since when
# something is wrong.
_ANALYSERS = frozenset({"clang-tidy", "cppcheck"})
# What these do not find is not missed where they never spoke, nor is what they find then new.
OPINIONS = frozenset({Stage.LINT, Stage.TYPES})


@dataclass(frozen=True, slots=True, order=True)
class Score:
    """How bad a state is; smaller is better, and what stands first counts first.

    `remaining` are the problems that were to be mended and are still there; `diff_size` counts
    lines that differ from the original.
    """

    syntax_errors: int = 0
    compile_errors: int = 0
    failing_tests: int = 0
    new_warnings: int = 0
    remaining: int = 0
    diff_size: int = 0

    def beats(self, original: Score) -> bool:
        """Tell whether a state is better than the original by what checks say, not by its size."""
        return self._counts() < original._counts()

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing is wrong any more, as far as it was asked."""
        return not any(self._counts())

    @property
    def in_words(self) -> str:
        """Return for example `2 errors, 1 failing test`."""
        counted = [
            (self.syntax_errors, "syntax error"),
            (self.compile_errors, "error"),
            (self.failing_tests, "failing test"),
            (self.new_warnings, "new warning"),
        ]
        told = [f"{count} {what}{'s' if count != 1 else ''}" for count, what in counted if count]
        if not told and self.remaining:
            told = [f"{self.remaining} problem{'s' if self.remaining != 1 else ''} left"]
        return ", ".join(told) or "nothing wrong"

    def _counts(self) -> tuple[int, ...]:
        return (
            self.syntax_errors,
            self.compile_errors,
            self.failing_tests,
            self.new_warnings,
            self.remaining,
        )


@dataclass(frozen=True, slots=True)
class Touched:
    """The lines of a state, from 1, that a change may have to answer for, and how many differ.

    They are those of every symbol in which something was changed.
    """

    lines: frozenset[int] = frozenset()
    size: int = 0


def score_of(
    baseline: Sequence[CheckOutcome],
    outcomes: Sequence[CheckOutcome],
    targets: Sequence[Problem],
    touched: Touched,
) -> Score:
    """Return the score of a state by what the checks said of it, beside what they said before.

    A check that came to no result counts as an error of its stage: nobody knows that it is well.
    """
    return Score(
        syntax_errors=_count(outcomes, Stage.PARSE),
        compile_errors=_count(outcomes, Stage.COMPILE),
        failing_tests=_count(outcomes, Stage.TESTS),
        new_warnings=sum(map(_is_warning, introduced(baseline, outcomes, touched))),
        remaining=len(remaining(targets, baseline, outcomes)),
        diff_size=touched.size,
    )


def introduced(
    baseline: Sequence[CheckOutcome], outcomes: Sequence[CheckOutcome], touched: Touched
) -> tuple[Problem, ...]:
    """Return the problems that are there because of the change.

    A tool that stumbled over the code before, or was not run on it, may have had more to say: a
    warning where nothing was changed was there all the time. An error counts wherever it is, and
    so does a test that fails and was not known to. An analyser, or any linter or type checker that
    came to no result before, has nothing to compare with.
    """
    found: list[Problem] = []
    for one in outcomes:
        before = [it for it in baseline if (it.stage, it.tool) == (one.stage, one.tool)]
        new = difference(_problems(before), one.problems).new
        could_speak = bool(before) and not any(_stumbled(it) for it in before)
        if not before and one.tool in _ANALYSERS:
            continue
        if one.stage in OPINIONS and any(it.trouble for it in before):
            continue
        found += (
            it for it in new if could_speak or not _is_warning(it) or it.line in touched.lines
        )
    return tuple(found)


def touched_by(before: str, after: ParsedSource) -> Touched:
    """Return what a change has to answer for in the text after it."""
    old, new = _lines(before), _lines(after.text)
    # What is the same before and after the change is not compared line by line.
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    old, new = old[head : len(old) - tail], new[head : len(new) - tail]
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    changed: set[int] = set()
    size = 0
    for tag, old_start, old_end, start, end in matcher.get_opcodes():
        if tag != "equal":
            size += (old_end - old_start) + (end - start)
            # Where lines are gone, what follows them stands in their place.
            changed.update(range(head + start + 1, head + max(end, start + 1) + 1))
    for symbol in all_symbols(after):
        extent = lines_of_span(after.text, symbol.extent)
        if symbol.body is not None and not changed.isdisjoint(extent):
            changed.update(extent)
    return Touched(frozenset(changed), size)


def remaining(
    targets: Sequence[Problem], baseline: Sequence[CheckOutcome], outcomes: Sequence[CheckOutcome]
) -> tuple[Problem, ...]:
    """Return the targets that are still there; what was not looked at again is still there."""
    looked_at = {(it.stage, it.tool) for it in outcomes if not it.trouble}
    seen = [it for it in targets if (it.stage, it.tool) in looked_at]
    unseen = [it for it in targets if (it.stage, it.tool) not in looked_at]
    gone = difference(_problems(baseline), _problems(outcomes)).gone
    return (*difference(seen, gone).gone, *unseen)


def _count(outcomes: Iterable[CheckOutcome], stage: Stage) -> int:
    here = [it for it in outcomes if it.stage is stage]
    errors = sum(it.gravity is Gravity.ERROR for one in here for it in one.problems)
    return errors + sum(bool(it.trouble) for it in here)


def _is_warning(problem: Problem) -> bool:
    # Errors of these stages are counted there; a linter's errors are its opinion.
    counted_there = problem.stage in (Stage.PARSE, Stage.COMPILE, Stage.TESTS)
    return not (counted_there and problem.gravity is Gravity.ERROR)


def _stumbled(outcome: CheckOutcome) -> bool:
    if outcome.stage in (Stage.PARSE, Stage.COMPILE):
        return bool(outcome.trouble) or _count([outcome], outcome.stage) > 0
    return bool(outcome.trouble)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").split("\n")


def _problems(outcomes: Iterable[CheckOutcome]) -> list[Problem]:
    return [problem for it in outcomes for problem in it.problems]
