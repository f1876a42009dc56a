"""Which states may be offered, by what the checks said before and after."""

from __future__ import annotations

import pytest

from glossator_server.reflection.judging import FixTask, Judgement
from glossator_server.reflection.scores import Touched, introduced, score_of
from glossator_server.verify.problems import (
    CheckOutcome,
    Gravity,
    Problem,
    Stage,
    believed,
    misread,
)
from tests.server.reflection.marks import PATH, SUBJECT, source_of

TEXT = "int f(void)\n{\n\treturn x;\n}\n"
ERROR = Problem(Stage.COMPILE, "gcc", Gravity.ERROR, "", "'x' undeclared", PATH, 3)


def said(stage: Stage, *problems: Problem, trouble: str = "") -> CheckOutcome:
    tools = {Stage.COMPILE: "gcc", Stage.PARSE: "grammar"}
    return CheckOutcome(stage, tools.get(stage, stage), "1", problems, 0.0, trouble=trouble)


def judged(before: list[CheckOutcome], after: list[CheckOutcome]) -> bool:
    task = FixTask(SUBJECT, source_of(TEXT), "file.c", (ERROR,), tuple(before))
    touched = Touched(frozenset({3}), 1)
    new = introduced(before, after, touched)
    score = score_of(before, after, task.targets, touched)
    return Judgement(tuple(after), score, new, is_whole=True).may_be_offered(task)


@pytest.mark.parametrize(
    ("stage", "before", "is_offered"),
    [
        (Stage.LINT, None, True),
        (Stage.LINT, "", False),
        (Stage.LINT, "it failed", True),
        (Stage.TESTS, None, False),
        (Stage.TESTS, "", False),
        (Stage.TESTS, "it hung", True),
    ],
)
def test_a_check_that_falls_silent_speaks_against_a_change(
    stage: Stage, before: str | None, *, is_offered: bool
) -> None:
    earlier = [] if before is None else [said(stage, trouble=before)]
    after = [said(Stage.COMPILE), said(stage, trouble="it failed")]
    assert judged([said(Stage.COMPILE, ERROR), *earlier], after) is is_offered


def parsed(line: int) -> Problem:
    return Problem(Stage.PARSE, "grammar", Gravity.ERROR, "", "cannot be read", PATH, line)


def test_what_a_compiler_reads_well_is_no_problem_of_the_code() -> None:
    macro = parsed(9)
    assert misread([said(Stage.PARSE, macro), said(Stage.COMPILE)]) == (macro,)
    assert misread([said(Stage.PARSE, macro), said(Stage.COMPILE, trouble="none")]) == ()
    assert misread([said(Stage.PARSE, macro)]) == ()


def test_where_a_compiler_complains_too_the_grammar_is_believed() -> None:
    near, far = parsed(4), parsed(9)
    assert misread([said(Stage.PARSE, near, far), said(Stage.COMPILE, ERROR)]) == (far,)


@pytest.mark.parametrize("tool", ["python3", "node"])
def test_what_follows_the_only_error_of_a_compiler_was_not_read(tool: str) -> None:
    error = Problem(Stage.COMPILE, tool, Gravity.ERROR, "", "invalid syntax", PATH, 5)
    before, after = parsed(2), parsed(8)
    compiled = CheckOutcome(Stage.COMPILE, tool, "1", (error,), 0.0)
    assert misread([said(Stage.PARSE, before, after), compiled]) == (before,)


def test_what_is_taken_away_is_what_was_misread_and_not_its_like() -> None:
    real, macro = parsed(4), parsed(9)
    (outcome,) = believed([said(Stage.PARSE, real, macro)], [macro])
    assert outcome.problems == (real,)


def test_what_the_grammar_cannot_read_any_more_counts() -> None:
    (outcome,) = believed([said(Stage.PARSE, parsed(9), parsed(9))], [parsed(7)])
    assert len(outcome.problems) == 1
