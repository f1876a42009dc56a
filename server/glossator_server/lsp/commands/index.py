"""Own `glossator.index.pause` and `glossator.index.resume`, in effect for all who ask an index."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from glossator_server.lsp.commands.arguments import read_object
from glossator_server.lsp.indexing import searchable
from glossator_server.lsp.language_server import GlossatorServer


async def pause(ls: GlossatorServer, arguments: Sequence[object]) -> dict[str, int]:
    """Stop taking files in; answer with how many indexes that concerns."""
    read_object(arguments, frozenset())
    clients = (await searchable(ls)).clients
    await asyncio.gather(*(it.pause() for it in clients))
    return {"paused": len(clients)}


async def resume(ls: GlossatorServer, arguments: Sequence[object]) -> dict[str, int]:
    """Go on taking files in; answer with how many indexes that concerns."""
    read_object(arguments, frozenset())
    clients = (await searchable(ls)).clients
    await asyncio.gather(*(it.resume() for it in clients))
    return {"resumed": len(clients)}
