"""Own `CodeChecker`: the checks of a workspace's code by the tools of this machine, in the sandbox.

It must not judge what is found.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from glossator_indexer.languages import language_of_file
from glossator_indexer.parsing import parse, syntax_problems
from glossator_server.edits import line_and_column
from glossator_server.sandbox import Ending, Limits, Sandbox, SandboxJob
from glossator_server.verify import c_tools, other_tools, python_tools
from glossator_server.verify.checker import Subject, Suggestion
from glossator_server.verify.comments import version_of
from glossator_server.verify.compile_commands import DATABASES, FLAGS_FILE
from glossator_server.verify.memory import CheckMemory, stamp_of
from glossator_server.verify.problems import CheckOutcome, Gravity, Problem, Stage
from glossator_server.verify.programs import Program, Programs
from glossator_server.verify.test_runs import commands_for, outcome_of, untold
from glossator_server.verify.tools import (
    MakeHintRuns,
    MakeRuns,
    NoResultError,
    Question,
    ToolRun,
    why_ended,
)

# To add a language: a function that makes the runs of a stage, and a row here.
RUNS: Mapping[tuple[str, Stage], MakeRuns] = {
    ("c", Stage.COMPILE): c_tools.compile_runs,
    ("c", Stage.LINT): c_tools.lint_runs,
    ("cpp", Stage.COMPILE): c_tools.compile_runs,
    ("cpp", Stage.LINT): c_tools.lint_runs,
    ("python", Stage.COMPILE): python_tools.compile_runs,
    ("python", Stage.LINT): python_tools.lint_runs,
    ("python", Stage.TYPES): python_tools.type_runs,
    ("javascript", Stage.COMPILE): other_tools.javascript_runs,
    ("typescript", Stage.COMPILE): other_tools.typescript_runs,
    ("go", Stage.COMPILE): other_tools.go_runs,
    ("rust", Stage.COMPILE): other_tools.rust_runs,
    ("java", Stage.COMPILE): other_tools.java_runs,
}
HINTS: Mapping[str, tuple[MakeHintRuns, ...]] = {
    "c": (c_tools.hint_runs,),
    "cpp": (c_tools.hint_runs,),
    "python": (python_tools.hint_runs,),
    "rust": (other_tools.rust_hint_runs,),
}
MOST_BESIDE = 500
_NUMBERS = count()
_VERSION_SECONDS = 10.0
_VERSION = re.compile(r"\d+(?:\.\d+)+[\w.+~-]*")


@dataclass(frozen=True, slots=True)
class TestCommands:
    """The commands of tests that may run, how long each, and why others may not.

    `is_told` says whether what they write may be read: a test can print any file of its workspace,
    and so one that is more secret than the code to be mended.
    """

    argvs: tuple[tuple[str, ...], ...] = ()
    seconds: float = 60.0
    refusals: tuple[str, ...] = ()
    is_told: bool = True


class CodeChecker:
    """Checks states of files; what was found is remembered by all that it depends on.

    In a workspace with too many files to look at each, what one checker found is no other's.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        programs: Programs,
        tests: TestCommands,
        memory: CheckMemory | None = None,
    ) -> None:
        self.sandbox = sandbox
        self.programs = programs
        self.tests = tests
        self._memory = CheckMemory() if memory is None else memory
        self._number = next(_NUMBERS)

    async def check(
        self, subject: Subject, files: Mapping[Path, str | None], stage: Stage
    ) -> tuple[CheckOutcome, ...]:
        """Return what the tools of one stage say of the files as they would be, none for no tool.

        Raises `SandboxUnavailableError` where nothing can be run.
        """
        question = Question(subject, files)
        key = await asyncio.to_thread(self._key, question, stage)
        return await self._memory.answer(key, lambda: self._check(question, stage))

    async def suggestions(self, subject: Subject, text: str) -> tuple[Suggestion, ...]:
        """Return the changes of a file's text that its tools suggest, each alone, in their order.

        Raises `SandboxUnavailableError` where nothing can be run.
        """
        question = Question(subject, {subject.path: text})
        found: list[Suggestion] = []
        for make in HINTS.get(subject.language, ()):
            for it in await asyncio.to_thread(make, question, self.programs):
                result = await self.sandbox.run(_job(question, it.run))
                name = it.run.program.name
                found += (Suggestion(name, changes) for changes in it.read(result))
        return tuple(dict.fromkeys(found))

    async def _check(self, question: Question, stage: Stage) -> tuple[CheckOutcome, ...]:
        if stage is Stage.PARSE:
            return (await asyncio.to_thread(_parse, question),)
        if stage is Stage.TESTS:
            return await self._run_tests(question)
        make = RUNS.get((question.subject.language, stage))
        runs = [] if make is None else await asyncio.to_thread(make, question, self.programs)
        return tuple([await self._run(question, it) for it in runs])

    async def _run(self, question: Question, run: ToolRun) -> CheckOutcome:
        version = await self._version(question, run.program)
        result = await self.sandbox.run(_job(question, run))
        trouble, problems = why_ended(result, run.limits), list[Problem]()
        if result.ending is Ending.EXITED:
            try:
                # Of a compiler behind a builder the problems are the builder's.
                problems = [replace(it, tool=run.program.name) for it in run.read(result)]
            except NoResultError as reason:
                trouble = str(reason)
        return CheckOutcome(
            run.stage,
            run.program.name,
            version,
            tuple(problems),
            result.seconds,
            run.notice,
            trouble,
        )

    async def _run_tests(self, question: Question) -> tuple[CheckOutcome, ...]:
        found = []
        limits = Limits(seconds=self.tests.seconds, processes=256)
        for argv in commands_for(self.tests.argvs, question.subject.test):
            program = self._program_of(argv[0], question.subject.root)
            if program is None:
                missing = f"{argv[0]} is not here; install it"
                name = shlex.join(argv)
                found.append(CheckOutcome(Stage.TESTS, name, "", (), 0.0, trouble=missing))
                continue
            job = SandboxJob(
                (*program.words, *argv[1:]),
                question.subject.root,
                question.subject.root,
                question.files,
                writes=True,
                readable=program.readable,
                environment=dict(program.environment),
                limits=limits,
            )
            outcome = outcome_of(argv, await self.sandbox.run(job), limits)
            found.append(outcome if self.tests.is_told else untold(outcome))
        return tuple(found)

    def _program_of(self, word: str, root: Path) -> Program | None:
        """Return the program that a command begins with: of the workspace, where it is approved."""
        if "/" not in word:
            return self.programs.find(word)
        path = root / word
        is_ours = path.is_file() and path.resolve().is_relative_to(root)
        return Program(path.name, path) if is_ours else None

    def _key(self, question: Question, stage: Stage) -> str:
        """Return what stays the same as long as the answer does: texts, files, commands."""
        subject = question.subject
        parts = [stage, str(subject.root), str(subject.path), subject.test]
        for path, text in sorted(question.files.items(), key=lambda it: it[0]):
            raw = b"" if text is None else text.encode("utf-8", "surrogatepass")
            digest = "gone" if text is None else hashlib.sha256(raw).hexdigest()
            parts += [str(path), digest]
        if stage is Stage.TESTS:
            parts += [repr(self.tests)]
        if stage is not Stage.PARSE:
            stamp = stamp_of(subject.root)
            parts += [stamp] if stamp else [str(self._number), *_beside(subject)]
        return "\0".join(parts)

    async def _version(self, question: Question, program: Program) -> str:
        known = (str(program.path), program.path.stat().st_mtime_ns)
        if known not in self._memory.versions:
            job = SandboxJob(
                (*program.words, "version" if program.name == "go" else "--version"),
                question.subject.root,
                question.subject.root,
                readable=program.readable,
                environment=dict(program.environment),
                limits=Limits(seconds=_VERSION_SECONDS),
            )
            said = await self.sandbox.run(job)
            match = _VERSION.search(f"{said.output}\n{said.errors}")
            self._memory.versions[known] = match.group() if match else ""
        return self._memory.versions[known]


def _job(question: Question, run: ToolRun) -> SandboxJob:
    # A file that is not saved yet may be meant for a folder that is not there yet.
    cwd = next(it for it in (run.cwd, *run.cwd.parents) if it.is_dir())
    return SandboxJob(
        (*run.program.words, *run.argv),
        question.subject.root,
        cwd,
        question.files,
        writes=run.writes,
        readable=run.program.readable,
        environment={**dict(run.program.environment), **dict(run.environment)},
        limits=run.limits,
    )


def _parse(question: Question) -> CheckOutcome:
    """Return the places where the grammar gives up."""
    path, text = question.subject.path, question.text
    language = language_of_file(path, text)
    if language is None:
        return CheckOutcome(Stage.PARSE, "tree-sitter", "", (), 0.0)
    tool = "tree-sitter-" + language.grammar.partition(":")[0]
    found = []
    for it in syntax_problems(parse(text, language)):
        line, column = line_and_column(text, it.span.start)
        found.append(Problem(Stage.PARSE, tool, Gravity.ERROR, "", it.message, path, line, column))
    return CheckOutcome(Stage.PARSE, tool, version_of(tool), tuple(found), 0.0)


def _beside(subject: Subject) -> Iterator[str]:
    """Yield the state of what of a large workspace is looked at: databases, the files beside."""
    places = [it for it in subject.path.parents if it.is_relative_to(subject.root)]
    names = (*DATABASES, FLAGS_FILE, "Makefile", "pyproject.toml")
    files = [folder / name for folder in places for name in names]
    if subject.path.parent.is_dir():
        files += sorted(subject.path.parent.iterdir())[:MOST_BESIDE]
    for file in files:
        try:
            status = file.stat()
        except OSError:
            continue
        yield f"{file}:{status.st_mtime_ns}:{status.st_size}"
