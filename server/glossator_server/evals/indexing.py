"""Own the connections of a suite to the indexes of users' own repositories, one a repository.

They are asked as any command asks them, and never changed.
"""

from __future__ import annotations

from pathlib import Path

from glossator_gate.errors import GlossatorError
from glossator_indexer.owner_client import IndexClient
from glossator_server.evals.types import Subject


class UserIndexes:
    """Indexes by folder, opened when they are first asked for; lives on one loop."""

    def __init__(self) -> None:
        self._opened: dict[Path, IndexClient] = {}

    async def of(self, root: Path, subject: Subject) -> IndexClient | None:
        """Return the whole index of a repository (a real path); None where the user wants none.

        Raises `IndexUnavailableError` where none can be made.
        """
        if not subject.settings.index.enabled:
            return None
        if root not in self._opened:
            client = subject.means.open_index(root, subject.settings.index)
            try:
                await client.open()
                # Half an index would answer the first cases otherwise than the last ones.
                await client.refresh()
            except GlossatorError:
                await client.close()
                raise
            self._opened[root] = client
        return self._opened[root]

    async def close(self) -> None:
        """Hang up everywhere."""
        while self._opened:
            await self._opened.popitem()[1].close()
