"""Own the use of the indexes of users' own repositories by a suite: asked when they are whole.

They are asked as any command asks them, and never changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from glossator_gate.errors import GlossatorError
from glossator_indexer.owner_client import IndexClient
from glossator_server.evals.types import Subject


@dataclass(frozen=True, slots=True)
class IndexedFolder:
    """A folder in the index of its repository: its paths lie `prefix` below the root."""

    client: IndexClient
    prefix: str


class WholeIndexes:
    """The indexes of folders, started where none runs; lives on one loop."""

    def __init__(self) -> None:
        self._opened: dict[Path, IndexClient] = {}

    async def of(self, folder: Path, subject: Subject) -> IndexedFolder | None:
        """Return where a folder lies in its index, None where the user wants none.

        `folder` is a real path. Raises `IndexUnavailableError` where no index can be made.
        """
        if not subject.settings.index.enabled:
            return None
        if folder not in self._opened:
            client = subject.means.open_index(folder, subject.settings.index)
            try:
                await client.open()
                # Half of one answers the first cases otherwise than the last.
                await client.refresh()
            except GlossatorError:
                await client.close()
                raise
            self._opened[folder] = client
        client = self._opened[folder]
        inner = folder.relative_to(client.root).as_posix()
        return IndexedFolder(client, "" if inner == "." else f"{inner}/")

    async def close(self) -> None:
        """Hang up."""
        while self._opened:
            await self._opened.popitem()[1].close()
