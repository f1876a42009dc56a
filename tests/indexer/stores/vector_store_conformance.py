"""Own what every `VectorStore` promises, as tests: subclass it and say how a store is opened.

It must not know any store. Vectors are few and far apart, so that approximate stores are exact.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from glossator_indexer.ports import VectorStore
from glossator_indexer.records import (
    IndexedFile,
    key_of,
)

DIM = 32
# Vectors come as bytes, whose rounding a store may or may not take out of the cosine.
_CLOSE = 1e-2


def rows_of(seed: int, count: int) -> NDArray[np.int8]:
    """Return `count` unit vectors as bytes, 127 for 1, the same in every run."""
    rows = np.random.default_rng(seed).standard_normal((count, DIM))
    unit_rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return np.rint(unit_rows * 127).astype(np.int8)


def file_of(number: int, rows: NDArray[np.int8] | None) -> IndexedFile:
    """Return a file with these vectors, on its way into a store."""
    chunks = 1 if rows is None else len(rows)
    return IndexedFile(number, 0, "a.c", chunks, (), None if rows is None else rows.tobytes())


def unit(row: NDArray[np.int8]) -> NDArray[np.float32]:
    """Return the direction of a vector, as a query."""
    vector = row.astype(np.float32)
    return vector / np.float32(np.linalg.norm(vector))


class VectorStoreConformance:
    """The promises of `ports.VectorStore` and `ports.DerivedStore`."""

    @pytest.fixture
    def place(self, tmp_path: Path) -> Path:
        """Return the folder of the store under test."""
        return tmp_path / "vectors"

    def open_store(self, place: Path, dim: int = DIM) -> VectorStore:
        """Open the store in a folder, a new one where there is none."""
        raise NotImplementedError

    @pytest.fixture
    def store(self, place: Path) -> VectorStore:
        """Return three files with five vectors each, committed at position 7."""
        store = self.open_store(place)
        store.replace([file_of(number, rows_of(number, 5)) for number in (1, 2, 3)])
        store.commit(7)
        return store

    def test_a_new_store_is_empty_and_asks_to_be_filled(self, place: Path) -> None:
        store = self.open_store(place)
        assert store.position() is None
        assert store.count() == 0
        assert store.search(unit(rows_of(1, 1)[0]), 3, None) == []
        assert store.name
        store.close()

    def test_the_nearest_come_first_with_their_cosines(self, store: VectorStore) -> None:
        everything = {
            key_of(number, at): row
            for number in (1, 2, 3)
            for at, row in enumerate(rows_of(number, 5))
        }
        query = unit(rows_of(9, 1)[0])
        cosines = {key: float(query @ unit(row)) for key, row in everything.items()}
        expected = sorted(cosines, key=lambda key: -cosines[key])
        found = store.search(query, 15, None)
        assert found == sorted(found, key=lambda hit: -hit[1])
        assert dict(found) == pytest.approx(cosines, abs=_CLOSE)
        assert found[0][0] == expected[0]
        assert store.search(query, 4, None) == found[:4]
        store.close()

    def test_a_filter_lets_only_its_files_through(self, store: VectorStore) -> None:
        query = unit(rows_of(1, 5)[2])
        only_two = np.array([False, True, True])
        found = store.search(query, 10, only_two)
        assert {key >> 16 for key, _ in found} == {1, 2}
        assert len(found) == 10
        # Files beyond the end of the mask do not count, nor does anything with none set.
        assert {key >> 16 for key, _ in store.search(query, 10, np.array([False, True]))} == {1}
        assert store.search(query, 10, np.zeros(4, np.bool_)) == []
        store.close()

    def test_a_file_that_is_replaced_leaves_nothing_behind(self, store: VectorStore) -> None:
        old, new = rows_of(2, 5), rows_of(20, 2)
        store.replace([file_of(2, new)])
        store.commit(8)
        assert store.count() == 12
        assert store.search(unit(new[1]), 1, None)[0][0] == key_of(2, 1)
        found = dict(store.search(unit(old[4]), 15, None))
        assert sorted(key for key in found if key >> 16 == 2) == [key_of(2, 0), key_of(2, 1)]
        assert max(found.values()) < 0.99
        store.close()

    def test_files_that_are_removed_or_lose_their_vectors_are_gone(
        self, store: VectorStore
    ) -> None:
        store.remove([1, 99])
        store.replace([file_of(2, None)])
        store.commit(8)
        assert store.count() == 5
        assert {key >> 16 for key, _ in store.search(unit(rows_of(1, 5)[0]), 15, None)} == {3}
        store.close()

    def test_the_last_change_of_a_file_before_a_commit_holds(self, store: VectorStore) -> None:
        store.replace([file_of(4, rows_of(4, 3))])
        store.remove([4])
        store.remove([1])
        store.replace([file_of(1, rows_of(10, 1))])
        store.commit(8)
        assert store.count() == 11
        store.close()

    def test_what_is_committed_is_there_after_opening_again(
        self, store: VectorStore, place: Path
    ) -> None:
        query = unit(rows_of(3, 5)[1])
        before = store.search(query, 5, None)
        store.close()
        again = self.open_store(place)
        assert again.position() == 7
        assert again.count() == 15
        after = again.search(query, 5, None)
        assert [key for key, _ in after] == [key for key, _ in before]
        assert dict(after) == pytest.approx(dict(before))
        again.close()

    def test_what_is_not_committed_is_lost_with_the_store(
        self, store: VectorStore, place: Path
    ) -> None:
        store.replace([file_of(4, rows_of(4, 3))])
        store.remove([1])
        store.close()
        again = self.open_store(place)
        assert (again.position(), again.count()) == (7, 15)
        again.close()

    def test_a_commit_without_changes_moves_the_position(
        self, store: VectorStore, place: Path
    ) -> None:
        store.commit(1 << 60)
        store.close()
        again = self.open_store(place)
        assert (again.position(), again.count()) == (1 << 60, 15)
        again.close()

    def test_a_cleared_store_is_filled_anew(self, store: VectorStore, place: Path) -> None:
        store.clear()
        store.replace([file_of(7, rows_of(7, 2))])
        store.commit(9)
        assert (store.position(), store.count()) == (9, 2)
        assert {key >> 16 for key, _ in store.search(unit(rows_of(1, 1)[0]), 15, None)} == {7}
        store.close()
        again = self.open_store(place)
        assert (again.position(), again.count()) == (9, 2)
        again.close()

    def test_another_dimension_means_another_store(self, store: VectorStore, place: Path) -> None:
        store.close()
        again = self.open_store(place, DIM * 2)
        assert (again.position(), again.count()) == (None, 0)
        again.close()

    def test_a_vector_of_zeros_is_no_trouble(self, store: VectorStore) -> None:
        store.replace([file_of(4, np.zeros((1, DIM), np.int8))])
        store.commit(8)
        assert store.count() == 16
        assert all(
            np.isfinite(score) for _, score in store.search(unit(rows_of(1, 1)[0]), 16, None)
        )
        store.close()

    def test_files_of_many_vectors_and_high_numbers_fit(self, store: VectorStore) -> None:
        rows = rows_of(5, 2_500)
        number = 70_000
        store.replace([file_of(number, rows)])
        store.commit(8)
        assert store.count() == 2_515
        assert store.search(unit(rows[2_300]), 1, None)[0][0] == key_of(number, 2_300)
        store.close()
