"""Own the choice between exact search and Chroma.

It must not know how either store works, and no trouble of Chroma's leaves it but as a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from glossator_indexer.chroma_store.following import Follower, VectorSource
from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.ports import VectorStore
from glossator_indexer.records import IndexedFile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Exact search takes 25 ms of CPU for the kernel's 1.2 million vectors of 256 dimensions, and 35 ms
# for two million, with any filter and right after a save. Chroma takes minutes of CPU a million to
# fill and 1 KB of memory a vector: that pays where exact search begins to be felt.
CHROMA_FROM = 2_000_000


class VectorChoice(StrEnum):
    """Which store answers."""

    AUTO = "auto"
    EXACT = "exact"
    CHROMA = "chroma"


class ChosenVectors:
    """A `VectorStore` that is exact, and hands questions to Chroma where that is faster.

    All changes go to the exact store, whose position is the position. The numbers of changed files
    also go to a list on disk, from which a thread takes them over to Chroma. Chroma answers where
    it was chosen, or where there are many vectors; never while it lags behind, never with a
    filter, and never when it is in trouble.
    """

    def __init__(
        self, exact: VectorStore, folder: Path, dim: int, source: VectorSource, choice: VectorChoice
    ) -> None:
        self._exact = exact
        self._choice = choice
        self._chroma = Follower(folder, dim, source, exact.count)
        self._changed: set[int] = set()
        if self._is_wanted():
            self._chroma.start()
        else:
            self._chroma.discard()

    @property
    def name(self) -> str:
        """Return the name of the store that answers a question without filter."""
        return self.chosen(None).name

    @property
    def problems(self) -> tuple[str, ...]:
        """Return what is wrong with Chroma, as sentences."""
        return self._chroma.problems

    def chosen(self, files: NDArray[np.bool_] | None) -> VectorStore:
        """Return the store that answers a question with this filter now."""
        chroma = self._chroma.store if files is None else None
        return self._exact if chroma is None else chroma

    def position(self) -> int | None:
        """Return the position of the last commit."""
        return self._exact.position()

    def count(self) -> int:
        """Return the number of committed vectors."""
        return self._exact.count()

    def replace(self, files: Sequence[IndexedFile]) -> None:
        """Put the vectors of whole files in the place of what they had before, at the commit."""
        self._exact.replace(files)
        self._changed.update(file.number for file in files)

    def remove(self, file_numbers: Sequence[int]) -> None:
        """Forget files at the commit."""
        self._exact.remove(file_numbers)
        self._changed.update(file_numbers)

    def clear(self) -> None:
        """Forget everything; Chroma begins a new generation."""
        self._exact.clear()
        self._changed.clear()
        self._chroma.discard()

    def commit(self, position: int) -> None:
        """Commit the exact store and tell Chroma's thread what changed."""
        changed, self._changed = self._changed, set()
        # Before the exact store says that it is done: a kill between the two costs work only.
        self._chroma.follow(changed)
        self._exact.commit(position)
        if self._is_wanted():
            self._chroma.start()

    def search(
        self, query: NDArray[np.float32], limit: int, files: NDArray[np.bool_] | None
    ) -> list[tuple[int, float]]:
        """Return the keys and cosines of the nearest chunks, nearest first."""
        chroma = self._chroma.store if files is None else None
        if chroma is not None:
            try:
                return chroma.search(query, limit, None)
            except IndexUnavailableError as error:
                self._chroma.report(chroma, error)
        return self._exact.search(query, limit, files)

    def caught_up(self, seconds: float) -> bool:
        """Wait until Chroma holds what the exact store holds; say whether it does."""
        return self._chroma.caught_up(seconds)

    def close(self) -> None:
        """Close both; what Chroma lacks stays on the list."""
        self._chroma.close()
        self._exact.close()

    def _is_wanted(self) -> bool:
        return self._choice is VectorChoice.CHROMA or (
            self._choice is VectorChoice.AUTO and self._exact.count() >= CHROMA_FROM
        )
