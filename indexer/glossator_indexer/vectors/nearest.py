"""Own the search: a query is compared with every row that counts, block by block.

It must not change anything; it is the only module that knows simsimd.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Comparing with a million rows waits for the memory, for which one core cannot ask fast enough.
# With fewer, two take no less time, and wait for each other by turning in place.
_THREADS = 2
_ROWS_FOR_THREADS = 500_000
# A mask that leaves less of a block than this is cheaper to gather than to compute around.
_SPARSE_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What readers see: everything of one commit, never written again."""

    blocks: tuple[NDArray[np.int8], ...]
    block_rows: int
    keys: NDArray[np.uint64]
    files: NDArray[np.int64]
    norms: NDArray[np.float32]
    live: NDArray[np.bool_]
    count: int


def nearest(
    snapshot: Snapshot, query: NDArray[np.int8], limit: int, files: NDArray[np.bool_] | None
) -> list[tuple[int, float]]:
    """Return the best rows; what cannot be among them is dropped block by block."""
    import numpy as np

    wanted = snapshot.live if files is None else snapshot.live & _chosen(snapshot.files, files)
    scores = np.empty(0, np.float32)
    rows = np.empty(0, np.int64)
    threads = _THREADS if len(wanted) >= _ROWS_FOR_THREADS else 1
    for at, block in enumerate(snapshot.blocks):
        first = at * snapshot.block_rows
        mask = wanted[first : first + snapshot.block_rows]
        found, inside = _scored(block[: len(mask)], mask, query[None, :], threads)
        norms = snapshot.norms[first : first + len(mask)]
        found /= norms if len(inside) == len(norms) else norms[inside]
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
    block: NDArray[np.int8], mask: NDArray[np.bool_], query: NDArray[np.int8], threads: int
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
    dots = np.asarray(
        simsimd.cdist(query, block, metric="dot", out_dtype="float32", threads=threads)
    )[0]
    return dots if len(dots) == len(rows) else dots[rows], rows


def _chosen(files: NDArray[np.int64], mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    import numpy as np

    if not len(mask):
        return np.zeros(len(files), np.bool_)
    found: NDArray[np.bool_] = mask[np.minimum(files, len(mask) - 1)] & (files < len(mask))
    return found
