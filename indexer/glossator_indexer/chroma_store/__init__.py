"""Own Chroma as a store of vectors: embedded in a process of its own, or on a team's server.

Nothing outside this package imports chromadb, and nothing in it decides what may be sent where.
"""

from __future__ import annotations

from glossator_indexer.chroma_store.chosen import CHROMA_FROM, ChosenVectors, VectorChoice
from glossator_indexer.chroma_store.following import VectorSource
from glossator_indexer.chroma_store.link import WorkerGoneError
from glossator_indexer.chroma_store.store import ChromaStore

__all__ = [
    "CHROMA_FROM",
    "ChosenVectors",
    "ChromaStore",
    "VectorChoice",
    "VectorSource",
    "WorkerGoneError",
]
