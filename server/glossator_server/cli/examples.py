"""Own the way from files on the command line to the indexes that somebody has open already.

It must start none: a model's first words would come later than without.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.owner_client import somebody_listens
from glossator_indexer.walking.roots import repository_root
from glossator_server.app import index_places, open_index_client
from glossator_server.indexes import Indexes
from glossator_server.settings import IndexOptions


@asynccontextmanager
async def running_indexes(files: Iterable[Path], options: IndexOptions) -> AsyncIterator[Indexes]:
    """Connect to the indexes that are up of the repositories that files lie in."""
    indexes = Indexes(open_index_client)
    roots = _roots(files) if options.enabled else ()
    owned = [it for it in roots if somebody_listens(index_places(it))]
    try:
        for client in await indexes.use(owned, options):
            with suppress(IndexUnavailableError):
                await client.open()
        yield indexes
    finally:
        await indexes.close()


def _roots(files: Iterable[Path]) -> set[Path]:
    folders = {it.absolute().parent for it in files}
    return {repository_root(it) for it in folders if it.is_dir()}
