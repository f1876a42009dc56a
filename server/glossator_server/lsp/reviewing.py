"""Own the way of changed code past a person's eyes: the diff, the question, the parts, the word.

Nothing that was not checked is applied as if it were good: a part is checked again.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from glossator_gate.errors import GlossatorError
from glossator_server.change_set import ChangeSet
from glossator_server.lsp.asking import ask, named, show_file, where_to_read
from glossator_server.lsp.changing import apply_change
from glossator_server.lsp.choosing import LEAVE, TAKE, in_lines, part_of, picked
from glossator_server.lsp.evidence import evidence_in_short
from glossator_server.lsp.jobs import JobReport
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.panels import ProposalNews, ProposalState, tell_of_change
from glossator_server.lsp.proposals import Failing, KeptProposal, OfferedChange
from glossator_server.lsp.sending import require_edits
from glossator_server.proposal import Evidence, Verdict

APPLY, APPLY_ALL, CHOOSE, DISCARD = "Apply", "Apply all", "Choose...", "Discard"


@dataclass(frozen=True, slots=True)
class Discarded:
    """A person wants nothing of it."""


# What is to be applied, or that nothing is; None where nobody answered.
Decision = OfferedChange | Discarded | None


async def offer_change(ls: GlossatorServer, offered: OfferedChange, report: JobReport) -> str:
    """Show a change, ask, and have it applied where a person says so; say how it ended."""
    require_edits(ls)
    if ls.session.settings.review == "multi-file" and not offered.by_parts:
        told = await apply_change(ls, offered, report)
        tell_of_change(ls, ProposalNews(None, ProposalState.APPLIED, report.job), offered)
        return told
    kept = ls.proposals.keep(offered)
    if ls.editor.panels:
        tell_of_change(ls, ProposalNews(kept.id, ProposalState.WAITING, report.job), offered)
        return f"waits for review; {evidence_in_short(offered.proposal)}"
    report.say("waits for an answer")
    try:
        await show_file(ls, kept.diff)
        decided = await _decided(ls, kept, report)
    except asyncio.CancelledError:
        ls.proposals.forget(kept.id)
        raise
    if decided is None:
        where = f" ({kept.diff})" if kept.diff is not None else ""
        ls.note(f"Proposal {kept.id} waits{where}; glossator.proposal.apply applies it.")
        return f"nothing was changed yet; proposal {kept.id} waits"
    ls.proposals.forget(kept.id)
    if isinstance(decided, Discarded):
        return "discarded; nothing was changed"
    try:
        return await apply_change(ls, decided, report)
    except GlossatorError:
        if offered.by_parts:
            # It took minutes to make, and whoever undoes what stands in its way can have it yet.
            ls.proposals.put_back(kept)
            ls.note(f"Proposal {kept.id} waits; glossator.proposal.apply applies it.")
        raise


async def checked_part(
    ls: GlossatorServer, offered: OfferedChange, part: ChangeSet, report: JobReport
) -> Decision:
    """Return a part of a change as it fares in the checks, or as it is where a person says so."""
    if not part.files:
        return Discarded()
    report.say("checking what was chosen")
    checked = await offered.again(part)
    if not isinstance(checked, Failing):
        title = f"{offered.proposal.title} (in part)"
        return replace(offered, proposal=replace(checked, title=title), changes=part)
    although = f"Apply what was chosen although: {checked.reason}"
    question = f"What was chosen was checked by itself. {checked.reason}. Apply it all the same?"
    answer = await ask(ls, question, (although, DISCARD))
    if answer != although:
        return Discarded() if answer == DISCARD else None
    # What the whole has passed says nothing of its part.
    failed = Evidence(
        "part", "what was chosen", "", "", f"failed: {checked.reason}", Verdict.FAILED
    )
    return replace(offered, proposal=replace(offered.proposal, evidence=(failed,)), changes=part)


async def confirmed(ls: GlossatorServer, offered: OfferedChange, report: JobReport) -> Decision:
    """Return a change without the files of `confirm` that a person does not agree to."""
    refused = set()
    for path in offered.confirm:
        change = next((it for it in offered.changes.files if it.path == path), None)
        if change is None:
            continue
        question = f"Programs obey {path} ({in_lines(change)}). Change it too?"
        if change.after is None:
            question = f"{path} is to be deleted ({in_lines(change)}). Delete it?"
        answer = await ask(ls, question, (TAKE, LEAVE))
        if answer is None:
            return None
        if answer == LEAVE:
            refused.add(path)
    if not refused:
        return offered
    taken = {it.path: None for it in offered.changes.files if it.path not in refused}
    return await checked_part(ls, offered, part_of(offered, taken), report)


async def _decided(ls: GlossatorServer, kept: KeptProposal, report: JobReport) -> Decision:
    offered = kept.offered
    answers = (APPLY_ALL, CHOOSE, DISCARD) if offered.by_parts else (APPLY, DISCARD)
    answer = await ask(ls, _question(ls, kept), answers)
    if answer in (APPLY, APPLY_ALL):
        return await confirmed(ls, offered, report)
    if answer == DISCARD:
        return Discarded()
    if answer != CHOOSE:
        return None
    part = await picked(ls, offered)
    if part is None or part == offered.changes:
        return None if part is None else offered
    return await checked_part(ls, offered, part, report)


def _question(ls: GlossatorServer, kept: KeptProposal) -> str:
    """Return the question with the size of the change, for who cannot see its diff."""
    proposal, changes = kept.offered.proposal, kept.offered.changes
    evidence = f"{proposal.title}: {evidence_in_short(proposal)}."
    where = where_to_read(ls, kept.diff)
    if not kept.offered.by_parts:
        return f"{evidence} It changes {in_lines(changes.files[0])} lines{where}; apply it?"
    files = named([f"{it.path} ({in_lines(it)})" for it in changes.files])
    return f"{evidence} It changes {files}{where}; apply it?"
