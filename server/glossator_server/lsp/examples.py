"""Own the question for documented code like a symbol, put to the index of its repository.

An index that is not there, or does not answer at once, is gone without.
"""

from __future__ import annotations

from glossator_indexer.types import Symbol
from glossator_server.indexes import Indexes
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.snapshot import Snapshot


async def with_examples(ls: GlossatorServer, snapshot: Snapshot, symbol: Symbol) -> Snapshot:
    """Return the snapshot with the index's examples for a symbol, as it is where there are none."""
    if ls.indexing is None:
        return snapshot
    documents = list(ls.session.documents.values())
    return await ls.indexing.indexes.with_examples(snapshot, symbol, documents)


def indexes_of(ls: GlossatorServer) -> Indexes | None:
    """Return the indexes of the editor's folders, None where there are none."""
    return None if ls.indexing is None else ls.indexing.indexes
