"""Own the exact vector store: int8 rows in blocks of a memory-mapped file, searched one and all.

It is the only package that knows simsimd; it must not make vectors or rank hits.
"""

from __future__ import annotations

from glossator_indexer.vectors.store import ExactVectors

__all__ = ["ExactVectors"]
