"""Own the choice of what a fix is to mend: problems that our own checks see, and nothing else.

What an editor complains of counts only as far as a check here says it too: else nobody could tell
whether it is gone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from glossator_server.verify.problems import CheckOutcome, Gravity, Problem, Stage

# One question about more is a question about the whole file.
MOST_TARGETS = 10
_QUOTED = re.compile(r"['\"`‘’“”]")


@dataclass(frozen=True, slots=True)
class Complaint:
    """What somebody else's tool says: on which lines (from 1, the last included), in what words."""

    message: str
    first_line: int
    last_line: int
    is_error: bool = True
    source: str = ""
    code: str = ""

    @property
    def in_words(self) -> str:
        """Return it as one line."""
        by = f" [{self.source}]" if self.source else ""
        return f"line {self.first_line}: {self.message}{by}"


@dataclass(frozen=True, slots=True)
class FixWish:
    """What somebody wants mended; where nothing is said, whatever our checks find in the file.

    `lines` (from 1) are those that count; `complaints` are what an editor's tools say, `finding` is
    what a reviewer found, `test` the name of a failing test, `text` a wish in a person's words.
    """

    lines: range | None = None
    complaints: tuple[Complaint, ...] = ()
    finding: Complaint | None = None
    test: str = ""
    text: str = ""


def targets_in(
    outcomes: Sequence[CheckOutcome], lines: range | None, path_of_subject: object
) -> tuple[Problem, ...]:
    """Return the problems of the file, or of some of its lines: errors, else warnings."""
    found = [
        problem
        for it in outcomes
        for problem in it.problems
        if problem.stage is not Stage.TESTS
        and problem.path in (None, path_of_subject)
        and (lines is None or problem.line in lines)
    ]
    errors = [it for it in found if it.gravity is Gravity.ERROR]
    return tuple((errors or found)[:MOST_TARGETS])


def targets_of(
    outcomes: Sequence[CheckOutcome], complaints: Sequence[Complaint], path_of_subject: object
) -> tuple[Problem, ...]:
    """Return the problems that our checks see where an editor complains, each once.

    On the complaint's own lines the one in the same words counts, or of the same rule; else one
    that is as grave, as two compilers say the same in other words.
    """
    here = [
        problem
        for it in outcomes
        for problem in it.problems
        if problem.path in (None, path_of_subject)
    ]
    found = (problem for it in complaints for problem in _matching(it, here))
    return tuple(dict.fromkeys(found))[:MOST_TARGETS]


def failing_tests(outcomes: Sequence[CheckOutcome], name: str) -> tuple[Problem, ...]:
    """Return the failing tests, those of a name where one is given.

    A command that says no names says how it ended: that counts where no other names the test.
    """
    failing = [p for it in outcomes for p in it.problems if p.stage is Stage.TESTS]
    tools = {it.tool for it in failing if name in it.message}
    asked = [it for it in failing if it.tool in tools] if tools else failing
    named = [it for it in asked if name in it.message or "(exit status" in it.message]
    return tuple(named[:MOST_TARGETS])


def _matching(complaint: Complaint, problems: Sequence[Problem]) -> list[Problem]:
    # A parser may see the same error a line later, where the next word is.
    near = [it for it in problems if complaint.first_line <= it.line <= complaint.last_line] or [
        it for it in problems if complaint.first_line - 1 <= it.line <= complaint.last_line + 1
    ]
    same = [it for it in near if _same_words(it.message, complaint.message)]
    if same:
        return same
    ruled = [it for it in near if complaint.code and complaint.code in it.rule]
    gravity = Gravity.ERROR if complaint.is_error else Gravity.WARNING
    return ruled or [it for it in near if it.gravity is gravity and it.stage is not Stage.PARSE][:1]


def _same_words(one: str, other: str) -> bool:
    first, second = (_QUOTED.sub("", it).casefold().strip() for it in (one, other))
    return first == second or first in second or second in first
