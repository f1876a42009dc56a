"""Own `glossator.cancel`: for editors whose progress has no cancel button."""

from __future__ import annotations

from collections.abc import Sequence

from glossator_server.errors import UsageError
from glossator_server.lsp.commands.arguments import read_object
from glossator_server.lsp.language_server import GlossatorServer


async def cancel(ls: GlossatorServer, arguments: Sequence[object]) -> dict[str, int]:
    """Cancel one job, or all where none is named; answer with how many that were."""
    job = read_object(arguments, frozenset({"job"})).get("job")
    if job is not None and type(job) is not int:
        raise UsageError("`job` must be a job's number, as the command that started it answered.")
    return {"cancelled": ls.session.jobs.cancel(job)}
