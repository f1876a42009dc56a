"""Own the last step of a doc comment: applied at once, or shown first where a person wants that.

It must not write words, nor say what becomes of a comment that does not fit.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from glossator_server.change_set import ChangeSet, FileChange
from glossator_server.edits import apply_changes
from glossator_server.errors import StaleDocumentError, UsageError
from glossator_server.lsp.applying import Finish, apply_proposal, placed_in
from glossator_server.lsp.evidence import evidence_in_short
from glossator_server.lsp.jobs import JobReport
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.panels import tell_of_comment
from glossator_server.lsp.places import place_of
from glossator_server.lsp.proposals import Failing, OfferedChange
from glossator_server.lsp.reviewing import offer_change
from glossator_server.lsp.uris import path_of
from glossator_server.proposal import CommentProposal, Outcome, Proposal, Skipped
from glossator_server.snapshot import Snapshot


async def place_comment(
    ls: GlossatorServer,
    proposal: CommentProposal,
    report: JobReport,
    finish: Finish | None = None,
) -> Outcome | str:
    """Have a comment applied, with what `finish` adds, and return it as applied, or why it is not.

    Where a person sees every change first and has not said yes, how that ended is returned in
    words. Raises what `apply_proposal` does.
    """
    if ls.session.settings.review != "always":
        outcome = await apply_proposal(ls, proposal, finish)
        if not isinstance(outcome, Skipped):
            tell_of_comment(ls, outcome, report.job)
        return outcome
    applied: list[CommentProposal] = []

    async def apply() -> str:
        outcome = await apply_proposal(ls, proposal, finish)
        if isinstance(outcome, Skipped):
            raise StaleDocumentError(outcome.reason)
        applied.append(outcome)
        return evidence_in_short(outcome)

    offered = await _offered(ls, proposal, finish)
    if isinstance(offered, Skipped):
        return offered
    change = OfferedChange(*offered, _again, noun="comment", apply=apply)
    said = await offer_change(ls, change, report)
    return applied[-1] if applied else said


async def _offered(
    ls: GlossatorServer, proposal: CommentProposal, finish: Finish | None
) -> tuple[CommentProposal, ChangeSet] | Skipped:
    """Return a comment as a change of the text as it is now."""
    uri = proposal.edits[0].uri
    path = path_of(uri)
    if path is None:
        raise UsageError("The text has no file; save it first, so that the change can be shown.")
    snapshot = ls.session.snapshot(uri, path)
    placed = await asyncio.to_thread(placed_in, proposal, snapshot)
    if not isinstance(placed, Skipped) and finish is not None:
        placed = await asyncio.to_thread(finish, placed, snapshot)
    if isinstance(placed, Skipped):
        return placed
    return placed, _change(ls, placed, snapshot, path)


def _change(
    ls: GlossatorServer, placed: CommentProposal, snapshot: Snapshot, path: Path
) -> ChangeSet:
    root, name = place_of(ls, path)
    after = apply_changes(snapshot.text, placed.edits[0].changes)
    return ChangeSet(root, (FileChange(name, snapshot.text, after, version=snapshot.version),))


async def _again(_changes: ChangeSet) -> Proposal | Failing:
    return Failing("A comment is taken as a whole")
