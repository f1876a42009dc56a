"""Own `glossator.documentAll`: symbol after symbol, an edit each as soon as it is ready."""

from __future__ import annotations

import time
from collections.abc import Sequence

from glossator_clients.protocol import ChatModel
from glossator_indexer.symbols import find_symbols
from glossator_indexer.types import Symbol
from glossator_server.actions.document import document_symbol
from glossator_server.actions.states import symbols_to_document
from glossator_server.lsp.applying import apply_proposal, require_edits
from glossator_server.lsp.commands.arguments import Target, read_target, snapshot_of
from glossator_server.lsp.jobs import JobReport, run_job
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.proposal import Outcome, SkipCause, Skipped
from glossator_server.snapshot import Snapshot


async def document_all(ls: GlossatorServer, arguments: Sequence[object]) -> dict[str, int]:
    """Start a job that documents a whole file; answer with the job's number."""
    target = read_target(arguments)
    snapshot_of(ls, target)  # An answer now is better than a job that ends at once.
    title = "Document all"

    async def work(report: JobReport) -> str:
        return await _document_all(ls, target, report)

    job = ls.session.jobs.start(
        title, f"documentAll {target.uri}", lambda number: run_job(ls, number, title, work)
    )
    ls.tie_to_request(job)
    return {"job": job.id}


async def _document_all(ls: GlossatorServer, target: Target, report: JobReport) -> str:
    require_edits(ls)
    started = time.monotonic()
    first = snapshot_of(ls, target)
    wanted = [(it, _code(first, it)) for it in symbols_to_document(first)]
    if not wanted:
        return "every symbol has its comment"
    skipped: list[Skipped] = []
    model = await ls.session.open_model("document")
    try:
        for index, (symbol, code) in enumerate(wanted):
            report.step(index, len(wanted), symbol.name)
            outcome = await _document_one(ls, target, model, (symbol.name, code), report)
            if isinstance(outcome, Skipped):
                skipped.append(outcome)
                ls.note(f"{outcome.symbol}: {outcome.reason}")
    finally:
        await model.close()
    done = len(wanted) - len(skipped)
    words = f"{done} of {len(wanted)} documented; {model.info.id}"
    if skipped:
        report.warn(
            f"{len(skipped)} of {len(wanted)} symbols were left as they are"
            f" ({skipped[0].symbol}: {skipped[0].reason.rstrip('.')}); the log says why for each."
        )
    return f"{words}, {time.monotonic() - started:.1f} s"


async def _document_one(
    ls: GlossatorServer,
    target: Target,
    model: ChatModel,
    wanted: tuple[str, str],
    report: JobReport,
) -> Outcome:
    name, code = wanted
    snapshot = snapshot_of(ls, target)
    # The edits before this one have moved it.
    found = [it for it in find_symbols(snapshot.source, name) if _code(snapshot, it) == code]
    if not found:
        reason = f"{name} changed meanwhile; ask again."
        return Skipped(snapshot.path, name, SkipCause.STALE, reason)
    options = ls.session.settings.document
    outcome = await document_symbol(snapshot, found[0], model, options, report.say)
    return outcome if isinstance(outcome, Skipped) else await apply_proposal(ls, outcome)


def _code(snapshot: Snapshot, symbol: Symbol) -> str:
    return snapshot.text[symbol.extent.start : symbol.extent.end]
