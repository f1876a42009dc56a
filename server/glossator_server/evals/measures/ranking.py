"""Own the figures of a ranking with one right answer, by the rank of that: None is not found.

Pure. It must not search.
"""

from __future__ import annotations

import math

CUTOFF = 10


def ndcg(rank: int | None) -> float:
    """Return nDCG@10 of one right answer: 1 / log2(1 + rank), 0 beyond ten (Järvelin 2002)."""
    return 0.0 if rank is None or rank > CUTOFF else 1 / math.log2(1 + rank)


def reciprocal_rank(rank: int | None) -> float:
    """Return 1 / rank, 0 where it was not found."""
    return 0.0 if rank is None else 1 / rank


def recall(rank: int | None, depth: int) -> float:
    """Return 1 where the right answer is among the first so many, else 0."""
    return float(rank is not None and rank <= depth)
