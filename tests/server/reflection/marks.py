"""Own a checker that reads marks in the text instead of running tools, for tests of the loop.

A line `@error NAME`, `@warning NAME`, `@lint NAME`, `@fails NAME` or `@hangs` in a text is what a
compiler, a linter or a test run would find. It is a compiler that says nothing of warnings where
there are errors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from glossator_clients.protocol import ChatModel
from glossator_clients.scripted import ScriptedModel, ScriptedReply
from glossator_clients.types import ChatRequest, ModelInfo
from glossator_indexer.languages import language_for_path
from glossator_indexer.parsing import ParsedSource, parse
from glossator_server.prompts.fix import FixSubject, fix_prompt
from glossator_server.reflection.judging import FixTask, baseline_of
from glossator_server.reflection.loop import Budget, Means, Mended, mend
from glossator_server.sampling import SamplingOptions
from glossator_server.verify.checker import Subject, Suggestion
from glossator_server.verify.problems import CheckOutcome, Gravity, Problem, Stage

PATH = Path("/project/file.c")
SUBJECT = Subject(Path("/project"), PATH, "c")
USUAL = Budget()
_STAGES = {
    "error": (Stage.COMPILE, Gravity.ERROR),
    "warning": (Stage.COMPILE, Gravity.WARNING),
    "lint": (Stage.LINT, Gravity.WARNING),
    "fails": (Stage.TESTS, Gravity.ERROR),
}
_MARK = re.compile(r"@(?P<kind>\w+) (?P<name>[\w-]+)")


class MarkChecker:
    """A checker of marks; `asked` holds the texts that were checked, in order."""

    def __init__(self) -> None:
        self.asked: list[tuple[Stage, str]] = []

    async def check(
        self, subject: Subject, files: Mapping[Path, str], stage: Stage
    ) -> tuple[CheckOutcome, ...]:
        text = files[subject.path]
        self.asked.append((stage, text))
        if stage in (Stage.PARSE, Stage.TYPES):
            return ()
        found = []
        for number, line in enumerate(text.split("\n"), start=1):
            for match in _MARK.finditer(line):
                where, gravity = _STAGES[match["kind"]]
                hides = gravity is Gravity.WARNING and "@error" in text
                if where is stage and not hides:
                    found.append(
                        Problem(stage, "marks", gravity, "", match["name"], subject.path, number)
                    )
        trouble = "it hung" if "@hangs" in text and stage is Stage.TESTS else ""
        return (CheckOutcome(stage, "marks", "1", tuple(found), 0.0, trouble=trouble),)

    async def suggestions(
        self,
        subject: Subject,  # noqa: ARG002 -- whatever it is
        text: str,  # noqa: ARG002
    ) -> tuple[Suggestion, ...]:
        return ()


def source_of(text: str) -> ParsedSource:
    language = language_for_path(PATH)
    assert language is not None
    return parse(text, language)


async def task_for(text: str, checker: MarkChecker, *names: str) -> FixTask:
    """Return the task of mending the named problems of a text, all of them for no name."""
    baseline, misread = await baseline_of(checker, SUBJECT, text)
    problems = [it for one in baseline for it in one.problems]
    targets = tuple(it for it in problems if not names or it.message in names)
    return FixTask(SUBJECT, source_of(text), "file.c", targets, baseline, misread=misread)


async def mended(
    text: str,
    replies: Sequence[str | ScriptedReply],
    *,
    critic: ChatModel | None = None,
    budget: Budget = USUAL,
    suggestions: tuple[Suggestion, ...] = (),
    said: list[str] | None = None,
) -> Mended:
    """Run the loop over a text with a scripted model."""
    checker = MarkChecker()
    task = await task_for(text, checker)
    model = ScriptedModel(replies)
    problems = tuple(it.message for it in task.targets)
    subject = FixSubject("c", task.name, text, problems)

    def question(info: ModelInfo) -> ChatRequest | None:
        prompt = fix_prompt(subject, info, SamplingOptions())
        return None if prompt is None else prompt.request

    async def generator() -> ChatModel:
        return model

    async def judge() -> ChatModel | None:
        return critic

    means = Means(generator, judge, checker, question, suggestions)
    lines = [] if said is None else said
    return await mend(task, means, budget, lines.append)


def block(search: str, replace: str) -> str:
    return f"<<<<<<< SEARCH\n{search}\n=======\n{replace}\n>>>>>>> REPLACE\n"
