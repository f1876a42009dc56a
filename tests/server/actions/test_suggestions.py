"""What compilers say was meant, in their own words, as changes of the line that they are about."""

from __future__ import annotations

from pathlib import Path

import pytest

from glossator_indexer.languages import language_for_path
from glossator_indexer.parsing import parse
from glossator_indexer.types import Span, TextChange
from glossator_server.actions.suggestions import suggestions_for
from glossator_server.edits import apply_changes
from glossator_server.reflection.judging import FixTask
from glossator_server.verify.checker import Subject, Suggestion
from glossator_server.verify.problems import CheckOutcome, Gravity, Problem, Stage

ROOT = Path("/project")


class SayingChecker:
    """Says the same words of each line that holds a wrong word, and offers nothing else."""

    def __init__(
        self,
        message: str,
        wrong: str,
        stage: Stage = Stage.COMPILE,
        *,
        column: int = 0,
        offered: tuple[Suggestion, ...] = (),
    ) -> None:
        self._message = message
        self._wrong = wrong
        self._stage = stage
        self._column = column
        self._offered = offered

    async def check(
        self, subject: Subject, files: dict[Path, str], stage: Stage
    ) -> tuple[CheckOutcome, ...]:
        if stage is not self._stage:
            return ()
        lines = enumerate(files[subject.path].split("\n"), 1)
        numbers = [number for number, line in lines if self._wrong in line][:1]
        found = tuple(
            Problem(stage, "cc", Gravity.ERROR, "", self._message, subject.path, it, self._column)
            for it in numbers
        )
        return (CheckOutcome(stage, "cc", "1", found, 0.0),)

    async def suggestions(self, subject: Subject, text: str) -> tuple[Suggestion, ...]:  # noqa: ARG002 -- as the protocol has it
        return self._offered


async def suggested_by(
    checker: SayingChecker, text: str, name: str = "a.c", stage: Stage = Stage.COMPILE
) -> list[str]:
    path = ROOT / name
    language = language_for_path(path)
    assert language is not None
    subject = Subject(ROOT, path, language.id)
    baseline = await checker.check(subject, {path: text}, stage)
    targets = tuple(problem for it in baseline for problem in it.problems)
    task = FixTask(subject, parse(text, language), name, targets, baseline)
    return [apply_changes(text, it.changes) for it in await suggestions_for(task, checker)]


async def suggested(name: str, text: str, message: str, wrong: str, stage: Stage) -> list[str]:
    return await suggested_by(SayingChecker(message, wrong, stage), text, name, stage)


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


@pytest.mark.parametrize(
    ("line", "column", "mended"),
    [
        ('\tprintf("nxt=%d", nxt); /* nxt */', 19, '\tprintf("nxt=%d", next); /* nxt */'),
        ("\to->nxt = s->nxt;", 3, "\to->next = s->nxt;"),
        ("\to->nxt = s->nxt;", 12, "\to->nxt = s->next;"),
        ("\to->nxt = s->nxt;", 0, None),
    ],
)
async def test_only_the_place_that_a_message_is_about_is_renamed(
    line: str, column: int, mended: str | None
) -> None:
    text = f"int f(struct s *s)\n{{\n{line}\n}}\n"
    checker = SayingChecker("‘nxt’ is none; did you mean ‘next’?", line, column=column)
    found = await suggested_by(checker, text)
    assert found == ([] if mended is None else [text.replace(line, mended)])


async def test_two_headers_at_one_place_are_one_change_in_their_order() -> None:
    text = "int f(void)\n{\n\treturn a + b;\n}\n"
    heads = ("#include <a.h>\n", "#include <b.h>\n")
    offered = tuple(Suggestion("cc", (TextChange(Span(0, 0), it),)) for it in heads)
    checker = SayingChecker("no", "return", offered=offered)
    assert (await suggested_by(checker, text))[0] == "".join(heads) + text


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
