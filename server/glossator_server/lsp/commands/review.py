"""Own `glossator.review`: a review of a symbol or a file, whose findings become diagnostics."""

from __future__ import annotations

from collections.abc import Sequence

from glossator_server.actions.review import (
    Review,
    ReviewedPiece,
    ReviewFinding,
    review_piece,
    spans_to_review,
)
from glossator_server.edits import line_and_column
from glossator_server.errors import UsageError
from glossator_server.lsp.commands.arguments import lines_of, read_target, snapshot_of
from glossator_server.lsp.fixing import pieces_around
from glossator_server.lsp.jobs import JobReport, run_job
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.prompts.fix import is_small
from glossator_server.snapshot import Snapshot

NO_REVIEWER = (
    "The built-in model is too small to review code; list a model for the role review in "
    "config.toml, or see `glossator models list`."
)


async def review(ls: GlossatorServer, arguments: Sequence[object]) -> dict[str, int]:
    """Start a job that reviews a symbol, a range or a file; answer with the job's number."""
    target = read_target(arguments)
    snapshot = snapshot_of(ls, target)
    lines = lines_of(target, snapshot)
    title = f"Review {target.symbol or snapshot.uri.rpartition('/')[2]}"

    async def work(report: JobReport) -> str:
        return await _review(ls, snapshot, lines, report)

    key = f"review {target.uri} {target.symbol} {lines}"
    job = ls.session.jobs.start(title, key, lambda number: run_job(ls, number, title, work))
    ls.tie_to_request(job)
    return {"job": job.id}


async def _review(
    ls: GlossatorServer, snapshot: Snapshot, lines: range | None, report: JobReport
) -> str:
    spans = spans_to_review(snapshot, lines)
    if not spans:
        raise UsageError("There is no code to review here.")
    root = ls.session.root_of(snapshot.path) if snapshot.path is not None else None
    if root is None:
        raise UsageError("The text is in no workspace folder; open the folder of its project.")
    asking = ls.session.settings.asking("review")
    model = await ls.session.open_model("review", snapshot)
    found: list[ReviewFinding] = []
    try:
        if is_small(model.info):
            raise UsageError(NO_REVIEWER)
        for index, span in enumerate(spans):
            line, _ = line_and_column(snapshot.text, span.start)
            report.step(index, len(spans), f"line {line}")
            pieces = tuple(await pieces_around(ls, snapshot, line, ""))
            done = await review_piece(snapshot, ReviewedPiece(span, pieces), model, asking, root)
            found += done.findings
            _note(ls, done)
    finally:
        await model.close()
    ls.findings.keep(snapshot.uri, tuple(found), lines)
    _show(ls, snapshot.uri)
    for it in found:
        ls.note(f"{snapshot.uri}:{it.line}: {it.severity}: {it.message}")
    return f"{len(found)} finding{'s' if len(found) != 1 else ''}"


def _note(ls: GlossatorServer, done: Review) -> None:
    for notice in (*done.not_reviewed, *done.notices):
        ls.note(notice)


def _show(ls: GlossatorServer, uri: str) -> None:
    if ls.editor.pulls_diagnostics and not ls.editor.is_sent_findings:
        ls.refresh_diagnostics()
    else:
        ls.drift.changed(uri)
