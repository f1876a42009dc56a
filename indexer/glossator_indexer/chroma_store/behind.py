"""Own the list, on disk, of the files that a store does not hold as they are now.

It must not know the store.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from glossator_indexer.chroma_store.generations import replace_file

_BYTES = 8
# Rewriting costs little, but not nothing: only once the file says mostly what is done.
_SLACK = 4_096


class Behind:
    """Numbers of files, in the order in which they were added.

    An addition is on disk before `add` returns, so that a kill loses none; what is done may stay
    there for a while, which costs work and loses nothing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        data = path.read_bytes() if path.exists() else b""
        self._written = len(data) // _BYTES
        # A number that was cut off by a full disk was never acknowledged.
        ends = range(_BYTES, len(data) + 1, _BYTES)
        self._stamps = {int.from_bytes(data[end - _BYTES : end], "little"): 0 for end in ends}
        self._stamp = 0

    def __len__(self) -> int:
        return len(self._stamps)

    def add(self, numbers: Iterable[int]) -> None:
        """Note that files changed; raises `OSError` where that cannot be written."""
        wanted = list(numbers)
        if not wanted:
            return
        with self._path.open("ab") as file:
            # After half a number, the next one still has to begin at its place.
            file.truncate(self._written * _BYTES)
            file.write(b"".join(number.to_bytes(_BYTES, "little") for number in wanted))
        self._written += len(wanted)
        self._stamp += 1
        self._stamps.update(dict.fromkeys(wanted, self._stamp))

    def some(self, limit: int) -> dict[int, int]:
        """Return some of the numbers with their stamps."""
        return dict(islice(self._stamps.items(), limit))

    def done(self, taken: dict[int, int]) -> None:
        """Take numbers off that have not changed since `some` returned them."""
        for number, stamp in taken.items():
            if self._stamps.get(number) == stamp:
                del self._stamps[number]
        if not self._stamps or self._written > 2 * len(self._stamps) + _SLACK:
            left: Sequence[int] = list(self._stamps)
            replace_file(self._path, b"".join(n.to_bytes(_BYTES, "little") for n in left))
            self._written = len(left)
