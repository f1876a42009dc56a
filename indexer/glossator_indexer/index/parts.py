"""Own the list of parts that an index is put together from; it opens none of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from glossator_indexer.ports import Embedder, Reranker, Team, TextRanker, VectorStore, Walker
from glossator_indexer.store import Store


class TruthVectors:
    """The vectors of one model as the truth has them, for stores that fill themselves."""

    def __init__(self, store: Store, model: str) -> None:
        self._store = store
        self._model = model

    def file_numbers(self) -> Sequence[int]:
        """Return the numbers of all files that have vectors."""
        return sorted(self._store.numbers_with_vectors(self._model))

    def vectors_of(self, number: int) -> bytes | None:
        """Return the vectors of a file, int8 row by row; None where it has none or is gone."""
        return self._store.vectors_of(number, self._model)


VectorOpener: TypeAlias = Callable[[Path, int, TruthVectors], VectorStore]


@dataclass(frozen=True, slots=True)
class IndexParts:
    """What an index is put together from.

    `worker_embedder` is a function of a module that loads the same embedder in a worker process;
    None for one that a server runs, which is asked in the background when all else is done.
    `former_embedder` finds, by name and version, the embedder whose vectors answer until those of
    `embedder` are complete. `open_vectors` opens a store in a folder for a number of dimensions;
    None opens the exact one. `team` is asked where no worker can make vectors, before the embedder.
    `first` are the folders to be read before all others. `embedder_trouble` says what has to be
    mended before `embedder` makes any vector, if so. `ranker` is asked in quality mode in the place
    of `reranker`.
    """

    walker: Walker
    embedder: Embedder
    worker_embedder: Callable[[], Embedder] | None = None
    former_embedder: Callable[[str, str], Embedder | None] | None = None
    reranker: Reranker | None = None
    open_vectors: VectorOpener | None = None
    workers: int = 2
    team: Team | None = None
    first: tuple[str, ...] = ()
    embedder_trouble: str | None = None
    ranker: TextRanker | None = None

    @property
    def model(self) -> str:
        """Return the key of the vectors that `embedder` makes."""
        return model_key(self.embedder)

    @property
    def worker_embedder_name(self) -> str | None:
        """Return `module:function` of the workers' embedder."""
        function = self.worker_embedder
        return function and f"{function.__module__}:{function.__qualname__}"


def model_key(embedder: Embedder) -> str:
    """Return what tells the vectors of one model from those of all others."""
    words = "\0".join((embedder.name, embedder.version, str(embedder.dim)))
    return hashlib.sha256(words.encode()).hexdigest()[:16]
