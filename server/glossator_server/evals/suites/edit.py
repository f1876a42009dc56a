"""Own the suite `edit`: whether a change across files comes out as it should, and by which plan.

Planner, editor and checks are the product's; what is staged is compared, and nothing is written. It
must not change a file of the user's.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from glossator_clients.errors import ModelUnavailableError
from glossator_indexer.code_tokens import code_tokens
from glossator_indexer.languages import language_of_file
from glossator_indexer.owner_client import IndexClient
from glossator_indexer.parsing import parse
from glossator_server.actions.edit import carry_out
from glossator_server.actions.planning import ROLE as PLANNER
from glossator_server.actions.planning import EditWish, plan_edit
from glossator_server.actions.workbench import EditModels, Workbench
from glossator_server.agent.plans import Plan
from glossator_server.agent.proposals import EditOutcome, EditProposal, NoEdit
from glossator_server.change_set import ChangeSet
from glossator_server.changes.diffs import diff_of
from glossator_server.errors import UsageError
from glossator_server.evals.edit_cases import change_of, edit_cases
from glossator_server.evals.hidden_indexes import SearchedTrees
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
from glossator_server.evals.wanted_changes import WantedChange
from glossator_server.evals.workspaces import PROGRAMS
from glossator_server.files import read_source
from glossator_server.policies import WorkspacePolicy
from glossator_server.prompts.fix import is_small
from glossator_server.verify.checker import Subject as CheckedSubject
from glossator_server.verify.code_checker import CodeChecker, TestCommands
from glossator_server.verify.memory import CheckMemory
from glossator_server.verify.problems import Stage

EDITOR = "edit"
_TEST_SECONDS = 60.0
_TESTS = {
    "c": ("make", "-s", "-C", "{program}", "check", "BUILD=build"),
    "python": ("python3", "-m", "unittest", "discover", "-v", "-s", "{program}"),
}


def create() -> EditSuite:
    """Return the suite, for one run."""
    return EditSuite()


@dataclass(frozen=True, slots=True)
class _Place:
    """The tree that is changed at a real path, what holds for its files, and its index."""

    root: Path
    policy: WorkspacePolicy
    index: IndexClient | None
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class _Done:
    """How an edit went: its plan, if there was one, and what came of it."""

    plan: Plan | None
    outcome: EditOutcome


class EditSuite:
    """Has files changed; follows `types.Suite`."""

    name = "edit"
    roles = (PLANNER, EDITOR)
    measures = (
        Measure(
            "right",
            "right",
            Better.HIGHER,
            MeasureKind.REFERENCE,
            "A change was shown, it is what was asked for in every file, and in no other.",
        ),
        Measure(
            "shown",
            "shown",
            Better.HIGHER,
            MeasureKind.CHECK,
            "A change was shown, so that it builds and the checks find nothing worse.",
        ),
        Measure(
            "planned",
            "right plan",
            Better.HIGHER,
            MeasureKind.REFERENCE,
            "The plan names the files that have to change, and no other.",
        ),
        Measure(
            "kept",
            "plan kept",
            Better.HIGHER,
            MeasureKind.CHECK,
            "Of changes that were shown: every file of the plan was changed.",
            when_failed=None,
        ),
        Measure(
            "steps",
            "steps",
            Better.LOWER,
            MeasureKind.CHECK,
            "How many turns the editor took for a change that was shown.",
            "turns",
            when_failed=None,
        ),
    )

    def __init__(self) -> None:
        self._trees = SearchedTrees()
        self._memory = CheckMemory()

    def cases(self, source: CaseSource) -> Sequence[Case]:
        """Return changes to be made."""
        return edit_cases(source)

    async def run(self, case: Case, subject: Subject) -> CaseResult:
        """Have one change planned and carried out as `glossator edit` does, the plan agreed to."""
        place = await self._place(case, subject)
        policy, settings = subject.policy.policy, subject.settings
        checker = await subject.means.open_checker(place.root, policy, settings, self._memory)
        workbench = Workbench(
            place.root,
            checker,
            EditModels(lending(subject, case.data_class)),
            place.policy,
            case.data_class,
            place.index,
            place.prefix,
            not_run=checker.tests.refusals,
        )
        done = await _carried_out(str(case.data["instruction"]), workbench, subject)
        return await _judged(case, done, place.root, checker)

    async def open(self, cases: Sequence[Case], subjects: Sequence[Subject]) -> None:
        """Make the index of the prepared programs, and try the sandbox.

        Raises `ModelUnavailableError` where a planner is too small to plan,
        `SandboxUnavailableError` where nothing can be checked.
        """
        for subject in subjects:
            model = await subject.model(PLANNER, cases[0].data_class)
            if is_small(model.info):
                raise ModelUnavailableError(
                    f"{model.info.id} is too small to plan an edit; list a larger model for the "
                    "role plan in config.toml, or name it: --with model=ID."
                )
            place = await self._place(cases[0], subject)
            policy, settings = subject.policy.policy, subject.settings
            await subject.means.open_checker(place.root, policy, settings, self._memory)

    async def close(self) -> None:
        """Remove what was made."""
        await self._trees.close()

    async def _place(self, case: Case, subject: Subject) -> _Place:
        if case.root != PROGRAMS and not subject.settings.index.enabled:
            root = await asyncio.to_thread(case.root.resolve)
            return _Place(root, subject.policy, None)
        searched = await self._trees.of(case, subject)
        index = searched.index if subject.configuration.retrieval else None
        return _Place(searched.root, searched.policy, index, searched.prefix)


async def _carried_out(instruction: str, workbench: Workbench, subject: Subject) -> _Done:
    options, wish = subject.settings.editing, EditWish(instruction)
    plan = await plan_edit(wish, workbench, options, lambda _: None)
    if isinstance(plan, NoEdit):
        return _Done(None, plan)
    outcome = await carry_out(wish, plan, workbench, options, lambda _: None)
    return _Done(plan, outcome)


async def _judged(case: Case, done: _Done, root: Path, checker: CodeChecker) -> CaseResult:
    wanted = frozenset(map(str, case.data["files"]))
    expected = await asyncio.to_thread(_expected, case, root)
    measures = {
        "right": 0.0,
        "shown": 0.0,
        "planned": float(done.plan is not None and (not wanted or set(done.plan.files) == wanted)),
    }
    told, task = _told(expected, root), str(case.data["instruction"])
    if not isinstance(done.outcome, EditProposal):
        return CaseResult(measures, done.outcome.attempt, told, (done.outcome.reason,), task=task)
    changes = done.outcome.changes
    trouble = await _trouble(case, changes, expected, checker)
    touched = {path for it in changes.files for path in (it.path, it.moved_from)}
    measures |= {
        "right": float(not trouble),
        "shown": 1.0,
        "kept": float(set(done.outcome.plan.files) <= touched),
        "steps": float(done.outcome.rounds),
    }
    return CaseResult(measures, diff_of(changes), told, (trouble,) if trouble else (), task=task)


async def _trouble(
    case: Case, changes: ChangeSet, expected: Mapping[str, str], checker: CodeChecker
) -> str:
    """Return why a change is not what was asked for, nothing where it is."""
    after = await asyncio.to_thread(_after, case, changes)
    if trouble := _trouble_of_words(case, changes, after):
        return trouble
    other = await asyncio.to_thread(_other_code, expected, after)
    if not other:
        return ""
    # The same can be said in other words: what tests say of it counts, where there are tests.
    failing = await _failing(case, changes, expected, checker)
    return f"{other} is not as it should be" if failing is None else failing


def _after(case: Case, changes: ChangeSet) -> dict[str, str]:
    """Return the texts of the files that a case names and of those that changed."""
    found = {}
    for path in case.data["files"]:
        try:
            found[path] = read_source(changes.root / path)
        except UsageError:
            continue
    for it in changes.files:
        if it.moved_from is not None:
            found.pop(it.moved_from, None)
        if it.after is None:
            found.pop(it.path, None)
        else:
            found[it.path] = it.after
    return found


def _trouble_of_words(case: Case, changes: ChangeSet, after: Mapping[str, str]) -> str:
    wanted = set(case.data["files"])
    beyond = sorted({it.path for it in changes.files} - wanted) if wanted else []
    if beyond:
        return f"changed {', '.join(beyond)}, which nobody asked for"
    for word in case.data["gone"]:
        shape = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")
        if left := next((path for path, text in after.items() if shape.search(text)), None):
            return f"{word} still stands in {left}"
    for it in case.data["there"]:
        if it["text"] not in after.get(it["path"], ""):
            return f"{it['text']} does not stand in {it['path']}"
    return ""


def _expected(case: Case, root: Path) -> dict[str, str]:
    """Return the files as they should become, none where nobody knows."""
    change: WantedChange | None = change_of(case)
    if change is None:
        return {}
    return {it: change.applied(read_source(root / it)) for it in case.data["files"]}


def _told(expected: Mapping[str, str], root: Path) -> str:
    lines = []
    for path, text in expected.items():
        before = read_source(root / path).split("\n")
        changed = [it for it in text.split("\n") if it not in before]
        lines += [path, *(f"+{it}" for it in changed)]
    return "\n".join(lines)


def _other_code(expected: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Return the first file whose code is another than it should be, comments aside."""
    for path, text in expected.items():
        now = after.get(path)
        if now is None or (now != text and _code(path, now) != _code(path, text)):
            return path
    return ""


def _code(path: str, text: str) -> list[str]:
    language = language_of_file(Path(path), text)
    return text.split() if language is None else code_tokens(parse(text, language))


async def _failing(
    case: Case, changes: ChangeSet, expected: Mapping[str, str], checker: CodeChecker
) -> str | None:
    """Return what the program's own tests say of a change, as they have to be after it.

    None where there are none.
    """
    program = case.data.get("program")
    if program is None:
        return None
    argv = tuple(it.format(program=program) for it in _TESTS[case.language])
    tests = TestCommands((argv,), _TEST_SECONDS)
    testing = CodeChecker(checker.sandbox, checker.programs, tests)
    hidden = {path: it for path, it in expected.items() if "test_" in path}
    files: dict[Path, str | None] = {changes.root / it.path: it.after for it in changes.files}
    files |= {changes.root / path: text for path, text in hidden.items()}
    subject = CheckedSubject(changes.root, changes.root / case.path, case.language)
    outcomes = await testing.check(subject, files, Stage.TESTS)
    if any(it.trouble for it in outcomes) or not outcomes:
        return "the tests came to no result"
    failed = [problem.message for it in outcomes for problem in it.problems]
    return f"a test fails: {failed[0]}" if failed else ""
