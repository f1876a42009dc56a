"""Own the judgement of a set of changes: what compilers, linters and tests say before and after.

Whoever uses a name whose declaration changes is checked too. It must not ask a model.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from glossator_indexer.languages import language_of_file
from glossator_indexer.parsing import ParsedSource, parse
from glossator_indexer.symbols import all_symbols
from glossator_server.agent.files_seen import Patience, SeenFiles, patiently
from glossator_server.agent.staging import Staging
from glossator_server.change_set import ChangeSet, FileChange
from glossator_server.proposal import Evidence, Verdict
from glossator_server.reflection.guards import left_behind
from glossator_server.reflection.judging import sentence
from glossator_server.reflection.scores import Touched, introduced, touched_by
from glossator_server.verify.checker import Checker, Subject
from glossator_server.verify.problems import (
    CheckOutcome,
    Gravity,
    Problem,
    Stage,
    believed,
    misread,
)

# Each is compiled twice.
MOST_AFFECTED = 20
MOST_TOLD = 12
_FIRST = (Stage.PARSE, Stage.COMPILE)
_LATER = (Stage.LINT, Stage.TYPES)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Checked:
    """A file as the checks see it: before and after a change, which for most are the same.

    `before` is None for a new file. `subject` names the file as it is after, `origin` before.
    """

    subject: Subject
    origin: Subject | None
    before: ParsedSource | None
    after: ParsedSource
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Affected:
    """Files that use what changes; `more` were not taken, and `is_all` says if all were sought."""

    files: tuple[Checked, ...] = ()
    more: int = 0
    is_all: bool = True

    @property
    def notices(self) -> tuple[str, ...]:
        """Return sentences about what is not checked."""
        found = []
        if self.more:
            found.append(f"{self.more} more files use what changes and were not compiled")
        if not self.is_all:
            found.append("not all files were looked at in the time for uses of what changes")
        return tuple(found)


@dataclass(frozen=True, slots=True)
class SetJudgement:
    """What is said of a set of changes.

    `introduced` are the problems that are there because of it, `objections` are sentences about
    what no tool sees; `unchecked` are sentences about files that nobody checked.
    """

    evidence: tuple[Evidence, ...] = ()
    introduced: tuple[Problem, ...] = ()
    objections: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    mended: int = 0

    @property
    def may_be_offered(self) -> bool:
        """Tell whether nothing is worse than it was."""
        return not self.introduced and not self.objections

    def words(self, root: Path) -> tuple[str, ...]:
        """Return what is wrong, as sentences."""
        told = [_placed(it, root) for it in self.introduced[:MOST_TOLD]]
        if (more := len(self.introduced) - MOST_TOLD) > 0:
            told.append(f"{more} more like these")
        return (*self.objections, *told)


@dataclass(frozen=True, slots=True)
class Judge:
    """Checks the changes of one workspace."""

    checker: Checker
    root: Path

    async def judge(
        self, changes: ChangeSet, others: Sequence[Checked] = (), left: Sequence[str] = ()
    ) -> SetJudgement:
        """Return what the checks say of changes, and of others' files with them.

        `left` says what is left behind without its definition. Raises `SandboxUnavailableError`
        where nothing can be run.
        """
        files = [it for change in changes.files if (it := _checked(self.root, change)) is not None]
        objections = await asyncio.to_thread(lambda: (*_objections(changes, files), *left))
        if objections:
            return SetJudgement(objections=objections)
        texts = changes.texts()
        tally = _Tally()
        for it in (*files, *others):
            await self._stages(it, texts, _FIRST, tally)
        if not tally.introduced:
            for it in files:
                await self._stages(it, texts, _LATER, tally)
            await self._tests(changes, files or list(others), texts, tally)
        return tally.judgement()

    async def _stages(
        self,
        file: Checked,
        texts: Mapping[Path, str | None],
        stages: Sequence[Stage],
        tally: _Tally,
    ) -> None:
        before: list[CheckOutcome] = []
        after: list[CheckOutcome] = []
        for stage in stages:
            if file.origin is not None and file.before is not None:
                as_it_was = {file.origin.path: file.before.text}
                before += await self.checker.check(file.origin, as_it_was, stage)
            now = {**texts, file.subject.path: file.after.text}
            after += await self.checker.check(file.subject, now, stage)
        tally.count(file, before, after, stages)

    async def _tests(
        self,
        changes: ChangeSet,
        files: Sequence[Checked],
        texts: Mapping[Path, str | None],
        tally: _Tally,
    ) -> None:
        gone = [it for it in changes.files if it.after is None or it.moved_from is not None]
        if not files and not gone:
            return
        as_it_was = {it.origin.path: it.before.text for it in files if it.origin and it.before}
        now = {**texts, **{it.subject.path: it.after.text for it in files}}
        # Which file is meant says nothing here: the commands are those of the workspace.
        subject = Subject(self.root, self.root / changes.files[0].path, "")
        before = await self.checker.check(subject, as_it_was, Stage.TESTS)
        after = await self.checker.check(subject, now, Stage.TESTS)
        tally.count_tests(before, after)


class _Tally:
    """Adds up what checks say, by kind and tool."""

    def __init__(self) -> None:
        self.introduced: list[Problem] = []
        self._unchecked: list[str] = []
        self._before: dict[tuple[Stage, str, str], list[CheckOutcome]] = {}
        self._after: dict[tuple[Stage, str, str], list[CheckOutcome]] = {}

    def count(
        self,
        file: Checked,
        before: Sequence[CheckOutcome],
        after: Sequence[CheckOutcome],
        stages: Sequence[Stage],
    ) -> None:
        not_read = misread(before)
        before, after = believed(before, not_read), believed(after, not_read or misread(after))
        if file.origin is not None and file.origin.path != file.subject.path:
            before = [_at(it, file.origin.path, file.subject.path) for it in before]
        touched = _touched(file)
        self.introduced += introduced(before, after, touched)
        self._note(before, after)
        name = file.subject.path.name
        compiled = [it for it in after if it.stage is Stage.COMPILE]
        if Stage.COMPILE in stages and file.is_changed:
            if not compiled:
                self._unchecked.append(f"nothing here compiles or checks {name}")
            self._unchecked += [
                f"{it.tool} came to no result for {name}: {it.trouble.rstrip('.')}"
                for it in compiled
                if it.trouble
            ]
        heard = {(it.stage, it.tool) for it in before if not it.trouble}
        self.introduced += [
            Problem(
                it.stage, it.tool, Gravity.ERROR, "", f"no result: {it.trouble}", file.subject.path
            )
            for it in after
            if it.trouble and (it.stage, it.tool) in heard
        ]

    def count_tests(self, before: Sequence[CheckOutcome], after: Sequence[CheckOutcome]) -> None:
        self.introduced += introduced(before, after, Touched())
        self._note(before, after)

    def judgement(self) -> SetJudgement:
        mended = sum(len(it.problems) for ones in self._before.values() for it in ones) - sum(
            len(it.problems) for ones in self._after.values() for it in ones
        )
        return SetJudgement(
            evidence=tuple(self._evidence(key) for key in self._after),
            introduced=tuple(dict.fromkeys(self.introduced)),
            unchecked=tuple(dict.fromkeys(self._unchecked)),
            mended=max(0, mended),
        )

    def _note(self, before: Iterable[CheckOutcome], after: Iterable[CheckOutcome]) -> None:
        for into, outcomes in ((self._before, before), (self._after, after)):
            for it in outcomes:
                into.setdefault((it.stage, it.tool, it.version), []).append(it)

    def _evidence(self, key: tuple[Stage, str, str]) -> Evidence:
        stage, tool, version = key
        new = [it for it in self.introduced if (it.stage, it.tool) == (stage, tool)]
        after = _count(self._after[key])
        return Evidence(
            check=stage,
            tool=tool,
            version=version,
            before=_count(self._before.get(key, [])),
            after=f"{after}, new: {sentence(new[0])}" if new else after,
            verdict=Verdict.FAILED if new else Verdict.PASSED,
        )


async def affected_by(changes: ChangeSet, staging: Staging, files: SeenFiles) -> Affected:
    """Return the files that use names whose declaration changes."""
    patience = Patience()
    return await patiently(lambda: _affected(changes, staging, files, patience), patience)


def _affected(
    changes: ChangeSet, staging: Staging, files: SeenFiles, patience: Patience
) -> Affected:
    names = set(_changed_names(changes))
    if not names:
        return Affected()
    own = {it.path for it in changes.files} | {it.moved_from for it in changes.files}
    found: list[Checked] = []
    more = 0
    for path, text in files.holding(staging, sorted(names), patience):
        if path in own:
            continue
        place = changes.root / path
        if names.isdisjoint(_WORD.findall(text)):
            continue
        language = language_of_file(place, text)
        if language is None:
            continue
        if len(found) >= MOST_AFFECTED:
            more += 1
            continue
        source = parse(text, language)
        subject = Subject(changes.root, place, language.id)
        found.append(Checked(subject, subject, source, source, is_changed=False))
    return Affected(tuple(found), more, is_all=not patience.was_short)


def _changed_names(changes: ChangeSet) -> Iterator[str]:
    """Yield the names of what is declared otherwise than before, or no longer."""
    for change in changes.files:
        before = _heads(changes.root / (change.moved_from or change.path), change.before)
        after = _heads(changes.root / change.path, change.after)
        yield from (name for name, head in before.items() if after.get(name) != head)
        # What a file is called is what others include and import.
        if change.moved_from is not None or change.after is None:
            yield Path(change.moved_from or change.path).stem


def _heads(path: Path, text: str | None) -> dict[str, str]:
    language = None if text is None else language_of_file(path, text)
    if text is None or language is None:
        return {}
    heads: dict[str, str] = {}
    for it in all_symbols(parse(text, language)):
        if it.name:
            # Of a type, the members are what others use.
            span = it.signature if it.return_type is not None else it.extent
            heads[it.name] = " ".join(text[span.start : span.end].split())
    return heads


def _checked(root: Path, change: FileChange) -> Checked | None:
    if change.after is None:
        return None
    place = root / change.path
    language = language_of_file(place, change.after)
    if language is None:
        return None
    subject = Subject(root, place, language.id)
    origin = None
    if change.before is not None:
        origin = Subject(root, root / (change.moved_from or change.path), language.id)
    return Checked(
        subject,
        origin,
        None if change.before is None else parse(change.before, language),
        parse(change.after, language),
        is_changed=True,
    )


def _objections(changes: ChangeSet, files: Sequence[Checked]) -> Iterator[str]:
    for it in files:
        if (hole := left_behind(it.before, it.after)) is not None:
            yield f"{it.subject.path.relative_to(changes.root).as_posix()}: {hole}"


def _touched(file: Checked) -> Touched:
    if not file.is_changed:
        return Touched()
    return touched_by("" if file.before is None else file.before.text, file.after)


def _at(outcome: CheckOutcome, old: Path, new: Path) -> CheckOutcome:
    """Return what was said of a file as if it had been called what it is called now."""
    problems = tuple(replace(it, path=new) if it.path == old else it for it in outcome.problems)
    return replace(outcome, problems=problems)


def _placed(problem: Problem, root: Path) -> str:
    path = problem.path
    where = ""
    if path is not None and path.is_relative_to(root):
        where = f"{path.relative_to(root).as_posix()}, "
    return f"{where}{sentence(problem)}"


def _count(outcomes: Sequence[CheckOutcome]) -> str:
    problems = [problem for it in outcomes for problem in it.problems]
    errors = sum(it.gravity is Gravity.ERROR for it in problems)
    warnings = len(problems) - errors
    troubles = sum(bool(it.trouble) for it in outcomes)
    what = "failing test" if outcomes and outcomes[0].stage is Stage.TESTS else "error"
    counted = ((errors, what), (warnings, "warning"), (troubles, "run without a result"))
    told = [f"{n} {name}{'s' if n != 1 else ''}" for n, name in counted if n]
    return ", ".join(told) or ("nothing wrong" if outcomes else "not run")
