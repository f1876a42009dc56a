"""Own one set of files as its writer sees it: rows are appended, killed, flushed and compacted.

It must not replace the head: what that says counts, and the store decides when.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from glossator_indexer.records import key_of
from glossator_indexer.vectors.head import (
    DEAD_BYTES,
    KEY_BYTES,
    NORM_BYTES,
    SUFFIXES,
    VERSION,
    Head,
    path_of,
)
from glossator_indexer.vectors.nearest import Snapshot
from glossator_indexer.vectors.rows import Rows, norms_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Generation:
    """The writer's side of one set of files; single-threaded, nothing of it is seen before `flush`.

    `_ranges` holds the stretches of live rows of each file.
    """

    def __init__(self, folder: Path, head: Head, block_rows: int, mode: int) -> None:
        import numpy as np

        self.head = head
        self._folder = folder
        self._block_rows = block_rows
        self._fds = {
            suffix: os.open(path_of(folder, head, suffix), os.O_RDWR | mode, 0o600)
            for suffix in SUFFIXES
        }
        self._blocks: list[NDArray[np.int8]] = []
        self._keys = Rows()
        self._live = np.empty(0, np.bool_)
        self._rows = head.rows
        self._ranges: dict[int, list[tuple[int, int]]] = {}
        self._new_rows: list[NDArray[np.int8]] = []
        self._new_keys: list[NDArray[np.uint64]] = []
        self._killed: list[tuple[int, int]] = []
        self._dead_rows = 0

    @classmethod
    def create(cls, folder: Path, head: Head, block_rows: int) -> Generation:
        """Return an empty generation."""
        return cls(folder, head, block_rows, os.O_CREAT | os.O_TRUNC)

    @classmethod
    def open(cls, folder: Path, head: Head, block_rows: int) -> Generation:
        """Return the generation of a head that was found whole."""
        import numpy as np

        generation = cls(folder, head, block_rows, 0)
        generation._extend_data()
        generation._map_blocks()
        keys = np.fromfile(path_of(folder, head, "keys"), np.uint64, head.rows)
        norms = np.fromfile(path_of(folder, head, "norms"), np.float32, head.rows)
        generation._keys.extend(keys, norms)
        generation._live = np.ones(head.rows, np.bool_)
        dead = np.fromfile(path_of(folder, head, "dead"), np.uint32, head.dead * 2)
        for start, rows in dead.reshape(-1, 2).tolist():
            generation._live[start : start + rows] = False
        generation._dead_rows = int(head.rows - generation._live.sum())
        generation._find_ranges()
        return generation

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

    def compacted(self, folder: Path) -> Generation:
        """Return a new generation with the rows that live, those not yet flushed included."""
        self.flush(self.head.position)
        fresh = Generation.create(
            folder, Head(VERSION, self.head.dim, self.head.generation + 1), self._block_rows
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
        _write_at(self._fds["keys"], keys.tobytes(), head.rows * KEY_BYTES)
        _write_at(self._fds["dead"], dead, head.dead * DEAD_BYTES)
        norms = norms_of(self._new_rows)
        _write_at(self._fds["norms"], norms.tobytes(), head.rows * NORM_BYTES)
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

    def snapshot(self) -> Snapshot:
        """Return what has been flushed, for readers."""
        return Snapshot(
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
                    path_of(self._folder, self.head, "i8"),
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


def _write_at(fd: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(fd, view, offset)
        view = view[written:]
        offset += written
