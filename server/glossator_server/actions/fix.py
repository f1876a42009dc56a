"""Own the action "fix": from a problem to a checked change of code, or the reason why not.

It must not know the editor, nor apply anything.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from glossator_clients.errors import PromptTooLongError
from glossator_indexer.symbols import symbol_at
from glossator_indexer.types import TextChange
from glossator_indexer.walking import generated_by_content
from glossator_server.actions.fix_question import FixQuestion
from glossator_server.actions.suggestions import suggestions_for
from glossator_server.actions.targeting import (
    MOST_TARGETS,
    Complaint,
    FixWish,
    failing_tests,
    targets_in,
    targets_of,
)
from glossator_server.actions.workshop import Workshop
from glossator_server.edits import (
    apply_to_source,
    file_edit,
    offset_of_line,
    unified_diff,
)
from glossator_server.fix_options import FixOptions
from glossator_server.proposal import Evidence, FixProposal, Verdict
from glossator_server.protected import is_protected
from glossator_server.reflection.judging import (
    REVIEWER,
    FixTask,
    baseline_of,
    evidence_of,
    judge,
    reviewed,
)
from glossator_server.reflection.loop import (
    Budget,
    Candidate,
    Means,
    Mended,
    mend,
)
from glossator_server.shortening import shortened
from glossator_server.snapshot import Snapshot
from glossator_server.verify.checker import Subject
from glossator_server.verify.problems import CheckOutcome, Gravity, Problem, Stage

_NO_TESTS = (
    "No tests could be run: list their command under [execute] in config.toml and approve it with "
    "`glossator approve`."
)
_NO_CRITIC = (
    "Whether it is mended no check here can tell, only a model, and the built-in one is not asked "
    "to judge; list a model for the role critic in config.toml."
)

# As gcc says it, and clang.
_LACKING = re.compile(
    r"^(?P<gcc>[^\s:]+): No such file or directory$|^'(?P<clang>[^']+)' file not found"
)

Report = Callable[[str], None]


class NoFixCause(StrEnum):
    """Why nothing is proposed; stable, for programs."""

    NOTHING_WRONG = "nothing-wrong"
    NO_FILE = "no-file"
    GENERATED = "generated"
    PROTECTED = "protected"
    NOT_CHECKED = "not-checked"
    NOT_FOUND = "no-fix-found"
    PROMPT_TOO_LONG = "prompt-too-long"
    NO_CRITIC = "no-critic"


@dataclass(frozen=True, slots=True)
class NoFix:
    """A problem for which nothing is proposed, with the reason as one sentence.

    `attempt` is the diff of what came nearest, which must not be applied unread; `history` has a
    line a round.
    """

    path: Path | None
    symbol: str
    cause: NoFixCause
    reason: str
    attempt: str = ""
    history: tuple[str, ...] = ()


FixOutcome = FixProposal | NoFix


async def fix(
    snapshot: Snapshot, wish: FixWish, workshop: Workshop, options: FixOptions, report: Report
) -> FixOutcome:
    """Have a problem mended, and offer the change only if the checks find less wrong than before.

    Raises a `ModelError` where the model cannot answer at all, `SandboxUnavailableError` where
    nothing can be checked.
    """
    started = time.monotonic()
    if (refusal := await _refusal(snapshot, wish, workshop)) is not None:
        return refusal
    report("checking the code as it is")
    task = await _task(snapshot, wish, workshop)
    if isinstance(task, NoFix):
        return task
    report(f"to be mended: {_in_short(task)}")
    lines = [it.line for it in task.targets if it.line and it.stage is not Stage.TESTS]
    pieces = await workshop.ask_index(snapshot, lines[0] if lines else 1, _words(task.targets))
    asking = FixQuestion(snapshot, wish, task, tuple(lines), tuple(pieces), workshop.root, options)
    means = Means(
        workshop.models.generator,
        workshop.models.critic,
        workshop.checker,
        asking.request,
        await suggestions_for(task, workshop.checker),
        options.prompt,
        options.critic_prompt,
    )
    budget = Budget(options.rounds, options.seconds, options.tokens)
    try:
        mended = await mend(task, means, budget, report)
    except PromptTooLongError as trouble:
        return _no_fix(snapshot, task, NoFixCause.PROMPT_TOO_LONG, str(trouble))
    if mended.best is None:
        return _not_found(snapshot, task, mended)
    proposal = _proposal(task, mended.best, mended)
    writer = mended.model if mended.best.round else None
    cut = () if writer is None else asking.notices(writer)
    return replace(
        proposal,
        symbol=_symbol_of(snapshot, task),
        edits=(file_edit(snapshot, mended.best.changes),),
        notices=(*cut, *workshop.not_run),
        seconds=time.monotonic() - started,
    )


async def check_again(
    proposal: FixProposal, snapshot: Snapshot, changes: tuple[TextChange, ...], workshop: Workshop
) -> FixProposal | None:
    """Return a proposal as its changes fare in a newer text, None where they may not be offered.

    What a critic said of them stands: they are the same changes.
    """
    subject = _subject(snapshot, workshop)
    baseline, misread = await baseline_of(workshop.checker, subject, snapshot.text)
    known = {it.identity: it for one in baseline for it in one.problems}
    reviewed_before = [
        Problem(Stage.REVIEW, REVIEWER, Gravity.ERROR, it[2], it[3])
        for it in proposal.mends
        if it[0] == Stage.REVIEW
    ]
    if reviewed_before:
        said = CheckOutcome(Stage.REVIEW, REVIEWER, "", tuple(reviewed_before), 0.0)
        baseline += (said,)
    targets = (*(known[it] for it in proposal.mends if it in known), *reviewed_before)
    name = subject.path.relative_to(subject.root).as_posix()
    task = FixTask(subject, snapshot.source, name, targets, baseline, snapshot.data_class, misread)
    after = await asyncio.to_thread(apply_to_source, snapshot.source, changes)
    judgement = await judge(workshop.checker, task, after)
    judgement = reviewed(task, judgement, resolved=True)
    if not targets or not judgement.may_be_offered(task):
        return None
    critics = tuple(it for it in proposal.evidence if it.check == "critic")
    return replace(
        proposal,
        edits=(file_edit(snapshot, changes),),
        evidence=(*evidence_of(task, judgement), *critics),
    )


async def _refusal(snapshot: Snapshot, wish: FixWish, workshop: Workshop) -> NoFix | None:
    def refused(cause: NoFixCause, reason: str) -> NoFix:
        return NoFix(snapshot.path, "", cause, reason)

    if snapshot.path is None:
        return refused(NoFixCause.NO_FILE, "The text has no file; save it first.")
    name = snapshot.path.name
    if is_protected(snapshot.path):
        return refused(
            NoFixCause.PROTECTED, f"{name} is never changed by a model; mend it by hand."
        )
    if generated_by_content(snapshot.text):
        reason = f"{name} says that a program wrote it; mend what it is generated from."
        return refused(NoFixCause.GENERATED, reason)
    if wish.finding is not None and await workshop.models.critic() is None:
        return refused(NoFixCause.NO_CRITIC, _NO_CRITIC)
    return None


def _subject(snapshot: Snapshot, workshop: Workshop, test: str = "") -> Subject:
    path = (snapshot.path or Path()).resolve()
    return Subject(workshop.root.resolve(), path, snapshot.source.language.id, test)


async def _task(snapshot: Snapshot, wish: FixWish, workshop: Workshop) -> FixTask | NoFix:
    """Return what is to be mended, or why there is nothing, or nothing that can be checked."""
    subject = _subject(snapshot, workshop, wish.test)
    baseline, misread = await baseline_of(workshop.checker, subject, snapshot.text)
    if not any(it.stage is Stage.COMPILE and not it.trouble for it in baseline):
        reason = _why_unchecked(baseline, snapshot.source.language.id)
        return NoFix(snapshot.path, "", NoFixCause.NOT_CHECKED, reason)
    targets = _targets(wish, baseline, subject)
    if (lacking := _lacking_header(wish, baseline, targets)) is not None:
        return NoFix(snapshot.path, "", NoFixCause.NOT_CHECKED, lacking)
    finding = wish.finding
    if wish.text and not wish.test and not wish.complaints and finding is None:
        # It is a person's finding, which a critic has to judge: what programs find may be another.
        if await workshop.models.critic() is not None:
            finding = Complaint(wish.text, wish.lines.start if wish.lines else 1, 1)
        elif not targets:
            return NoFix(snapshot.path, "", NoFixCause.NO_CRITIC, _NO_CRITIC)
    if finding is not None:
        problem = _as_problem(finding)
        baseline += (CheckOutcome(Stage.REVIEW, REVIEWER, "", (problem,), 0.0),)
        targets = (problem,)
    if not targets:
        return _nothing(snapshot, wish, baseline, workshop)
    name = subject.path.relative_to(subject.root).as_posix()
    return FixTask(subject, snapshot.source, name, targets, baseline, snapshot.data_class, misread)


def _targets(
    wish: FixWish, baseline: Sequence[CheckOutcome], subject: Subject
) -> tuple[Problem, ...]:
    if wish.finding is not None:
        return ()
    if wish.test:
        return failing_tests(baseline, wish.test)
    if wish.complaints:
        return targets_of(baseline, wish.complaints, subject.path)
    found = targets_in(baseline, wish.lines, subject.path)
    if wish.lines is not None or any(it.gravity is Gravity.ERROR for it in found):
        return found
    # Who names a file wants its tests to pass, before anything else is tidied up.
    return (*failing_tests(baseline, ""), *found)[:MOST_TARGETS]


def _lacking_header(
    wish: FixWish, baseline: Sequence[CheckOutcome], targets: Sequence[Problem]
) -> str | None:
    """Return why a compiler that lacks a header can check nothing, None where that is the wish.

    Compilers end there: what follows was not looked at.
    """
    missing = [
        (problem, it.tool, match.group(match.lastgroup or 0))
        for it in baseline
        if it.stage is Stage.COMPILE
        for problem in it.problems
        if (match := _LACKING.search(problem.message)) is not None
    ]
    is_meant = wish.lines is not None or bool(wish.complaints)
    if not missing or (is_meant and any(it in targets for it, _, _ in missing)):
        return None
    problem, tool, name = missing[0]
    where = f"{problem.path.name}, line {problem.line}" if problem.path else "the code"
    return (
        f"{tool} does not find {name} ({where}), so it checks nothing after that; say where its "
        "headers are in compile_commands.json or compile_flags.txt, or name that line to mend it."
    )


def _nothing(
    snapshot: Snapshot, wish: FixWish, baseline: Sequence[CheckOutcome], workshop: Workshop
) -> NoFix:
    tools = ", ".join(dict.fromkeys(it.tool for it in baseline if not it.trouble))
    if wish.complaints:
        first = wish.complaints[0]
        reason = (
            f"No check here sees “{first.message}” on line {first.first_line} (asked: {tools}), so "
            "no fix of it could be verified; install the tool that reports it."
        )
        return NoFix(snapshot.path, "", NoFixCause.NOT_CHECKED, reason)
    if wish.test:
        if not any(it.stage is Stage.TESTS for it in baseline):
            reason = workshop.not_run[0] if workshop.not_run else _NO_TESTS
            return NoFix(snapshot.path, "", NoFixCause.NOT_CHECKED, reason)
        return NoFix(snapshot.path, "", NoFixCause.NOTHING_WRONG, f"{wish.test} does not fail.")
    where = "here" if wish.lines is not None else f"in {(snapshot.path or Path()).name}"
    reason = f"Nothing is wrong {where}, as far as {tools} can tell."
    return NoFix(snapshot.path, "", NoFixCause.NOTHING_WRONG, reason)


def _why_unchecked(baseline: Sequence[CheckOutcome], language: str) -> str:
    troubled = [it for it in baseline if it.stage is Stage.COMPILE and it.trouble]
    if troubled:
        return f"{troubled[0].tool} came to no result: {troubled[0].trouble.rstrip('.')}."
    return (
        f"There is no compiler or checker for {language} here, so no fix could be verified; "
        "install one, and see `glossator doctor`."
    )


def _as_problem(finding: Complaint) -> Problem:
    gravity = Gravity.ERROR if finding.is_error else Gravity.WARNING
    return Problem(
        Stage.REVIEW, REVIEWER, gravity, finding.code, finding.message, None, finding.first_line
    )


def _words(targets: Sequence[Problem]) -> str:
    return " ".join(it.message for it in targets)[:400]


def _not_found(snapshot: Snapshot, task: FixTask, mended: Mended) -> NoFix:
    attempt = ""
    if mended.attempt is not None:
        attempt = unified_diff(task.name, snapshot.text, mended.attempt.after.text)
    reason = f"No fix was found for {_in_short(task)}: {mended.reason.rstrip('.')}."
    return NoFix(
        snapshot.path,
        _symbol_of(snapshot, task),
        NoFixCause.NOT_FOUND,
        reason,
        attempt,
        mended.history,
    )


def _no_fix(snapshot: Snapshot, task: FixTask, cause: NoFixCause, reason: str) -> NoFix:
    return NoFix(snapshot.path, _symbol_of(snapshot, task), cause, reason)


def _proposal(task: FixTask, best: Candidate, mended: Mended) -> FixProposal:
    spent, info = mended.spending, mended.model if best.round else None
    return FixProposal(
        title=f"Fix {_title(task)}",
        symbol="",
        edits=(),
        evidence=(*evidence_of(task, best.judgement), *_critics_evidence(best, mended.critic)),
        model=best.author,
        route=_route(mended) if info is None else info.route,
        why="" if info is None else info.why,
        notices=(),
        rounds=mended.rounds,
        prompt_tokens=spent.prompt_tokens,
        completion_tokens=spent.completion_tokens,
        answer_seconds=spent.answer_seconds,
        cost=spent.cost,
        seconds=0.0,
        history=mended.history,
        mends=tuple(it.identity for it in task.targets),
        review=None if best.verdict is None else best.verdict.words or "approved",
    )


def _route(mended: Mended) -> str:
    return "no answer of a model was used" if mended.spending.calls else "no model was asked"


def _critics_evidence(best: Candidate, critic: str) -> tuple[Evidence, ...]:
    if best.verdict is None:
        return ()
    words = best.verdict.words or ("approved" if best.is_approved else "not approved")
    verdict = Verdict.PASSED if best.is_approved else Verdict.FAILED
    return (Evidence("critic", critic, "", "", words, verdict),)


def _title(task: FixTask) -> str:
    return f"“{shortened(task.targets[0].message, 60)}”{_and_more(task)}"


def _in_short(task: FixTask) -> str:
    first = task.targets[0]
    where = f" on line {first.line}" if first.line else ""
    return f"“{shortened(first.message, 120)}”{where}{_and_more(task)}"


def _and_more(task: FixTask) -> str:
    return f" and {len(task.targets) - 1} more" if len(task.targets) > 1 else ""


def _symbol_of(snapshot: Snapshot, task: FixTask) -> str:
    line = task.targets[0].line
    offset = offset_of_line(snapshot.text, line) if line else None
    symbol = None if offset is None else symbol_at(snapshot.source, offset)
    return "" if symbol is None else symbol.qualified_name
