"""Own the suite `fix`: whether a fault is mended, whether anything is worse, and at what price.

The checks decide, in the sandbox, and what they say of the text before the fault. It must not write
to a user's file: a fault is in the text that is checked, never on the disk.
"""

from __future__ import annotations

import asyncio
import difflib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from glossator_indexer.languages import language_of_file
from glossator_indexer.parsing import parse
from glossator_indexer.records import ContextPiece, PiecesQuery
from glossator_server.actions.fix import FixOutcome, NoFix, NoFixCause, fix
from glossator_server.actions.targeting import FixWish
from glossator_server.actions.workshop import Models, Workshop
from glossator_server.edits import apply_changes
from glossator_server.errors import UsageError
from glossator_server.evals.fix_cases import Broken, broken, fix_cases, program_folder
from glossator_server.evals.lending import lending
from glossator_server.evals.types import (
    Better,
    Case,
    CaseResult,
    CaseSource,
    Measure,
    MeasureKind,
    Subject,
)
from glossator_server.evals.workspaces import PROGRAMS, CopiedFile, lay_out, prepared_files
from glossator_server.indexes import IndexedPlace
from glossator_server.snapshot import Snapshot
from glossator_server.verify.checker import Subject as CheckedSubject
from glossator_server.verify.code_checker import CodeChecker, TestCommands
from glossator_server.verify.memory import CheckMemory
from glossator_server.verify.problems import (
    CheckOutcome,
    Gravity,
    Problem,
    Stage,
    believed,
    difference,
    misread,
)

_STAGES = (Stage.PARSE, Stage.COMPILE, Stage.LINT, Stage.TYPES, Stage.TESTS)
# What is wrong there is wrong for everybody; a linter's opinion is not.
_FIRM = frozenset({Stage.PARSE, Stage.COMPILE, Stage.TESTS})
_TEST_SECONDS = 30.0
_LEFT_OUT: Mapping[NoFixCause, str] = {
    NoFixCause.NOTHING_WRONG: "no check on this machine notices the fault, so it counts nowhere",
    NoFixCause.NOT_CHECKED: "this machine cannot check the file, so the fault counts nowhere",
}


@dataclass(frozen=True, slots=True)
class _Bench:
    """What a case is done with: the root of its files, the file itself, its checks."""

    root: Path
    path: Path
    checker: CodeChecker
    not_run: tuple[str, ...]


def create() -> FixSuite:
    """Return the suite, for one run."""
    return FixSuite()


class FixSuite:
    """Mends faults; follows `types.Suite`."""

    name = "fix"
    roles = ("fix",)
    measures = (
        Measure(
            "fixed",
            "fixed",
            Better.HIGHER,
            MeasureKind.REFERENCE,
            "A change was shown, and with it the checks find no error more than before the fault.",
        ),
        Measure(
            "never_worse",
            "never worse",
            Better.HIGHER,
            MeasureKind.CHECK,
            "Nothing was shown, or a change with which no check finds anything new.",
            when_failed=1.0,
        ),
        Measure(
            "same",
            "as it was",
            Better.HIGHER,
            MeasureKind.REFERENCE,
            "The change restores the text as it was before the fault, white space aside.",
        ),
        Measure(
            "rounds",
            "rounds",
            Better.LOWER,
            MeasureKind.CHECK,
            "How often a model was asked for a change that was shown; 0 where a tool mended it.",
            when_failed=None,
        ),
        Measure(
            "size",
            "lines changed",
            Better.LOWER,
            MeasureKind.CHECK,
            "How many lines a change that was shown adds and takes away.",
            "lines",
            when_failed=None,
        ),
    )

    def __init__(self) -> None:
        self._memory = CheckMemory()

    def cases(self, source: CaseSource) -> Sequence[Case]:
        """Return faults; raises `UsageError` where there are none."""
        return fix_cases(source)

    async def run(self, case: Case, subject: Subject) -> CaseResult:
        """Have one fault mended as `glossator fix` does it."""
        fault = await asyncio.to_thread(broken, case)
        bench = await self._bench(case, fault, subject)
        try:
            outcome = await self._mended(case, fault, bench, subject)
            if isinstance(outcome, NoFix):
                return _without(outcome, fault)
            after = apply_changes(fault.text, outcome.edits[0].changes)
            return await _judged(case, fault, after, outcome.rounds, bench)
        finally:
            if program_folder(case) is not None:
                await asyncio.to_thread(shutil.rmtree, bench.root, ignore_errors=True)

    async def open(self, cases: Sequence[Case], subjects: Sequence[Subject]) -> None:
        """Try the sandbox; raises `SandboxUnavailableError` where nothing can be checked."""
        for subject in subjects:
            policy, settings = subject.policy.policy, subject.settings
            await subject.means.open_checker(cases[0].root, policy, settings, self._memory)

    async def close(self) -> None:
        """Hold nothing."""

    async def _bench(self, case: Case, fault: Broken, subject: Subject) -> _Bench:
        program = program_folder(case)
        root = case.root.resolve()
        path = root / case.path
        if program is not None:
            scratch = await asyncio.to_thread(subject.scratch.resolve)
            await asyncio.to_thread(_lay_out_broken, case, fault, scratch)
            root, path = scratch / program.relative_to(PROGRAMS), scratch / case.path
        policy, settings = subject.policy.policy, subject.settings
        checker = await subject.means.open_checker(root, policy, settings, self._memory)
        if program is not None:
            # Ours, shipped with the package and run in the sandbox: nobody has to approve them.
            tests = TestCommands((tuple(case.data["tests"]),), _TEST_SECONDS)
            checker = CodeChecker(checker.sandbox, checker.programs, tests)
        return _Bench(root, path, checker, checker.tests.refusals)

    async def _mended(
        self, case: Case, fault: Broken, bench: _Bench, subject: Subject
    ) -> FixOutcome:
        place = None
        if subject.configuration.retrieval and program_folder(case) is None:
            # As the command does: none is started, and words do not wait for one.
            place = subject.indexes.place(bench.path)

        async def ask_index(about: Snapshot, line: int, text: str) -> Sequence[ContextPiece]:  # noqa: ARG001
            return await _pieces(place, line, text)

        models = Models(lending(subject, case.data_class))
        workshop = Workshop(bench.root, bench.checker, models, ask_index, bench.not_run)
        wish = FixWish(test=str(case.data.get("test", "")))
        snapshot = _snapshot(case, fault, bench, subject)
        return await fix(snapshot, wish, workshop, subject.settings.fixing, lambda _: None)


async def _pieces(place: IndexedPlace | None, line: int, text: str) -> Sequence[ContextPiece]:
    """Return what an index knows, without the file itself: there the fault is not made."""
    if place is None:
        return ()
    found = await place.client.pieces(PiecesQuery(place.path, line, text))
    return [it for it in found if it.path != place.path]


def _snapshot(case: Case, fault: Broken, bench: _Bench, subject: Subject) -> Snapshot:
    language = subject.settings.language(language_of_file(bench.path, fault.text))
    if language is None:
        raise UsageError(f"{case.path} is in no language that Glossator knows; mend the case.")
    source = parse(fault.text, language)
    snapshot = Snapshot(bench.path.as_uri(), bench.path, None, source)
    if program_folder(case) is None:
        return subject.policy.admitted(snapshot)
    return replace(snapshot, data_class=case.data_class)


def _without(outcome: NoFix, fault: Broken) -> CaseResult:
    """Return the result of a fault for which nothing was shown."""
    if (why := _LEFT_OUT.get(outcome.cause)) is not None:
        return CaseResult(checks=(why, outcome.reason))
    measures = {"fixed": 0.0, "never_worse": 1.0, "same": 0.0}
    said = (outcome.reason, *outcome.history)
    return CaseResult(measures, "", _diff(fault.text, fault.right), said)


async def _judged(case: Case, fault: Broken, after: str, rounds: int, bench: _Bench) -> CaseResult:
    language = language_of_file(bench.path, after)
    subject = CheckedSubject(
        bench.root,
        bench.path,
        "" if language is None else language.id,
        str(case.data.get("test", "")),
    )
    faulty = await _problems(bench.checker, subject, fault.text)
    now = await _problems(bench.checker, subject, after)
    right = [] if fault.right is None else await _problems(bench.checker, subject, fault.right)
    beside_right = difference(right, now).new
    left = [it for it in beside_right if _is_firm(it)]
    # A compiler that gave up at the fault says only now what was wrong before it, too.
    worse = [it for it in difference(faulty, now).new if it in beside_right]
    shown = _diff(fault.text, after)
    measures = {
        "fixed": float(not left),
        "never_worse": float(not worse),
        "same": float(fault.right is not None and fault.right.split() == after.split()),
        "rounds": float(rounds),
        "size": float(_size(shown)),
    }
    said = tuple(f"still wrong: {it.message}" for it in left)
    said += tuple(f"new: {it.message}" for it in worse)
    wanted = _diff(fault.text, fault.right)
    task = f"{case.path} is broken. What a person would change:\n{wanted}"
    return CaseResult(measures, shown, wanted, said, task=task)


async def _problems(checker: CodeChecker, subject: CheckedSubject, text: str) -> list[Problem]:
    """Return what the checks of all stages say of a text, but for what a grammar misreads."""
    found: list[CheckOutcome] = []
    for stage in _STAGES:
        found += await checker.check(subject, {subject.path: text}, stage)
    return [problem for it in believed(found, misread(found)) for problem in it.problems]


def _is_firm(problem: Problem) -> bool:
    return problem.stage in _FIRM and problem.gravity is Gravity.ERROR


def _diff(before: str, after: str | None) -> str:
    """Return what changes, as people read it; nothing where nobody knows the right text."""
    if after is None:
        return ""
    lines = difflib.unified_diff(before.split("\n"), after.split("\n"), "", "", lineterm="", n=2)
    return "\n".join(list(lines)[2:])


def _size(diff: str) -> int:
    return sum(it.startswith(("+", "-")) for it in diff.split("\n"))


def _lay_out_broken(case: Case, fault: Broken, folder: Path) -> None:
    lay_out(prepared_files(str(case.data["program"])), folder)
    lay_out([CopiedFile(case.path, fault.text)], folder)
