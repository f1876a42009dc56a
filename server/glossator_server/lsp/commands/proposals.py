"""Own `glossator.proposal.apply` and `glossator.proposal.discard`: a person's word, given later."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pygls.exceptions import JsonRpcException

from glossator_gate.errors import GlossatorError
from glossator_server.change_set import ChangeSet
from glossator_server.changes.hunks import hunks_of
from glossator_server.errors import UsageError
from glossator_server.lsp.changing import apply_change
from glossator_server.lsp.choosing import Taken, part_of, rest_of, without
from glossator_server.lsp.commands.arguments import read_object
from glossator_server.lsp.jobs import JobReport, run_job
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.panels import ProposalNews, ProposalState, tell_of_change
from glossator_server.lsp.proposals import KeptProposal, OfferedChange
from glossator_server.lsp.reviewing import Decision, Discarded, checked_part, confirmed

_KEYS = frozenset({"id", "files", "hunks"})
_APPLY_KEYS = _KEYS | {"rest"}


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What of a proposal is to be applied, None for all of it, and whether the rest waits on."""

    kept: KeptProposal
    taken: Taken | None
    keeps_rest: bool


async def apply(ls: GlossatorServer, arguments: Sequence[object]) -> dict[str, int]:
    """Start a job that applies a proposal, or a part of it; answer with the job's number."""
    rest = read_object(arguments, _APPLY_KEYS).get("rest", "keep")
    if rest not in ("keep", "discard"):
        raise UsageError('`rest` must be "keep" or "discard", what becomes of what is not named.')
    kept, taken = _named(ls, arguments)
    wanted = _Wanted(kept, taken, keeps_rest=rest == "keep")
    title = f"Apply {kept.offered.proposal.title}"

    async def work(report: JobReport) -> str:
        # Not before: a job that is cancelled at once does nothing at all.
        ls.proposals.take(kept)
        try:
            return await _apply(ls, wanted, report)
        except (GlossatorError, JsonRpcException, asyncio.CancelledError):
            # Whoever undoes what stands in its way can have it yet.
            _wait_on(ls, kept, report.job)
            raise

    key = f"apply {kept.id} {arguments}"
    job = ls.session.jobs.start(title, key, lambda number: run_job(ls, number, title, work))
    ls.tie_to_request(job)
    return {"job": job.id}


async def discard(ls: GlossatorServer, arguments: Sequence[object]) -> dict[str, str]:
    """Forget a proposal, or a part of it; answer with its id."""
    read_object(arguments, _KEYS)
    kept, taken = _named(ls, arguments)
    ls.proposals.take(kept)
    left = None if taken is None else _left(kept, without(kept.offered, taken))
    if left is None:
        tell_of_change(ls, ProposalNews(kept.id, ProposalState.DISCARDED), kept.offered)
    else:
        _wait_on(ls, left, None)
    return {"discarded": kept.id}


async def _apply(ls: GlossatorServer, wanted: _Wanted, report: JobReport) -> str:
    kept, taken = wanted.kept, wanted.taken
    offered = kept.offered
    decision: Decision
    if taken is None and kept.is_whole:
        decision = await confirmed(ls, offered, report)
    else:
        # What is left of a change was never checked by itself.
        part = offered.changes if taken is None else part_of(offered, taken)
        decision = await checked_part(ls, offered, part, report)
        if isinstance(decision, OfferedChange):
            decision = await confirmed(ls, decision, report)
    if decision is None:
        _wait_on(ls, kept, report.job)
        return f"nothing was changed yet; proposal {kept.id} waits"
    if isinstance(decision, Discarded):
        tell_of_change(ls, ProposalNews(kept.id, ProposalState.DISCARDED, report.job), offered)
        return "discarded; nothing was changed"
    report.say("applying")
    words = await apply_change(ls, decision, report)
    left = None
    if taken is not None and wanted.keeps_rest:
        left = _left(kept, rest_of(offered, taken))
    applied = None if left is not None else kept.id
    tell_of_change(ls, ProposalNews(applied, ProposalState.APPLIED, report.job), decision)
    if left is not None:
        _wait_on(ls, left, report.job)
    return words


def _left(kept: KeptProposal, left: ChangeSet) -> KeptProposal | None:
    """Return what is left of a proposal, None where that is nothing."""
    if not left.files:
        return None
    return replace(kept, offered=kept.offered.narrowed(left), is_whole=False)


def _wait_on(ls: GlossatorServer, kept: KeptProposal, job: int | None) -> None:
    ls.proposals.put_back(kept)
    tell_of_change(ls, ProposalNews(kept.id, ProposalState.WAITING, job), kept.offered)


def _named(ls: GlossatorServer, arguments: Sequence[object]) -> tuple[KeptProposal, Taken | None]:
    """Return a proposal, and which part of it is meant, None for all of it."""
    argument = read_object(arguments, _APPLY_KEYS)
    number = argument.get("id")
    if not isinstance(number, str):
        raise UsageError("The command needs `id`, the proposal's id, a string.")
    files, hunks = _files(argument.get("files")), _hunks(argument.get("hunks"))
    kept = ls.proposals.waiting(number)
    if files is None and hunks is None:
        return kept, None
    return kept, _part(kept, files or (), hunks or {})


def _part(
    kept: KeptProposal, files: Sequence[str], hunks: Mapping[str, frozenset[int]]
) -> Taken | None:
    """Return what is named, None where that is all of it."""
    known = {it.path: it for it in kept.offered.changes.files}
    for it in (*files, *hunks):
        if it not in known:
            raise UsageError(f"The proposal does not change {it!r}; it changes {', '.join(known)}.")
    for path, numbers in hunks.items():
        there = {it.number for it in hunks_of(known[path])}
        if not numbers <= there:
            raise UsageError(
                f"The change of {path} has the hunks {', '.join(map(str, sorted(there)))}."
            )
    taken: Taken = {**hunks, **dict.fromkeys(files, None)}
    if part_of(kept.offered, taken) == kept.offered.changes:
        return None
    if kept.offered.apply is not None:
        raise UsageError("It is taken as a whole; leave out `files` and `hunks`.")
    return taken


def _files(value: object) -> list[str] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not value or not all(isinstance(it, str) for it in value):
        raise UsageError("`files` must be a list of at least one path of the proposal.")
    return value


def _hunks(value: object) -> dict[str, frozenset[int]] | None:
    if value is None:
        return None
    is_right = (
        isinstance(value, dict)
        and value
        and all(
            isinstance(it, list) and it and all(type(number) is int for number in it)
            for it in value.values()
        )
    )
    if not is_right or not isinstance(value, dict):
        raise UsageError("`hunks` must name hunks by their numbers for each path of the proposal.")
    return {str(path): frozenset(numbers) for path, numbers in value.items()}
