"""Own `glossator.documentAll`: symbol after symbol, an edit each as soon as it is ready."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from glossator_clients.errors import ModelError, ModelUnavailableError
from glossator_clients.protocol import ChatModel
from glossator_indexer.symbols import find_symbols, own_code
from glossator_server.actions.document import document_symbol
from glossator_server.actions.states import (
    CommentState,
    comment_status,
    drifted_symbols,
    style_of,
    symbols_to_document,
)
from glossator_server.errors import StaleDocumentError
from glossator_server.lsp.commands.arguments import Target, read_target, snapshot_of
from glossator_server.lsp.commenting import place_comment
from glossator_server.lsp.examples import with_examples
from glossator_server.lsp.jobs import JobReport, run_job
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.sending import require_edits
from glossator_server.lsp.uris import path_of
from glossator_server.proposal import Outcome, SkipCause, Skipped


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


@dataclass(frozen=True, slots=True)
class _Run:
    """What every symbol of one run shares."""

    ls: GlossatorServer
    target: Target
    model: ChatModel
    report: JobReport


async def _document_all(ls: GlossatorServer, target: Target, report: JobReport) -> str:
    require_edits(ls)
    started = time.monotonic()
    first = snapshot_of(ls, target)
    symbols = drifted_symbols(first) if target.only == "drifted" else symbols_to_document(first)
    wanted = [(it.qualified_name, own_code(first.text, it)) for it in symbols]
    if not wanted:
        return "every symbol has its comment"
    model = await ls.session.open_model("document", first)
    try:
        skipped, shown = await _document_each(_Run(ls, target, model, report), wanted)
    finally:
        await model.close()
    if skipped:
        reason = skipped[0].reason.rstrip(".")
        report.warn(
            f"{len(skipped)} of {len(wanted)} symbols were left as they are"
            f" ({skipped[0].symbol}: {reason}); the log says why for each."
        )
    done = len(wanted) - len(skipped) - shown
    also = f", {shown} only shown" if shown else ""
    seconds = time.monotonic() - started
    return f"{done} of {len(wanted)} documented{also}; {model.info.id}, {seconds:.1f} s"


async def _document_each(run: _Run, wanted: Sequence[tuple[str, str]]) -> tuple[list[Skipped], int]:
    """Return the symbols without a comment, and how many comments a person has not taken yet."""
    skipped: list[Skipped] = []
    shown = 0
    for index, (name, code) in enumerate(wanted):
        run.report.step(index, len(wanted), name)
        try:
            outcome: Outcome | str = await _document_one(run, name, code)
        except ModelUnavailableError:
            raise
        except (ModelError, StaleDocumentError) as trouble:
            # One bad answer, or somebody who types, does not end the run; a missing model does.
            cause = SkipCause.MODEL_FAILED if isinstance(trouble, ModelError) else SkipCause.STALE
            outcome = Skipped(path_of(run.target.uri), name, cause, str(trouble))
        if isinstance(outcome, str):
            shown += 1
            run.ls.note(f"{name}: {outcome}")
        elif isinstance(outcome, Skipped):
            skipped.append(outcome)
            run.ls.note(f"{outcome.symbol}: {outcome.reason}")
        else:
            for notice in outcome.notices:
                run.ls.note(f"{name}: {notice}")
    return skipped, shown


async def _document_one(run: _Run, name: str, code: str) -> Outcome | str:
    snapshot = snapshot_of(run.ls, run.target)
    # The edits before this one have moved it.
    found = [
        it for it in find_symbols(snapshot.source, name) if own_code(snapshot.text, it) == code
    ]
    if not found:
        reason = f"{name} changed meanwhile; ask again."
        return Skipped(snapshot.path, name, SkipCause.STALE, reason)
    options = run.ls.session.settings.documenting
    # Of two with the same code, one may have its comment already.
    style = style_of(snapshot)
    lacks = (CommentState.MISSING, CommentState.DRIFTED)
    source = snapshot.source
    symbol = next(
        (it for it in found if comment_status(it, style, source).state in lacks), found[0]
    )
    snapshot = await with_examples(run.ls, snapshot, symbol)
    outcome = await document_symbol(snapshot, symbol, run.model, options, run.report.say)
    if isinstance(outcome, Skipped):
        return outcome
    return await place_comment(run.ls, outcome, run.report)
