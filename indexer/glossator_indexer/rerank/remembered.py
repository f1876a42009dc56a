"""Own the vectors that the re-ranker has made: by the hash of their text, in a file and in memory.

It must not run a model.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from zlib import crc32

from glossator_indexer.rerank.shape import WIDTH

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_HASH = 16
_RECORD = _HASH + 4 + WIDTH
_MOST_REMEMBERED = 50_000


class Remembered:
    """Vectors by the hash of their text, in a file that may break off anywhere.

    The file holds records of one size: hash, CRC-32, and the vector as int8; the newest count. It
    is written anew, with what was used last, when twice the bound has been reached. Where it cannot
    be written, vectors are remembered in memory alone.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: OrderedDict[bytes, bytes] = OrderedDict()
        self._file: BinaryIO | None = None
        self.made = 0
        with contextlib.suppress(OSError):
            self._read(path.read_bytes())
        self._records = len(self._rows)
        self._rewrite()

    @property
    def room(self) -> int:
        """Return how many more are remembered before one is forgotten."""
        return max(0, _MOST_REMEMBERED - len(self._rows))

    def __contains__(self, key: bytes) -> bool:
        return key in self._rows

    def vector(self, key: bytes) -> NDArray[np.float32]:
        """Return a vector that is remembered."""
        import numpy as np

        self._rows.move_to_end(key)
        row = np.frombuffer(self._rows[key], np.int8).astype(np.float32)
        unit: NDArray[np.float32] = row / max(float(row @ row) ** 0.5, 1.0)
        return unit

    def add(self, vectors: Mapping[bytes, NDArray[np.float32]]) -> None:
        """Remember vectors, in the file as well where it can be written."""
        import numpy as np

        if not vectors:
            return
        rows = {key: np.rint(it * 127).astype(np.int8).tobytes() for key, it in vectors.items()}
        self._rows.update(rows)
        self.made += len(rows)
        self._records += len(rows)
        while len(self._rows) > _MOST_REMEMBERED:
            self._rows.popitem(last=False)
        if self._records > 2 * _MOST_REMEMBERED:
            self._rewrite()
        elif self._file is not None:
            try:
                self._file.write(b"".join(_record(*it) for it in rows.items()))
                self._file.flush()
            except OSError:
                # Half a record may be there, and whatever came behind it could not be read again.
                self.close()

    def close(self) -> None:
        """Let go of the file."""
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(OSError):
                file.close()

    def _read(self, raw: bytes) -> None:
        for begin in range(0, len(raw) - _RECORD + 1, _RECORD):
            record = raw[begin : begin + _RECORD]
            key, row = record[:_HASH], record[_HASH + 4 :]
            if _record(key, row) == record:
                self._rows[key] = row
                self._rows.move_to_end(key)
        while len(self._rows) > _MOST_REMEMBERED:
            self._rows.popitem(last=False)

    def _rewrite(self) -> None:
        """Write a file of what is remembered beside the old one, and put it in its place."""
        temporary = self._path.with_suffix(".new")
        self.close()
        self._records = len(self._rows)
        with contextlib.suppress(OSError):
            temporary.write_bytes(b"".join(_record(*it) for it in self._rows.items()))
            temporary.replace(self._path)
            self._file = self._path.open("ab")


def _record(key: bytes, row: bytes) -> bytes:
    return key + crc32(key + row).to_bytes(4, "little") + row
