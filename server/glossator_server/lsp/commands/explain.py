"""Own `glossator.explain`: a symbol or a selection, explained on screen."""

from __future__ import annotations

from collections.abc import Sequence

from glossator_server.actions.explain import ExplainTarget
from glossator_server.actions.explain import explain as explain_code
from glossator_server.actions.questions import Answer, AskReport
from glossator_server.errors import UsageError
from glossator_server.lsp.answering import answered, sources_for
from glossator_server.lsp.commands.arguments import Target, read_target, snapshot_of
from glossator_server.lsp.commands.ask import meant
from glossator_server.lsp.jobs import JobReport, run_job
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.uris import path_of

_KEYS = frozenset({"uri", "version", "range", "symbol"})


async def explain(ls: GlossatorServer, arguments: Sequence[object]) -> dict[str, int]:
    """Start a job that explains code; answer with the job's number."""
    target = read_target(arguments, _KEYS)
    wanted = explained_by(ls, target)
    title = f"Explain {wanted.symbol or wanted.path.name}"

    async def work(report: JobReport) -> str:
        return await explain_target(ls, wanted, report)

    key = f"explain {target.uri} {target.symbol} {wanted.lines}"
    job = ls.session.jobs.start(title, key, lambda number: run_job(ls, number, title, work))
    ls.tie_to_request(job)
    return {"job": job.id}


def explained_by(ls: GlossatorServer, target: Target) -> ExplainTarget:
    """Return what a target means to be explained; raises `UsageError` where it has no file."""
    path = path_of(target.uri)
    if path is None:
        raise UsageError("The text has no file; save it first, so that it can be explained.")
    symbol, lines = meant(target, snapshot_of(ls, target))
    return ExplainTarget(path, symbol, lines)


async def explain_target(ls: GlossatorServer, wanted: ExplainTarget, report: JobReport) -> str:
    """Have code explained and shown; say how it ended."""
    sources = await sources_for(ls, wanted.path)

    async def work(shown: AskReport) -> Answer:
        return await explain_code(wanted, sources, shown)

    return await answered(ls, f"Explain {wanted.symbol or wanted.path.name}", report, work)
