"""What compilers say was meant, in their own words, as changes of the line that they are about."""

from __future__ import annotations

from pathlib import Path

import pytest

from glossator_indexer.languages import language_for_path
from glossator_indexer.parsing import parse
from glossator_server.actions.suggestions import suggestions_for
from glossator_server.edits import apply_changes
from glossator_server.reflection.judging import FixTask
from glossator_server.verify.checker import Subject, Suggestion
from glossator_server.verify.problems import CheckOutcome, Gravity, Problem, Stage

ROOT = Path("/project")


class SayingChecker:
    """Says the same words of each line that holds a wrong word, and offers nothing else."""

    def __init__(self, message: str, wrong: str, stage: Stage = Stage.COMPILE) -> None:
        self._message = message
        self._wrong = wrong
        self._stage = stage

    async def check(
        self, subject: Subject, files: dict[Path, str], stage: Stage
    ) -> tuple[CheckOutcome, ...]:
        if stage is not self._stage:
            return ()
        lines = enumerate(files[subject.path].split("\n"), 1)
        numbers = [number for number, line in lines if self._wrong in line][:1]
        found = tuple(
            Problem(stage, "cc", Gravity.ERROR, "", self._message, subject.path, it)
            for it in numbers
        )
        return (CheckOutcome(stage, "cc", "1", found, 0.0),)

    async def suggestions(self, subject: Subject, text: str) -> tuple[Suggestion, ...]:  # noqa: ARG002 -- as the protocol has it
        return ()


async def suggested(name: str, text: str, message: str, wrong: str, stage: Stage) -> list[str]:
    path = ROOT / name
    language = language_for_path(path)
    assert language is not None
    subject = Subject(ROOT, path, language.id)
    checker = SayingChecker(message, wrong, stage)
    baseline = await checker.check(subject, {path: text}, stage)
    targets = tuple(problem for it in baseline for problem in it.problems)
    task = FixTask(subject, parse(text, language), name, targets, baseline)
    return [apply_changes(text, it.changes) for it in await suggestions_for(task, checker)]


@pytest.mark.parametrize(
    ("message", "stage"),
    [
        ("‘struct s’ has no member named ‘nxt’; did you mean ‘next’?", Stage.COMPILE),
        ("no member named 'nxt' in 'struct s'; did you mean 'next'?", Stage.COMPILE),
        ("Property 'nxt' does not exist on type 's'. Did you mean 'next'?", Stage.TYPES),
    ],
)
async def test_the_word_that_was_meant_takes_the_place_of_the_wrong_one(
    message: str, stage: Stage
) -> None:
    text = "int f(struct s *s)\n{\n\treturn s->nxt;\n}\n"
    assert await suggested("a.c", text, message, "nxt", stage) == [text.replace("nxt", "next")]


async def test_a_name_is_followed_to_all_its_places() -> None:
    text = "int f(int n)\n{\n\tint é = m;\n\n\treturn é + m;\n}\n"
    message = "‘m’ undeclared; did you mean ‘n’?"
    found = await suggested("a.c", text, message, "m;", Stage.COMPILE)
    assert found == [text.replace("= m", "= n"), text.replace("= m", "= n").replace("+ m", "+ n")]


@pytest.mark.parametrize(
    "message",
    ["‘nxt’ undeclared", "did you mean ‘next’?", "no ‘other’; did you mean ‘next’?"],
)
async def test_who_names_nothing_suggests_nothing(message: str) -> None:
    text = "int f(struct s *s)\n{\n\treturn s->nxt;\n}\n"
    assert await suggested("a.c", text, message, "nxt", Stage.COMPILE) == []
