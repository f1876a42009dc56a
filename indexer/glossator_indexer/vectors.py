"""Own the exact vector store: int8 rows in blocks of a memory-mapped file, searched one and all.

It must not make vectors or rank hits; it is the only module that knows simsimd. A generation of
files is only ever appended to; a head that is replaced in one step says how much of it counts.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from glossator_indexer.errors import EmbedderError
from glossator_indexer.records import ORDINAL_BITS, IndexedFile, key_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

VERSION = 2
_HEAD = "head.json"
_SUFFIXES = ("i8", "keys", "norms", "dead")
# Small enough that a small repository takes little, large enough that the loop costs nothing.
_BLOCK_ROWS = 16_384
# A mask that leaves less of a block than this is cheaper to gather than to compute around.
_SPARSE_SHARE = 0.25
# The largest component of a query: rounded as finely as int8 can.
_LARGEST = 127.0
_KEY_BYTES = 8
_NORM_BYTES = 4
# A stretch of dead rows, as first row and number of rows.
_DEAD_BYTES = 8
_READ_BYTES = 1 << 24


@dataclass(frozen=True, slots=True)
class _Head:
    """What of a generation's files counts, with checksums of exactly that."""

    version: int
    dim: int
    generation: int
    rows: int = 0
    dead: int = 0
    position: int | None = None
    data_sum: int = 0
    keys_sum: int = 0
    norms_sum: int = 0
    dead_sum: int = 0


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """What readers see: everything of one commit, never written again."""

    blocks: tuple[NDArray[np.int8], ...]
    block_rows: int
    keys: NDArray[np.uint64]
    files: NDArray[np.int64]
    norms: NDArray[np.float32]
    live: NDArray[np.bool_]
    count: int


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
            head = _Head(VERSION, dim, self._newest_generation() + 1)
            if (folder / _HEAD).is_dir():
                _remove(folder / _HEAD)
            self._generation = _Generation.create(folder, head, block_rows)
        else:
            self._generation = _Generation.open(folder, head, block_rows)
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
            head = _Head(VERSION, self._dim, old.head.generation + 1)
            self._generation = _Generation.create(self._folder, head, self._block_rows)
            old.close()

    def commit(self, position: int) -> None:
        """Make everything since the last commit durable and visible, as of `position`."""
        with self._writing:
            if self._generation.wants_compaction():
                old = self._generation
                self._generation = old.compacted(self._folder)
                old.close()
            self._generation.flush(position)
            _replace_head(self._folder / _HEAD, self._generation.head)
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
        return _nearest(self._snapshot, rounded, limit, files)

    def close(self) -> None:
        """Let go of files; what was not committed is lost."""
        with self._writing:
            self._generation.close()

    def _usable_head(self) -> _Head | None:
        """Return the head of a generation that is what it should be, else None, with `trouble`."""
        path = self._folder / _HEAD
        try:
            head = _read_head(path)
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
        if not _Generation.is_whole(self._folder, head):
            self.trouble = "The vectors' files were damaged; the vectors are built again."
            return None
        return head

    def _newest_generation(self) -> int:
        numbers = [_generation_of(path) for path in self._folder.glob("*.i8")]
        return max((number for number in numbers if number is not None), default=0)

    def _remove_other_generations(self) -> None:
        for suffix in _SUFFIXES:
            for path in self._folder.glob(f"*.{suffix}"):
                number = _generation_of(path)
                if number is not None and number != self._generation.head.generation:
                    _remove(path)


class _Generation:
    """The writer's side of one set of files; single-threaded, nothing of it is seen before `flush`.

    `_ranges` holds the stretches of live rows of each file.
    """

    def __init__(self, folder: Path, head: _Head, block_rows: int, mode: int) -> None:
        import numpy as np

        self.head = head
        self._folder = folder
        self._block_rows = block_rows
        self._fds = {
            suffix: os.open(_path(folder, head, suffix), os.O_RDWR | mode, 0o600)
            for suffix in _SUFFIXES
        }
        self._blocks: list[NDArray[np.int8]] = []
        self._keys = _Rows()
        self._live = np.empty(0, np.bool_)
        self._rows = head.rows
        self._ranges: dict[int, list[tuple[int, int]]] = {}
        self._new_rows: list[NDArray[np.int8]] = []
        self._new_keys: list[NDArray[np.uint64]] = []
        self._killed: list[tuple[int, int]] = []
        self._dead_rows = 0

    @classmethod
    def create(cls, folder: Path, head: _Head, block_rows: int) -> _Generation:
        """Return an empty generation."""
        return cls(folder, head, block_rows, os.O_CREAT | os.O_TRUNC)

    @classmethod
    def open(cls, folder: Path, head: _Head, block_rows: int) -> _Generation:
        """Return the generation of a head that was found whole."""
        import numpy as np

        generation = cls(folder, head, block_rows, 0)
        generation._extend_data()
        generation._map_blocks()
        keys = np.fromfile(_path(folder, head, "keys"), np.uint64, head.rows)
        norms = np.fromfile(_path(folder, head, "norms"), np.float32, head.rows)
        generation._keys.extend(keys, norms)
        generation._live = np.ones(head.rows, np.bool_)
        dead = np.fromfile(_path(folder, head, "dead"), np.uint32, head.dead * 2)
        for start, rows in dead.reshape(-1, 2).tolist():
            generation._live[start : start + rows] = False
        generation._dead_rows = int(head.rows - generation._live.sum())
        generation._find_ranges()
        return generation

    @staticmethod
    def is_whole(folder: Path, head: _Head) -> bool:
        """Say whether the files hold what the head says of them."""
        wanted = (
            ("i8", head.rows * head.dim, head.data_sum),
            ("keys", head.rows * _KEY_BYTES, head.keys_sum),
            ("norms", head.rows * _NORM_BYTES, head.norms_sum),
            ("dead", head.dead * _DEAD_BYTES, head.dead_sum),
        )
        try:
            return all(
                _sum_of(_path(folder, head, it), size) == it_sum for it, size, it_sum in wanted
            )
        except OSError:
            return False

    def append(self, number: int, rows: NDArray[np.int8]) -> None:
        """Take in the rows of a file that has none, in order of the ordinals of its chunks."""
        import numpy as np

        count = len(rows)
        self._new_rows.append(rows)
        self._new_keys.append(np.arange(count, dtype=np.uint64) + np.uint64(key_of(number, 0)))
        self._ranges[number] = [(self._rows, count)]
        self._rows += count

    def kill(self, numbers: Iterable[int]) -> None:
        """Take all rows of files out of what counts."""
        for number in numbers:
            for start, rows in self._ranges.pop(number, ()):
                self._killed.append((start, rows))
                self._dead_rows += rows

    def wants_compaction(self) -> bool:
        """Say whether so many rows are dead that a copy of the others is worth its time."""
        # Dead rows cost time in each search; a new generation costs a copy of all that live.
        return self._dead_rows > max(self._block_rows, self._rows // 3)

    def compacted(self, folder: Path) -> _Generation:
        """Return a new generation with the rows that live, those not yet flushed included."""
        self.flush(self.head.position)
        fresh = _Generation.create(
            folder, _Head(VERSION, self.head.dim, self.head.generation + 1), self._block_rows
        )
        for number, ranges in self._ranges.items():
            for start, rows in ranges:
                fresh.append(number, self._rows_between(start, start + rows))
        return fresh

    def flush(self, position: int | None) -> None:
        """Write what is new and put it in the head; the head itself is written by the caller."""
        import numpy as np

        head = self.head
        data = b"".join(rows.tobytes() for rows in self._new_rows)
        keys = np.concatenate(self._new_keys) if self._new_keys else np.empty(0, np.uint64)
        dead = np.array(self._killed, np.uint32).tobytes()
        self._extend_data()
        _write_at(self._fds["i8"], data, head.rows * head.dim)
        _write_at(self._fds["keys"], keys.tobytes(), head.rows * _KEY_BYTES)
        _write_at(self._fds["dead"], dead, head.dead * _DEAD_BYTES)
        norms = _norms(self._new_rows)
        _write_at(self._fds["norms"], norms.tobytes(), head.rows * _NORM_BYTES)
        self._keys.extend(keys, norms)
        live = np.concatenate((self._live, np.ones(len(keys), np.bool_)))
        for start, rows in self._killed:
            live[start : start + rows] = False
        self._live = live
        self.head = replace(
            head,
            rows=self._rows,
            dead=head.dead + len(self._killed),
            position=position,
            data_sum=zlib.crc32(data, head.data_sum),
            keys_sum=zlib.crc32(keys.tobytes(), head.keys_sum),
            norms_sum=zlib.crc32(norms.tobytes(), head.norms_sum),
            dead_sum=zlib.crc32(dead, head.dead_sum),
        )
        self._new_rows, self._new_keys, self._killed = [], [], []
        self._map_blocks()

    def snapshot(self) -> _Snapshot:
        """Return what has been flushed, for readers."""
        return _Snapshot(
            tuple(self._blocks),
            self._block_rows,
            self._keys.keys,
            self._keys.files,
            self._keys.norms,
            self._live,
            int(self._live.sum()),
        )

    def close(self) -> None:
        """Close the files; snapshots stay readable."""
        for fd in self._fds.values():
            os.close(fd)
        self._fds = {}

    def _extend_data(self) -> None:
        """Make the file as long as whole blocks, which is what readers map; holes cost nothing."""
        blocks = -(-self._rows // self._block_rows)
        os.ftruncate(self._fds["i8"], blocks * self._block_rows * self.head.dim)

    def _map_blocks(self) -> None:
        import numpy as np

        size = self._block_rows * self.head.dim
        while len(self._blocks) * self._block_rows < self._rows:
            self._blocks.append(
                np.memmap(
                    _path(self._folder, self.head, "i8"),
                    np.int8,
                    "r",
                    offset=len(self._blocks) * size,
                    shape=(self._block_rows, self.head.dim),
                )
            )

    def _rows_between(self, start: int, stop: int) -> NDArray[np.int8]:
        import numpy as np

        parts = []
        while start < stop:
            block, row = divmod(start, self._block_rows)
            end = min(self._block_rows, row + stop - start)
            parts.append(np.asarray(self._blocks[block][row:end]))
            start += end - row
        return np.concatenate(parts)

    def _find_ranges(self) -> None:
        import numpy as np

        rows = np.flatnonzero(self._live)
        files = self._keys.files[rows]
        cuts = np.flatnonzero((np.diff(files) != 0) | (np.diff(rows) != 1)) + 1
        starts = np.concatenate(([0], cuts))[: len(rows)]
        counts = np.diff(np.concatenate((starts, [len(rows)])))
        found = zip(files[starts].tolist(), rows[starts].tolist(), counts.tolist(), strict=True)
        for number, start, count in found:
            self._ranges.setdefault(number, []).append((start, count))


class _Rows:
    """Keys, numbers of files and lengths of rows; what was handed out is not written again."""

    def __init__(self) -> None:
        import numpy as np

        self._keys = np.empty(1024, np.uint64)
        self._files = np.empty(1024, np.int64)
        self._norms = np.empty(1024, np.float32)
        self._count = 0

    @property
    def keys(self) -> NDArray[np.uint64]:
        """Return all keys."""
        return self._keys[: self._count]

    @property
    def files(self) -> NDArray[np.int64]:
        """Return the number of the file of each key."""
        return self._files[: self._count]

    @property
    def norms(self) -> NDArray[np.float32]:
        """Return the length of each vector, 1 for one without any."""
        return self._norms[: self._count]

    def extend(self, keys: NDArray[np.uint64], norms: NDArray[np.float32]) -> None:
        """Add rows at the end."""
        import numpy as np

        count = self._count + len(keys)
        if count > len(self._keys):
            self._keys = np.concatenate((self.keys, np.empty(count, np.uint64)))
            self._files = np.concatenate((self.files, np.empty(count, np.int64)))
            self._norms = np.concatenate((self.norms, np.empty(count, np.float32)))
        self._keys[self._count : count] = keys
        self._norms[self._count : count] = norms
        self._files[self._count : count] = (keys >> np.uint64(ORDINAL_BITS)).astype(np.int64)
        self._count = count


def _nearest(
    snapshot: _Snapshot, query: NDArray[np.int8], limit: int, files: NDArray[np.bool_] | None
) -> list[tuple[int, float]]:
    """Return the best rows; what cannot be among them is dropped block by block."""
    import numpy as np

    wanted = snapshot.live if files is None else snapshot.live & _chosen(snapshot.files, files)
    scores = np.empty(0, np.float32)
    rows = np.empty(0, np.int64)
    for at, block in enumerate(snapshot.blocks):
        first = at * snapshot.block_rows
        mask = wanted[first : first + snapshot.block_rows]
        found, inside = _scored(block[: len(mask)], mask, query[None, :])
        found /= snapshot.norms[first + inside]
        if len(scores) >= limit:
            keep = np.flatnonzero(found >= scores.min())
            found, inside = found[keep], inside[keep]
        scores = np.concatenate((scores, found))
        rows = np.concatenate((rows, inside + first))
        if len(scores) > limit:
            # All that tie with the last one stay, so that ties are broken by key alone.
            bound = np.partition(scores, len(scores) - limit)[len(scores) - limit]
            best = np.flatnonzero(scores >= bound)
            scores, rows = scores[best], rows[best]
    keys = snapshot.keys[rows]
    order = np.lexsort((keys, -scores))[:limit]
    length = np.float32(np.linalg.norm(query.astype(np.float32)))
    cosines = np.clip(scores[order] / length, -1.0, 1.0)
    return list(zip(keys[order].tolist(), cosines.tolist(), strict=True))


def _scored(
    block: NDArray[np.int8], mask: NDArray[np.bool_], query: NDArray[np.int8]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return dot products and row numbers of the rows of a block that the mask lets through."""
    import numpy as np
    import simsimd

    rows = np.flatnonzero(mask)
    if not len(rows):
        return np.empty(0, np.float32), rows
    # Below is one product with a matrix: either of all rows, or of those that are wanted.
    if len(rows) < _SPARSE_SHARE * len(mask):
        block = block[rows]
    dots = np.asarray(simsimd.cdist(query, block, metric="dot", out_dtype="float32"))[0]
    return dots if len(dots) == len(rows) else dots[rows], rows


def _chosen(files: NDArray[np.int64], mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    import numpy as np

    if not len(mask):
        return np.zeros(len(files), np.bool_)
    found: NDArray[np.bool_] = mask[np.minimum(files, len(mask) - 1)] & (files < len(mask))
    return found


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


def _norms(parts: Sequence[NDArray[np.int8]]) -> NDArray[np.float32]:
    """Return the lengths of rows, 1 for a row of zeros: nothing is like it, and nothing divides."""
    import numpy as np

    lengths = [np.empty(0, np.float32)]
    for rows in parts:
        wide = rows.astype(np.float32)
        lengths.append(np.sqrt(np.einsum("ij,ij->i", wide, wide)))
    norms = np.concatenate(lengths).astype(np.float32, copy=False)
    norms[norms == 0] = 1
    return norms


def _read_head(path: Path) -> _Head:
    """Return the head; raises `ValueError` or `TypeError` where it is not what was written."""
    line, _, summed = path.read_text("ascii").partition("\n")
    if int(summed) != zlib.crc32(line.encode()):
        raise ValueError("the checksum of the head is wrong")
    return _Head(**json.loads(line))


def _replace_head(path: Path, head: _Head) -> None:
    line = json.dumps(asdict(head))
    fresh = path.with_suffix(".new")
    fresh.write_text(f"{line}\n{zlib.crc32(line.encode())}", "ascii")
    fresh.replace(path)


def _path(folder: Path, head: _Head, suffix: str) -> Path:
    return folder / f"{head.generation}.{suffix}"


def _remove(path: Path) -> None:
    """Remove a file, or what stands in its place."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _generation_of(path: Path) -> int | None:
    return int(path.stem) if path.stem.isdecimal() else None


def _sum_of(path: Path, size: int) -> int | None:
    """Return the checksum of the first `size` bytes of a file, None where it is shorter."""
    total = 0
    with path.open("rb") as file:
        while size > 0:
            piece = file.read(min(size, _READ_BYTES))
            if not piece:
                return None
            total = zlib.crc32(piece, total)
            size -= len(piece)
    return total


def _write_at(fd: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(fd, view, offset)
        view = view[written:]
        offset += written
