"""Own the use of the indexes of users' own repositories by a suite: asked when they are whole.

They are asked as any command asks them, and never changed.
"""

from __future__ import annotations

from pathlib import Path

from glossator_indexer.owner_client import IndexClient
from glossator_server.evals.types import Subject
from glossator_server.indexes import IndexedPlace


class WholeIndexes:
    """Indexes that were waited for: half of one answers the first cases otherwise than the last."""

    def __init__(self) -> None:
        self._whole: set[IndexClient] = set()

    async def of(self, file: Path, subject: Subject) -> IndexedPlace | None:
        """Return where a file lies in its index, None where the user wants none.

        Raises `IndexUnavailableError` where none can be made.
        """
        place = subject.indexes.place(file)
        if place is None:
            return None
        if place.client not in self._whole:
            await place.client.refresh()
            self._whole.add(place.client)
        return place
