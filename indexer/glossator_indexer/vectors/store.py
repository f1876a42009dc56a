"""Own the store itself: what is committed is seen, what is damaged is said.

It must not make vectors or rank hits. A generation of files is only ever appended to; a head that
is replaced in one step says how much of it counts.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from glossator_indexer.errors import EmbedderError
from glossator_indexer.records import IndexedFile
from glossator_indexer.vectors.generation import Generation
from glossator_indexer.vectors.head import (
    HEAD,
    SUFFIXES,
    VERSION,
    Head,
    generation_of,
    is_whole,
    read_head,
    remove,
    replace_head,
)
from glossator_indexer.vectors.nearest import nearest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Small enough that a small repository takes little, large enough that the loop costs nothing.
_BLOCK_ROWS = 16_384
# The largest component of a query: rounded as finely as int8 can.
_LARGEST = 127.0


class ExactVectors:
    """A vector store that compares a query with every vector that counts.

    Implements `ports.VectorStore`. Readers are never held up: they see the last commit. `trouble`
    says in one sentence what was found broken at opening, None where nothing was.
    """

    def __init__(self, folder: Path, dim: int, block_rows: int = _BLOCK_ROWS) -> None:
        self._folder = folder
        self._dim = dim
        self._block_rows = block_rows
        self._writing = threading.RLock()
        self.trouble: str | None = None
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        head = self._usable_head()
        if head is None:
            head = Head(VERSION, dim, self._newest_generation() + 1)
            if (folder / HEAD).is_dir():
                remove(folder / HEAD)
            self._generation = Generation.create(folder, head, block_rows)
        else:
            self._generation = Generation.open(folder, head, block_rows)
        self._snapshot = self._generation.snapshot()
        self._remove_other_generations()

    @property
    def name(self) -> str:
        """Return the name that signals and messages show."""
        return "exact"

    @property
    def dim(self) -> int:
        """Return the number of dimensions."""
        return self._dim

    def count(self) -> int:
        """Return the number of committed vectors."""
        return self._snapshot.count

    def position(self) -> int | None:
        """Return the position of the last commit, None where the store must be rebuilt."""
        return self._generation.head.position

    def replace(self, files: Sequence[IndexedFile]) -> None:
        """Put the vectors of whole files in the place of all that these files had before.

        Raises `EmbedderError` where vectors have another number of dimensions than the store.
        """
        with self._writing:
            for file in files:
                self._generation.kill((file.number,))
                if file.vectors:
                    self._generation.append(file.number, _checked(file, self._dim))

    def remove(self, file_numbers: Sequence[int]) -> None:
        """Forget all vectors of files."""
        with self._writing:
            self._generation.kill(file_numbers)

    def clear(self) -> None:
        """Forget everything, for a rebuild."""
        with self._writing:
            old = self._generation
            head = Head(VERSION, self._dim, old.head.generation + 1)
            self._generation = Generation.create(self._folder, head, self._block_rows)
            old.close()

    def commit(self, position: int) -> None:
        """Make everything since the last commit durable and visible, as of `position`."""
        with self._writing:
            if self._generation.wants_compaction():
                old = self._generation
                self._generation = old.compacted(self._folder)
                old.close()
            self._generation.flush(position)
            replace_head(self._folder / HEAD, self._generation.head)
            self._snapshot = self._generation.snapshot()
            self._remove_other_generations()

    def search(
        self, query: NDArray[np.float32], limit: int, files: NDArray[np.bool_] | None
    ) -> list[tuple[int, float]]:
        """Return the keys and cosines of the nearest chunks, nearest first, ties by key.

        `query` is a unit vector. Where `files` is given, only chunks of files whose number is True
        in it count (numbers beyond its end are False).
        """
        import numpy as np

        if query.shape != (self._dim,):
            raise EmbedderError(
                f"The query has {query.size} dimensions and the index {self._dim}; build the"
                " index again with `glossator index --rebuild`."
            )
        largest = float(np.abs(query).max(initial=0.0))
        if limit < 1 or not largest > 0:
            return []
        rounded = np.rint(query * (_LARGEST / largest)).astype(np.int8)
        return nearest(self._snapshot, rounded, limit, files)

    def close(self) -> None:
        """Let go of files; what was not committed is lost."""
        with self._writing:
            self._generation.close()

    def _usable_head(self) -> Head | None:
        """Return the head of a generation that is what it should be, else None, with `trouble`."""
        path = self._folder / HEAD
        try:
            head = read_head(path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError):
            self.trouble = "The vectors' head was damaged; the vectors are built again."
            return None
        if head.version != VERSION or head.dim != self._dim:
            self.trouble = (
                f"The vectors were of version {head.version} with {head.dim} dimensions, not"
                f" {VERSION} with {self._dim}; the vectors are built again."
            )
            return None
        if not is_whole(self._folder, head):
            self.trouble = "The vectors' files were damaged; the vectors are built again."
            return None
        return head

    def _newest_generation(self) -> int:
        numbers = [generation_of(path) for path in self._folder.glob("*.i8")]
        return max((number for number in numbers if number is not None), default=0)

    def _remove_other_generations(self) -> None:
        for suffix in SUFFIXES:
            for path in self._folder.glob(f"*.{suffix}"):
                number = generation_of(path)
                if number is not None and number != self._generation.head.generation:
                    remove(path)


def _checked(file: IndexedFile, dim: int) -> NDArray[np.int8]:
    import numpy as np

    vectors = file.vectors or b""
    chunks = file.chunks
    if len(vectors) % dim or (chunks and len(vectors) != dim * chunks):
        raise EmbedderError(
            f"The vectors of {file.path!a} do not have {dim} dimensions a chunk; build the"
            " index again with `glossator index --rebuild`."
        )
    return np.frombuffer(vectors, np.int8).reshape(-1, dim)
