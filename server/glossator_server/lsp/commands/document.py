"""Own `glossator.document`: one symbol's comment, from the command to the edit."""

from __future__ import annotations

from collections.abc import Sequence

from glossator_indexer.types import Symbol
from glossator_server.actions.document import document_symbol
from glossator_server.lsp.applying import Finish
from glossator_server.lsp.commands.arguments import Target, read_target, snapshot_of, symbol_of
from glossator_server.lsp.commenting import place_comment
from glossator_server.lsp.evidence import evidence_in_short
from glossator_server.lsp.examples import with_examples
from glossator_server.lsp.jobs import JobReport, run_job
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.prompting import remember_symbol
from glossator_server.lsp.sending import require_edits
from glossator_server.proposal import Outcome, Skipped
from glossator_server.snapshot import Snapshot


async def document(ls: GlossatorServer, arguments: Sequence[object]) -> dict[str, int]:
    """Start a job that documents a symbol; answer with the job's number."""
    target = read_target(arguments)
    snapshot = snapshot_of(ls, target)
    symbol = symbol_of(ls, target, snapshot)
    title = f"Document {symbol.name}"

    async def work(report: JobReport) -> str:
        return await write_comment(ls, snapshot, symbol, report)

    job = ls.session.jobs.start(
        title, _key(target, symbol), lambda number: run_job(ls, number, title, work)
    )
    ls.tie_to_request(job)
    return {"job": job.id}


async def write_comment(
    ls: GlossatorServer,
    snapshot: Snapshot,
    symbol: Symbol,
    report: JobReport,
    finish: Finish | None = None,
) -> str:
    """Have a symbol's comment written and applied, with what `finish` adds; say how it ended."""
    require_edits(ls)
    remember_symbol(ls, snapshot.uri, symbol.qualified_name)
    model = await ls.session.open_model("document", snapshot)
    try:
        outcome = await document_symbol(
            await with_examples(ls, snapshot, symbol),
            symbol,
            model,
            ls.session.settings.documenting,
            report.say,
        )
    finally:
        await model.close()
    placed: Outcome | str = outcome
    if not isinstance(outcome, Skipped):
        placed = await place_comment(ls, outcome, report, finish)
    if isinstance(placed, str):
        return placed
    if isinstance(placed, Skipped):
        reason = placed.reason.rstrip(".")
        report.warn(f"No comment was written for {placed.symbol}: {reason}.")
        return "nothing was changed"
    for notice in (*placed.notices, *filter(None, [placed.trailer])):
        ls.note(notice)
    return evidence_in_short(placed)


def _key(target: Target, symbol: Symbol) -> str:
    return f"document {target.uri} {symbol.qualified_name}"
