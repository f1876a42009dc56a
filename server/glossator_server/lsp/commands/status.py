"""Own `glossator.status`: what the server is doing, with which model, and what is indexed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from glossator_gate.errors import GlossatorError
from glossator_server.lsp.commands.arguments import read_object
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.spending import as_json, spent_today

if TYPE_CHECKING:
    from glossator_indexer.owner_client import IndexClient

# Who asks how things stand does not want to wait for them.
INDEX_SECONDS = 3.0
# What a person asks for; which model judges or sums up for them is in the log.
ROLES = ("document", "fix", "review", "edit", "ask")


async def status(ls: GlossatorServer, arguments: Sequence[object]) -> dict[str, object]:
    """Answer with the version, the models, jobs, documents, settings, indexes."""
    read_object(arguments, frozenset())
    session = ls.session
    roles = {role: await _model(ls, role) for role in ROLES}
    return {
        "version": ls.version,
        **roles["document"],
        "roles": roles,
        "jobs": [{"job": it.id, "title": it.title} for it in session.jobs.running],
        "documents": [
            {"uri": it.uri, "version": it.version, "trouble": it.trouble}
            for it in session.documents.values()
        ],
        "folders": list(session.folders),
        "positionEncoding": ls.documents.encoding.value,
        "settings": asdict(session.settings),
        "index": await _indexes(ls),
        "today": [as_json(it) for it in await asyncio.to_thread(spent_today)],
    }


async def _indexes(ls: GlossatorServer) -> list[dict[str, object]]:
    if ls.indexing is None:
        return []
    clients = (await ls.indexing.settled()).clients
    return list(await asyncio.gather(*(_index(it) for it in clients)))


async def _index(client: IndexClient) -> dict[str, object]:
    try:
        async with asyncio.timeout(INDEX_SECONDS):
            status = await client.status()
    except (GlossatorError, TimeoutError) as trouble:
        problem = str(trouble) or "The index does not answer; try again."
        return {"root": str(client.root), "problems": [problem]}
    progress = status.progress
    return {
        "root": status.root,
        "phase": progress.phase.value,
        "filesDone": progress.files_done,
        "filesTotal": progress.files_total,
        "filesPerSecond": progress.files_per_second,
        "secondsLeft": progress.seconds_left,
        "files": status.files,
        "entities": status.entities,
        "chunks": status.chunks,
        "vectors": status.vectors,
        "vectorStore": status.vector_store,
        "embedder": status.embedder,
        "bytesOnDisk": status.bytes_on_disk,
        "updated": status.updated,
        "buffers": status.buffers,
        "languages": dict(status.languages),
        "problems": list(status.problems),
        "process": client.owner_process,
        "folder": str(client.places.folder),
    }


async def _model(ls: GlossatorServer, role: str) -> dict[str, object]:
    try:
        model = await ls.session.open_model(role)
    except GlossatorError as trouble:
        return {"model": None, "route": None, "local": None, "why": None, "problem": str(trouble)}
    info = model.info
    await model.close()
    return {
        "model": info.id,
        "route": info.route,
        "local": info.local,
        "why": info.why,
        "problem": None,
    }
