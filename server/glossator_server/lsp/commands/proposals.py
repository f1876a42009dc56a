"""Own `glossator.proposal.apply` and `glossator.proposal.discard`: a person's word, given later."""

from __future__ import annotations

from collections.abc import Sequence

from glossator_gate.errors import GlossatorError
from glossator_server.errors import UsageError
from glossator_server.lsp.commands.arguments import read_object
from glossator_server.lsp.jobs import JobReport, run_job
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.proposals import KeptProposal
from glossator_server.lsp.reviewing import apply_change

_KEYS = frozenset({"id"})


async def apply(ls: GlossatorServer, arguments: Sequence[object]) -> dict[str, int]:
    """Start a job that applies a proposal; answer with the job's number."""
    kept = _kept(ls, arguments)
    title = f"Apply {kept.offered.proposal.title}"

    async def work(report: JobReport) -> str:
        report.say("applying")
        try:
            return await apply_change(ls, kept.offered, report)
        except GlossatorError:
            # Whoever undoes what stands in its way can have it yet.
            ls.proposals.put_back(kept)
            raise

    key = f"apply {kept.id}"
    job = ls.session.jobs.start(title, key, lambda number: run_job(ls, number, title, work))
    ls.tie_to_request(job)
    return {"job": job.id}


async def discard(ls: GlossatorServer, arguments: Sequence[object]) -> dict[str, str]:
    """Forget a proposal; answer with its id."""
    return {"discarded": _kept(ls, arguments).id}


def _kept(ls: GlossatorServer, arguments: Sequence[object]) -> KeptProposal:
    number = read_object(arguments, _KEYS).get("id")
    if not isinstance(number, str):
        raise UsageError("The command needs `id`, the proposal's id, a string.")
    return ls.proposals.take(number)
