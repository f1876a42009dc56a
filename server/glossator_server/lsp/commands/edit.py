"""Own `glossator.edit`: an instruction, from the command over the plan to changed files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from glossator_server.actions.edit import carry_out, check_changes, paths_allowed
from glossator_server.actions.instructions import (
    check_is_filled_in,
    instructed_symbol,
    instruction_at,
    text_without,
)
from glossator_server.actions.planning import EditWish, plan_edit
from glossator_server.actions.understanding import check_text
from glossator_server.agent.proposals import EditProposal, NoEdit
from glossator_server.change_set import ChangeSet, FileChange
from glossator_server.errors import UsageError
from glossator_server.lsp.commands.arguments import (
    Target,
    lines_of,
    read_object,
    read_target,
    snapshot_of,
)
from glossator_server.lsp.jobs import JobReport, run_job
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.places import inner_path
from glossator_server.lsp.planning import agreed_plan
from glossator_server.lsp.proposals import CheckAgain, Failing, OfferedChange
from glossator_server.lsp.reviewing import offer_change
from glossator_server.lsp.sending import require_edits
from glossator_server.lsp.uris import path_of
from glossator_server.lsp.workbenches import open_texts_of, open_workbench
from glossator_server.proposal import Proposal
from glossator_server.protected import is_protected
from glossator_server.shortening import shortened

_KEYS = frozenset({"uri", "version", "range", "symbol", "text"})
_TITLE_CHARACTERS = 50


@dataclass(frozen=True, slots=True)
class InstructionLine:
    """A text with the line of an instruction, and the same without it."""

    path: Path
    text: str
    without: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, and the instruction's line that goes with it, where it stands in one."""

    wish: EditWish
    line: InstructionLine | None = None


async def edit(ls: GlossatorServer, arguments: Sequence[object]) -> dict[str, int]:
    """Start a job that makes a change which a text asks for; answer with the job's number."""
    argument = read_object(arguments, _KEYS)
    text = argument.get("text")
    if not isinstance(text, str):
        raise UsageError("The command needs `text`, the change that you want in your words.")
    check_text(text)
    target = read_target(arguments, _KEYS) if argument.get("uri") is not None else None
    asked = asked_for(ls, text, target)
    title = f"Edit: {shortened(text, _TITLE_CHARACTERS)}"

    async def work(report: JobReport) -> str:
        return await write_change(ls, asked, report)

    key = f"edit {argument.get('uri')} {argument.get('symbol')} {text}"
    job = ls.session.jobs.start(title, key, lambda number: run_job(ls, number, title, work))
    ls.tie_to_request(job)
    return {"job": job.id}


def asked_for(ls: GlossatorServer, text: str, target: Target | None) -> Asked:
    """Return what a text asks for, with the place that it is about as far as one is named."""
    check_is_filled_in(text)
    if target is None:
        return Asked(EditWish(text))
    path = path_of(target.uri)
    if path is None:
        raise UsageError("The text has no file; save it first, so that it can be checked.")
    if (instructed := _instructed(ls, text, target, path)) is not None:
        return instructed
    if target.range is None and target.symbol is None:
        return Asked(EditWish(text, path))
    snapshot = snapshot_of(ls, target)
    return Asked(EditWish(text, path, target.symbol or "", lines_of(target, snapshot)))


def _instructed(ls: GlossatorServer, text: str, target: Target, path: Path) -> Asked | None:
    """Return what a comment line asks for, None where the range is on no such line."""
    document = ls.session.documents.get(target.uri)
    if document is None or target.range is None or target.version not in (None, document.version):
        return None
    offset = ls.documents.positions(target.uri, document.text).offset(target.range.start)
    instruction = instruction_at(document.text, offset)
    if instruction is None or instruction.text != text:
        return None
    snapshot = document.snapshot(ls.session.settings.document)
    symbol = None if snapshot is None else instructed_symbol(snapshot, instruction)
    name = "" if symbol is None else symbol.qualified_name
    wish = EditWish(text, path, name)
    if instruction.removal is None or is_protected(path):
        return Asked(wish)
    without = text_without(document.text, instruction.removal, document.language)
    return Asked(wish, InstructionLine(path, document.text, without))


async def write_change(ls: GlossatorServer, asked: Asked, report: JobReport) -> str:
    """Have a change planned, made and offered; say how it ended."""
    require_edits(ls)
    line = asked.line
    hidden = {} if line is None else {line.path: line.without}
    async with open_workbench(ls, asked.wish.path, hidden) as workbench:
        options = ls.session.settings.editing
        report.say("planning")
        plan = await plan_edit(asked.wish, workbench, options, report.say)
        if isinstance(plan, NoEdit):
            return _tell(ls, plan, report)
        access = workbench.access()
        agreed = await agreed_plan(ls, plan, lambda it: paths_allowed(it, access), report)
        if isinstance(agreed, str):
            return agreed
        made = await carry_out(asked.wish, agreed, workbench, options, report.say)
        if isinstance(made, NoEdit):
            return _tell(ls, made, report)

        async def again(changes: ChangeSet) -> Proposal | Failing:
            now = replace(workbench, open_texts=open_texts_of(ls))
            checked = await check_changes(made, changes, now)
            if isinstance(checked, NoEdit):
                return Failing(checked.reason.rstrip("."))
            return checked

        return await offer_change(ls, _offered(made, line, again), report)


def _offered(made: EditProposal, line: InstructionLine | None, again: CheckAgain) -> OfferedChange:
    reviewed = (f"The reviewer: {made.review}",) if made.review else ()
    changes, along = made.changes, frozenset[str]()
    if line is not None:
        changes, along = _with_line(changes, line)
    return OfferedChange(
        made,
        changes,
        again,
        told=(*(line for line, _ in groupby(made.history)), *reviewed),
        noun="edit",
        along=along,
        confirm=made.confirm,
        by_parts=True,
    )


def _with_line(changes: ChangeSet, line: InstructionLine) -> tuple[ChangeSet, frozenset[str]]:
    """Return the changes with the deletion of the instruction's line, and what it adds to them.

    They were made for a text in which the line was gone already.
    """
    path = inner_path(line.path, changes.root)
    files = tuple(
        replace(it, before=line.text) if (it.moved_from or it.path) == path else it
        for it in changes.files
    )
    if files != changes.files:
        return replace(changes, files=files), frozenset()
    deletion = FileChange(path, line.text, line.without)
    return replace(changes, files=(*files, deletion)), frozenset({path})


def _tell(ls: GlossatorServer, outcome: NoEdit, report: JobReport) -> str:
    for told in outcome.history:
        ls.note(told)
    read = f" What was done is in {outcome.transcript}." if outcome.transcript else ""
    report.warn(outcome.reason + read)
    return "nothing was changed"
