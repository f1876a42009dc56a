"""Own `glossator.status`: what the server is doing, with which model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from glossator_gate.errors import GlossatorError
from glossator_server.lsp.commands.arguments import read_object
from glossator_server.lsp.language_server import GlossatorServer


async def status(ls: GlossatorServer, arguments: Sequence[object]) -> dict[str, object]:
    """Answer with the version, the model for comments, jobs, documents and settings."""
    read_object(arguments, frozenset())
    session = ls.session
    return {
        "version": ls.version,
        **await _model(ls),
        "jobs": [{"job": it.id, "title": it.title} for it in session.jobs.running],
        "documents": [
            {"uri": it.uri, "version": it.version, "trouble": it.trouble}
            for it in session.documents.values()
        ],
        "folders": list(session.folders),
        "positionEncoding": ls.documents.encoding.value,
        "settings": asdict(session.settings),
    }


async def _model(ls: GlossatorServer) -> dict[str, object]:
    try:
        model = await ls.session.open_model("document")
    except GlossatorError as trouble:
        return {"model": None, "route": None, "problem": str(trouble)}
    info = model.info
    await model.close()
    where = "this machine" if info.local else info.origin
    return {"model": info.id, "route": f"{where}, {info.api}, {info.name}", "problem": None}
