"""The exact store keeps every promise of a store of vectors."""

from __future__ import annotations

from pathlib import Path

from glossator_indexer.ports import VectorStore
from glossator_indexer.vectors import ExactVectors
from tests.indexer.stores.vector_store_conformance import DIM, VectorStoreConformance


class TestExactVectors(VectorStoreConformance):
    def open_store(self, place: Path, dim: int = DIM) -> VectorStore:
        return ExactVectors(place, dim)
