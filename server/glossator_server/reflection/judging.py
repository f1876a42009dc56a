"""Own the judgement of one state of a file: which checks run, in which order, and its score.

It must not ask a model, nor decide what is done with a state.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from glossator_gate.types import DataClass
from glossator_indexer.parsing import ParsedSource
from glossator_server.proposal import Evidence, Verdict
from glossator_server.reflection.scores import (
    OPINIONS,
    Score,
    Touched,
    introduced,
    remaining,
    score_of,
    touched_by,
)
from glossator_server.verify.checker import Checker, Subject
from glossator_server.verify.problems import (
    CheckOutcome,
    Gravity,
    Problem,
    Stage,
    believed,
    misread,
)

# What costs milliseconds, and without which the rest says nothing.
FIRST_STAGES = (Stage.PARSE, Stage.COMPILE)
LATER_STAGES = (Stage.LINT, Stage.TYPES, Stage.TESTS)
# Of these nothing may be left: a test passes or fails, a person's wish is fulfilled or not.
_WHOLE = (Stage.TESTS, Stage.REVIEW)
# A message is for one line of a screen, and for a prompt.
MOST_TOLD = 8
# Who finds what no program can: a model that was asked to review.
REVIEWER = "review"
# What an error is called where it is none of a compiler's.
_ERRORS = {Stage.TESTS: "failing test", Stage.REVIEW: "finding"}


@dataclass(frozen=True, slots=True)
class FixTask:
    """What is to be mended: which problems of which text; `name` is the file's for people.

    `baseline` is what the checks said of the text as it is, without what the grammar `misread`;
    `data_class` says how secret it is.
    """

    subject: Subject
    source: ParsedSource
    name: str
    targets: tuple[Problem, ...]
    baseline: tuple[CheckOutcome, ...]
    data_class: DataClass = DataClass.RESTRICTED
    misread: tuple[Problem, ...] = ()

    @property
    def original(self) -> Score:
        """Return the score of the text as it is."""
        return score_of(self.baseline, self.baseline, self.targets, Touched())


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the checks said of a state.

    `introduced` are the problems that are there because of the change. `is_whole` is False where it
    fell at the first checks, so that the others did not run.
    """

    outcomes: tuple[CheckOutcome, ...]
    score: Score
    introduced: tuple[Problem, ...]
    is_whole: bool

    def may_be_offered(self, task: FixTask) -> bool:
        """Tell whether the state is better than the original, and nothing in it is worse.

        A check that comes to no result, and did before, knows of something that is worse; so may
        compilers and tests that were not asked before, and a compiler that reads no such text any
        more. Of several errors some may be left, of the tests that were to pass and of what a
        person or a reviewer found none.
        """
        silent = {(it.stage, it.tool) for it in task.baseline if it.trouble}
        heard = {(it.stage, it.tool) for it in task.baseline if not it.trouble}
        hung = any(
            (it.stage, it.tool) in heard
            or (it.stage not in OPINIONS and (it.stage, it.tool) not in silent)
            for it in self.outcomes
            if it.trouble
        )
        asked = {(it.stage, it.tool) for it in self.outcomes}
        gone = any(
            (it.stage, it.tool) not in asked
            for it in task.baseline
            if it.stage in FIRST_STAGES and not it.trouble
        )
        left = remaining(task.targets, task.baseline, self.outcomes)
        is_worse = hung or gone or bool(self.introduced) or any(it.stage in _WHOLE for it in left)
        return self.is_whole and not is_worse and self.score.beats(task.original)

    def words(self, task: FixTask) -> tuple[str, ...]:
        """Return what is wrong with the state, as sentences for whoever tries again."""
        told = [f"new: {sentence(it)}" for it in self.introduced[:MOST_TOLD]]
        left = remaining(task.targets, task.baseline, self.outcomes)
        told += [f"still there: {sentence(it)}" for it in left[:MOST_TOLD]]
        told += [f"{it.stage} ({it.tool}): {it.trouble}" for it in self.outcomes if it.trouble]
        told += [
            f"the end of what the tests wrote:\n{it.excerpt}"
            for it in self.outcomes
            if it.stage is Stage.TESTS and it.problems and it.excerpt
        ]
        return tuple(told)


def sentence(problem: Problem) -> str:
    """Return a problem as one line: `line 12: use of undeclared identifier 'x' [gcc]`."""
    where = f"line {problem.line}: " if problem.line else ""
    rule = f", {problem.rule}" if problem.rule else ""
    kind = "" if problem.gravity is Gravity.ERROR else "warning: "
    return f"{where}{kind}{problem.message} [{problem.tool}{rule}]"


async def baseline_of(
    checker: Checker, subject: Subject, text: str
) -> tuple[tuple[CheckOutcome, ...], tuple[Problem, ...]]:
    """Return what all checks say of a text as it is, and what its grammar misreads."""
    said = await _checks(checker, subject, text, FIRST_STAGES)
    not_read = misread(said)
    first = believed(said, not_read)
    return first + await _later_checks(checker, subject, text, first), not_read


async def _later_checks(
    checker: Checker, subject: Subject, text: str, first: Sequence[CheckOutcome]
) -> tuple[CheckOutcome, ...]:
    """Return what linters, type checkers and tests say, nothing where it does not compile."""
    return () if has_errors(first) else await _checks(checker, subject, text, LATER_STAGES)


async def judge(checker: Checker, task: FixTask, after: ParsedSource) -> Judgement:
    """Check a state as far as it is no worse than the original, cheapest first."""
    touched = await asyncio.to_thread(touched_by, task.source.text, after)
    said = await _checks(checker, task.subject, after.text, FIRST_STAGES)
    outcomes = believed(said, task.misread)
    score = score_of(task.baseline, outcomes, task.targets, touched)
    original = task.original
    is_worse = (score.syntax_errors, score.compile_errors) > (
        original.syntax_errors,
        original.compile_errors,
    )
    if not is_worse:
        outcomes += await _later_checks(checker, task.subject, after.text, outcomes)
        score = score_of(task.baseline, outcomes, task.targets, touched)
    new = introduced(task.baseline, outcomes, touched)
    return Judgement(outcomes, score, new, is_whole=not is_worse)


def reviewed(task: FixTask, judgement: Judgement, *, resolved: bool) -> Judgement:
    """Return the judgement with what a critic says of findings that only a reviewer can see."""
    findings = tuple(it for it in task.targets if it.stage is Stage.REVIEW)
    if not findings:
        return judgement
    said = CheckOutcome(Stage.REVIEW, REVIEWER, "", () if resolved else findings, 0.0)
    outcomes = (*judgement.outcomes, said)
    left = len(remaining(task.targets, task.baseline, outcomes))
    return replace(judgement, outcomes=outcomes, score=replace(judgement.score, remaining=left))


def has_errors(outcomes: Sequence[CheckOutcome]) -> bool:
    """Tell whether something does not parse or compile, as far as anybody knows."""
    return any(
        it.trouble or any(p.gravity is Gravity.ERROR for p in it.problems)
        for it in outcomes
        if it.stage in FIRST_STAGES
    )


def evidence_of(task: FixTask, judgement: Judgement) -> tuple[Evidence, ...]:
    """Return a piece of evidence for each check: what it said before and after."""
    return tuple(_evidence(task, it, judgement.introduced) for it in judgement.outcomes)


def _evidence(task: FixTask, outcome: CheckOutcome, introduced: Sequence[Problem]) -> Evidence:
    before = [it for it in task.baseline if (it.stage, it.tool) == (outcome.stage, outcome.tool)]
    new = [it for it in introduced if (it.stage, it.tool) == (outcome.stage, outcome.tool)]
    told = _count(outcome.problems) if not outcome.trouble else outcome.trouble
    if new:
        told += f", new: {sentence(new[0])}"
    was = (it.trouble or _count(it.problems) for it in before)
    after = f"{told} ({outcome.notice})" if outcome.notice else told
    failed = bool(outcome.trouble or new)
    return Evidence(
        check=outcome.stage,
        tool=outcome.tool,
        version=outcome.version,
        before=next(was, "not run: the code did not compile"),
        after=after,
        verdict=Verdict.FAILED if failed else Verdict.PASSED,
    )


def _count(problems: Sequence[Problem]) -> str:
    errors = sum(it.gravity is Gravity.ERROR for it in problems)
    warnings = len(problems) - errors
    what = _ERRORS.get(problems[0].stage, "error") if problems else ""
    told = [f"{errors} {what}{'s' if errors != 1 else ''}"] if errors else []
    if warnings:
        told.append(f"{warnings} warning{'s' if warnings != 1 else ''}")
    return ", ".join(told) or "nothing wrong"


async def _checks(
    checker: Checker, subject: Subject, text: str, stages: Sequence[Stage]
) -> tuple[CheckOutcome, ...]:
    found: list[CheckOutcome] = []
    for stage in stages:
        found += await checker.check(subject, {subject.path: text}, stage)
    return tuple(found)
