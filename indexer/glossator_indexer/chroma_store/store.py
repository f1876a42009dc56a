"""Own `ChromaStore`: vectors in Chroma's embedded store, held by a process of its own.

It must not open a store that it did not make, and it knows nothing of other stores.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from glossator_indexer.chroma_store.generations import (
    Generations,
    GenerationState,
    read_state,
    write_state,
)
from glossator_indexer.chroma_store.library import require_library
from glossator_indexer.chroma_store.link import Worker, WorkerGoneError
from glossator_indexer.records import IndexedFile, key_of, place_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Far below the library's own limit, so that a question never waits long behind a batch.
_ROWS_A_BATCH = 1_000
# With a filter, this many times as many are asked for, and again more until enough remain.
_WIDENING = 8
# A graph that carries more dropped vectors than held ones answers worse and slower.
_LEAST_WORN = 20_000

_Open = tuple[Path, Worker, GenerationState]


class ChromaStore:
    """A `VectorStore` in a folder of its own, in generations.

    Whatever is wrong with a generation when it is opened (its pointer, its state, its dimension,
    or Chroma's own files, which a process of their own tries first) begins a new, empty one at
    position None. A kill in the middle of a commit leaves the files of that commit out until they
    are replaced again. Once the process is gone, every call raises `WorkerGoneError`.
    """

    name = "chroma"

    def __init__(self, folder: Path, dim: int) -> None:
        require_library()
        self._dim = dim
        self._generations = Generations(folder)
        self._pending: dict[int, bytes] = {}
        opened = self._opened()
        self._folder, self._worker, self._state = opened or self._begun()
        self._generations.remove_others()

    @property
    def is_worn(self) -> bool:
        """Say whether so much was replaced that a new generation would answer better."""
        return self._state.dropped > max(_LEAST_WORN, self._state.total)

    @property
    def worker_pid(self) -> int:
        """Return the id of the process that holds the store."""
        return self._worker.pid

    def position(self) -> int | None:
        """Return the position of the last commit, None where the store must be rebuilt."""
        return self._state.position

    def count(self) -> int:
        """Return the number of committed vectors."""
        return self._state.total

    def holds(self) -> Mapping[int, int]:
        """Return how many vectors each file has; the mapping is not to be changed."""
        return self._state.counts

    def replace(self, files: Sequence[IndexedFile]) -> None:
        """Put the vectors of whole files in the place of what they had before, at the commit."""
        self.put({file.number: file.vectors or b"" for file in files})

    def put(self, vectors: Mapping[int, bytes]) -> None:
        """Put vectors by file number in the place of what these had, at the commit."""
        self._pending.update(vectors)

    def remove(self, file_numbers: Sequence[int]) -> None:
        """Forget files at the commit."""
        self._pending.update(dict.fromkeys(file_numbers, b""))

    def clear(self) -> None:
        """Begin a new generation; the old one is deleted."""
        self._pending.clear()
        self._worker.close()
        self._folder, self._worker, self._state = self._begun()
        self._generations.remove_others()

    def commit(self, position: int) -> None:
        """Write what is pending; its files are complete, or marked as changing, at any instant."""
        before = self._state
        pending, self._pending = self._pending, {}
        after = {number: len(rows) // self._dim for number, rows in pending.items()}
        most = {n: max(count, before.counts.get(n, 0)) for n, count in after.items()}
        if pending:
            self._keep(
                replace(before, counts={**before.counts, **most}, changing=frozenset(pending))
            )
        for keys, rows in _batches(pending, self._dim):
            self._worker.write({"do": "put"}, [_packed(keys), rows])
        stale = [key_of(n, at) for n, count in after.items() for at in range(count, most[n])]
        _drop(self._worker, stale)
        counts = {n: count for n, count in {**before.counts, **after}.items() if count}
        touched = sum(before.counts.get(n, 0) for n in pending)
        settled = GenerationState(self._dim, position, before.dropped + touched, counts)
        _checked(self._worker, settled)
        self._keep(settled)

    def search(
        self, query: NDArray[np.float32], limit: int, files: NDArray[np.bool_] | None
    ) -> list[tuple[int, float]]:
        """Return the keys and cosines of the nearest chunks, nearest first."""
        total = self._state.total
        asked = min(total, limit if files is None else limit * _WIDENING)
        while asked > 0:
            found = self._nearest(query, asked)
            if files is not None:
                found = [hit for hit in found if _is_in(files, place_of(hit[0])[0])]
            if files is None or len(found) >= limit or asked == total:
                return found[:limit]
            asked = min(total, asked * _WIDENING)
        return []

    def close(self) -> None:
        """End the process; what was not committed is lost."""
        self._worker.close()

    def forget(self) -> None:
        """Close, and see to it that nobody opens this generation again."""
        self._generations.forget()
        self._worker.kill()

    def _opened(self) -> _Open | None:
        """Return the current generation opened, None where it cannot be used."""
        folder = self._generations.current()
        state = None if folder is None else read_state(folder)
        if folder is None or state is None or state.dim != self._dim:
            return None
        worker = Worker(folder, self._dim)
        try:
            count = worker.opened()
            if state.changing:
                state = _without_changing(worker, state)
                count = _checked(worker, state)
                write_state(folder, state)
        except WorkerGoneError:
            worker.kill()
            return None
        if count != state.total:
            worker.kill()
            return None
        return folder, worker, state

    def _begun(self) -> _Open:
        """Return a new generation, empty, or raise where Chroma does not work at all."""
        folder = self._generations.begin()
        state = GenerationState(self._dim)
        worker = Worker(folder, self._dim)
        try:
            worker.opened()
        except WorkerGoneError:
            worker.kill()
            raise
        write_state(folder, state)
        return folder, worker, state

    def _keep(self, state: GenerationState) -> None:
        write_state(self._folder, state)
        self._state = state

    def _nearest(self, query: NDArray[np.float32], limit: int) -> list[tuple[int, float]]:
        import numpy as np

        keys, cosines = self._worker.ask({"limit": limit}, [query.astype(np.float32).tobytes()])
        return list(
            zip(
                np.frombuffer(keys, np.int64).tolist(),
                np.frombuffer(cosines, np.float32).tolist(),
                strict=True,
            )
        )


def _without_changing(worker: Worker, state: GenerationState) -> GenerationState:
    """Take out the files of a commit that was broken off."""
    _drop(worker, [key_of(n, at) for n in state.changing for at in range(state.counts[n])])
    counts = {n: count for n, count in state.counts.items() if n not in state.changing}
    return replace(state, counts=counts, changing=frozenset())


def _drop(worker: Worker, keys: Sequence[int]) -> None:
    for start in range(0, len(keys), _ROWS_A_BATCH):
        worker.write({"do": "drop"}, [_packed(keys[start : start + _ROWS_A_BATCH])])


def _checked(worker: Worker, state: GenerationState) -> int:
    """Return how many vectors there are, or raise where that is not what was written."""
    count = int(worker.write({"do": "count"})["count"])
    if count != state.total:
        raise WorkerGoneError(
            f"Chroma holds {count} vectors where {state.total} were written; "
            "exact search answers until its store is made anew."
        )
    return count


def _batches(pending: Mapping[int, bytes], dim: int) -> Iterator[tuple[list[int], bytes]]:
    """Yield keys with their rows, in batches of a bounded size."""
    keys: list[int] = []
    rows: list[bytes] = []
    for number, vectors in pending.items():
        for start in range(0, len(vectors) // dim, _ROWS_A_BATCH):
            part = vectors[start * dim : (start + _ROWS_A_BATCH) * dim]
            keys += [key_of(number, start + at) for at in range(len(part) // dim)]
            rows.append(part)
            if len(keys) >= _ROWS_A_BATCH:
                yield keys, b"".join(rows)
                keys, rows = [], []
    if keys:
        yield keys, b"".join(rows)


def _packed(keys: Sequence[int]) -> bytes:
    import numpy as np

    return np.array(keys, np.int64).tobytes()


def _is_in(files: NDArray[np.bool_], number: int) -> bool:
    return number < len(files) and bool(files[number])
