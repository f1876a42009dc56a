"""Own `glossator.fix`: one problem's fix, from the command to the question whether to apply it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from lsprotocol import types

from glossator_indexer.parsing import parse
from glossator_server.actions.fix import NoFix, check_again
from glossator_server.actions.fix import fix as fix_problem
from glossator_server.actions.targeting import FixWish
from glossator_server.actions.workshop import Workshop
from glossator_server.change_set import ChangeSet, FileChange
from glossator_server.edits import apply_changes, changes_between
from glossator_server.errors import StaleDocumentError, UsageError
from glossator_server.lsp.commands.arguments import (
    Target,
    is_stale,
    lines_of,
    read_object,
    read_target,
    snapshot_of,
)
from glossator_server.lsp.fixing import complaint_of, is_finding, open_workshop
from glossator_server.lsp.jobs import JobReport, run_job
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.places import inner_path
from glossator_server.lsp.proposals import Failing, OfferedChange
from glossator_server.lsp.reviewing import offer_change
from glossator_server.lsp.sending import require_edits
from glossator_server.lsp.structure import StructureError, structure
from glossator_server.proposal import FixProposal, Proposal
from glossator_server.shortening import shortened
from glossator_server.snapshot import Snapshot

_KEYS = frozenset({"uri", "version", "range", "symbol", "text", "diagnostics", "test"})
_TITLE_CHARACTERS = 60


async def fix(ls: GlossatorServer, arguments: Sequence[object]) -> dict[str, int]:
    """Start a job that mends what the argument names; answer with the job's number."""
    target = read_target(arguments, _KEYS)
    argument = read_object(arguments, _KEYS)
    snapshot = snapshot_of(ls, target)
    wish = _wish(argument, target, snapshot)
    what = next(
        (it.message for it in wish.complaints), wish.test or snapshot.uri.rpartition("/")[2]
    )
    title = f"Fix {shortened(what, _TITLE_CHARACTERS)}"

    async def work(report: JobReport) -> str:
        return await write_fix(ls, snapshot, wish, report)

    key = f"fix {target.uri} {target.symbol} {wish}"
    job = ls.session.jobs.start(title, key, lambda number: run_job(ls, number, title, work))
    ls.tie_to_request(job)
    return {"job": job.id}


async def write_fix(
    ls: GlossatorServer, snapshot: Snapshot, wish: FixWish, report: JobReport
) -> str:
    """Have a problem mended and the change offered; say how it ended."""
    require_edits(ls)
    async with open_workshop(ls, snapshot) as workshop:
        options = ls.session.settings.fixing
        outcome = await fix_problem(snapshot, wish, workshop, options, report.say)
        if isinstance(outcome, NoFix):
            return await _tell(ls, outcome, report)

        return await offer_change(ls, _offered(outcome, snapshot, workshop), report)


def _offered(outcome: FixProposal, snapshot: Snapshot, workshop: Workshop) -> OfferedChange:
    after = apply_changes(snapshot.text, outcome.edits[0].changes)
    name = inner_path(snapshot.path or Path(), workshop.root)
    change = FileChange(name, snapshot.text, after, version=snapshot.version)

    async def again(changes: ChangeSet) -> Proposal | Failing:
        (now,) = changes.files
        before, after = now.before or "", now.after or ""
        source = await asyncio.to_thread(parse, before, snapshot.source.language)
        current = replace(snapshot, source=source, version=now.version)
        checked = await check_again(outcome, current, changes_between(before, after), workshop)
        return checked or Failing("The problem is still there, or a new one is")

    reviewed = (f"The reviewer: {outcome.review}",) if outcome.review else ()
    told = (*outcome.history, *reviewed)
    return OfferedChange(outcome, ChangeSet(workshop.root, (change,)), again, told)


async def _tell(ls: GlossatorServer, outcome: NoFix, report: JobReport) -> str:
    for line in outcome.history:
        ls.note(line)
    read = ""
    if outcome.attempt:
        path = ls.proposals.keep_attempt("attempt", f"{outcome.reason}\n\n{outcome.attempt}")
        read = f" The best attempt is in {path}." if path is not None else ""
    report.warn(outcome.reason + read)
    return "nothing was changed"


def _wish(argument: Mapping[str, object], target: Target, snapshot: Snapshot) -> FixWish:
    """Return what is to be mended; raises `UsageError` for what cannot be meant."""
    test, text = argument.get("test", ""), argument.get("text", "")
    if not isinstance(test, str) or not isinstance(text, str):
        raise UsageError("`test` must be a test's name and `text` a wish, both strings.")
    sent = argument.get("diagnostics")
    if sent is not None:
        if is_stale(target, snapshot):
            raise StaleDocumentError(
                "The document has changed since the problem was found; wait for the editor to "
                "look again, and ask for the fix then."
            )
        found = _diagnostics(sent)
        findings = [it for it in found if is_finding(it)]
        complaints = tuple(complaint_of(it) for it in found if not is_finding(it))
        finding = complaint_of(findings[0]) if findings and not complaints else None
        return FixWish(complaints=complaints, finding=finding, test=test, text=text)
    return FixWish(lines=lines_of(target, snapshot), test=test, text=text)


def _diagnostics(sent: object) -> list[types.Diagnostic]:
    if not isinstance(sent, list) or not sent:
        raise UsageError("`diagnostics` must be a list of at least one diagnostic.")
    try:
        return [structure(it, types.Diagnostic) for it in sent]
    except StructureError as trouble:
        raise UsageError(
            f"A diagnostic cannot be read ({trouble}); send it with its range and message."
        ) from None
