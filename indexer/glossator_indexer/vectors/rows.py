"""Own what is known of each row beside its vector: its key, its file and its length.

It must not read or write files.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from glossator_indexer.records import ORDINAL_BITS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Rows:
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


def norms_of(parts: Sequence[NDArray[np.int8]]) -> NDArray[np.float32]:
    """Return the lengths of rows, 1 for a row of zeros: nothing is like it, and nothing divides."""
    import numpy as np

    lengths = [np.empty(0, np.float32)]
    for rows in parts:
        wide = rows.astype(np.float32)
        lengths.append(np.sqrt(np.einsum("ij,ij->i", wide, wide)))
    norms = np.concatenate(lengths).astype(np.float32, copy=False)
    norms[norms == 0] = 1
    return norms
