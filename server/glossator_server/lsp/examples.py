"""Own the question for documented code like a symbol, put to the index of its repository.

An index that is not there, or does not answer at once, is gone without.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from glossator_gate.errors import GlossatorError
from glossator_indexer.records import PieceRole, PiecesQuery, Trust
from glossator_indexer.types import Symbol
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.snapshot import Snapshot

# A model takes seconds to write; nobody notices this before it.
EXAMPLES_SECONDS = 0.3
MOST_EXAMPLES = 8

_log = logging.getLogger(__name__)


async def with_examples(ls: GlossatorServer, snapshot: Snapshot, symbol: Symbol) -> Snapshot:
    """Return the snapshot with the index's examples for a symbol, as it is where there are none."""
    place = None if ls.indexing is None else ls.indexing.indexes.place(snapshot.path)
    # One that would have to be started first comes too late anyway.
    if place is None or place.client.session is None or ls.indexing is None:
        return snapshot
    query = PiecesQuery(
        path=place.path,
        line=snapshot.text.count("\n", 0, symbol.extent.start) + 1,
        roles=(PieceRole.EXAMPLE,),
        limit_per_role=MOST_EXAMPLES,
    )
    try:
        async with asyncio.timeout(EXAMPLES_SECONDS):
            await ls.indexing.indexes.send_buffers(list(ls.session.documents.values()))
            pieces = await place.client.pieces(query)
    except (GlossatorError, TimeoutError) as trouble:
        _log.info("no examples from the index: %s", str(trouble) or "it took too long")
        return snapshot
    # How others' code and generated code is documented says nothing of how this project does it.
    texts = tuple(it.text for it in pieces if it.trust is Trust.PROJECT)
    return replace(snapshot, examples=texts)
