"""The choice between exact search and Chroma: right answers at any moment, whatever Chroma does."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from glossator_indexer.chroma_store import ChosenVectors, ChromaStore, VectorChoice
from glossator_indexer.chroma_store.behind import Behind
from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.vectors import ExactVectors
from tests.indexer.stores.vector_store_conformance import DIM, file_of, rows_of, unit

pytestmark = pytest.mark.chroma
pytest.importorskip("chromadb", reason="no chromadb: pip install 'glossator[chroma]'")

PATIENCE_S = 60.0


class Truth:
    """What the database would hold; it can be made to wait."""

    def __init__(self) -> None:
        self.vectors: dict[int, bytes] = {}
        self.is_open = threading.Event()
        self.is_open.set()

    def file_numbers(self) -> Sequence[int]:
        return list(self.vectors)

    def vectors_of(self, number: int) -> bytes | None:
        assert self.is_open.wait(PATIENCE_S)
        return self.vectors.get(number)


class Bench:
    """A store with its truth, written as the pipeline does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.truth = Truth()
        self.position = 0
        self.open(VectorChoice.CHROMA)

    def open(self, choice: VectorChoice) -> None:
        exact = ExactVectors(self.folder, DIM)
        self.store = ChosenVectors(exact, self.folder / "chroma", DIM, self.truth, choice)

    def write(self, **seeds: int | None) -> None:
        """Write files by number: a seed of vectors, or None for a file that is gone."""
        for name, seed in seeds.items():
            number = int(name.removeprefix("f"))
            if seed is None:
                self.truth.vectors.pop(number)
                self.store.remove([number])
            else:
                self.truth.vectors[number] = rows_of(seed, 5).tobytes()
                self.store.replace([file_of(number, rows_of(seed, 5))])
        self.position += 1
        self.store.commit(self.position)

    def nearest(self, seed: int) -> int:
        ((key, score),) = self.store.search(unit(rows_of(seed, 5)[2]), 1, None)
        return key >> 16 if score > 0.99 else -1


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "vectors")
    yield bench
    bench.truth.is_open.set()
    bench.store.close()


def test_exact_search_answers_until_chroma_has_caught_up(bench: Bench) -> None:
    bench.truth.is_open.clear()
    bench.write(f1=11, f2=12)
    assert bench.store.name != "chroma"
    assert bench.nearest(12) == 2
    bench.truth.is_open.set()
    assert bench.store.caught_up(PATIENCE_S)
    assert bench.store.name == "chroma"
    assert bench.nearest(12) == 2
    # A filter is the exact store's business.
    only_one = np.array([False, True])
    assert bench.store.chosen(only_one).name != "chroma"
    found = bench.store.search(unit(rows_of(12, 5)[2]), 9, only_one)
    assert {key >> 16 for key, _ in found} == {1}


def test_changes_are_never_answered_from_before(bench: Bench) -> None:
    bench.write(f1=11, f2=12)
    assert bench.store.caught_up(PATIENCE_S)
    bench.write(f1=None, f3=13)
    assert [bench.nearest(seed) for seed in (11, 12, 13)] == [-1, 2, 3]
    assert bench.store.caught_up(PATIENCE_S)
    assert bench.store.name == "chroma"
    assert [bench.nearest(seed) for seed in (11, 12, 13)] == [-1, 2, 3]


def test_what_chroma_lacks_is_made_up_for_after_opening_again(bench: Bench) -> None:
    bench.write(f1=11)
    assert bench.store.caught_up(PATIENCE_S)
    bench.truth.is_open.clear()
    bench.write(f1=None, f2=12)
    threading.Timer(0.2, bench.truth.is_open.set).start()
    bench.store.close()
    bench.open(VectorChoice.CHROMA)
    assert bench.store.caught_up(PATIENCE_S)
    assert [bench.nearest(seed) for seed in (11, 12)] == [-1, 2]


def test_a_process_that_dies_costs_nothing_but_itself(bench: Bench) -> None:
    bench.write(f1=11, f2=12)
    assert bench.store.caught_up(PATIENCE_S)
    follower = bench.store._chroma
    assert follower.store is not None
    os.kill(follower.store.worker_pid, signal.SIGKILL)
    assert bench.nearest(12) == 2
    assert any("exact search answers" in problem for problem in bench.store.problems)
    assert bench.store.caught_up(PATIENCE_S)
    assert bench.nearest(11) == 1


def test_a_trouble_that_is_over_is_no_problem_any_more(bench: Bench) -> None:
    bench.write(f1=11)
    assert bench.store.caught_up(PATIENCE_S)
    follower = bench.store._chroma
    for _ in range(3):
        assert follower.caught_up(PATIENCE_S)
        assert bench.store.problems == ()
        assert follower.store is not None
        follower.report(follower.store, IndexUnavailableError("Chroma's process hung."))
        assert bench.store.problems == ("Chroma's process hung.",)
    # A store that fails whoever asks it is not opened again and again.
    assert follower._thread is not None
    follower._thread.join(PATIENCE_S)
    assert not follower._thread.is_alive()
    assert bench.store.name != "chroma"
    assert bench.nearest(11) == 1


def test_a_worn_store_is_not_asked_while_it_is_made_anew(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.write(f1=11)
    assert bench.store.caught_up(PATIENCE_S)
    clear, names = ChromaStore.clear, []

    def watched(store: ChromaStore) -> None:
        monkeypatch.setattr("glossator_indexer.chroma_store.store._LEAST_WORN", 20_000)
        names.append(bench.store.name)
        clear(store)

    monkeypatch.setattr(ChromaStore, "clear", watched)
    monkeypatch.setattr("glossator_indexer.chroma_store.store._LEAST_WORN", 0)
    for seed in (12, 13):
        bench.write(f1=seed)
        assert bench.store.caught_up(PATIENCE_S)
    assert names == [bench.store.chosen(np.ones(1, bool)).name]
    assert (bench.nearest(13), bench.store.problems) == (1, ())


def test_a_round_that_takes_long_has_no_second_one_beside_it(bench: Bench) -> None:
    bench.truth.is_open.clear()
    bench.write(f1=11)
    follower = bench.store._chroma
    follower.close(0.01)
    follower.start()
    assert [it.name for it in threading.enumerate()].count("chroma") <= 1
    bench.truth.is_open.set()


def test_a_list_that_can_be_written_again_brings_chroma_back(bench: Bench) -> None:
    bench.write(f1=11)
    assert bench.store.caught_up(PATIENCE_S)
    listed = bench.folder / "chroma/behind"
    listed.unlink()
    listed.mkdir()
    for number in (2, 3):
        bench.write(**{f"f{number}": 10 + number})
        (sentence,) = bench.store.problems
        assert "exact search answers until" in sentence
        for thread in threading.enumerate():
            if thread.name == "chroma":
                thread.join(PATIENCE_S)
    listed.rmdir()
    bench.write(f4=14)
    assert bench.store.caught_up(PATIENCE_S)
    assert (bench.store.name, bench.store.problems) == ("chroma", ())
    assert [bench.nearest(seed) for seed in (11, 12, 13, 14)] == [1, 2, 3, 4]


def test_a_list_that_was_lost_shows_in_the_count(bench: Bench) -> None:
    bench.write(f1=11)
    assert bench.store.caught_up(PATIENCE_S)
    bench.store.close()
    chroma = bench.folder / "chroma"
    kept = bench.folder.parent / "kept"
    shutil.copytree(chroma, kept)
    bench.open(VectorChoice.CHROMA)
    bench.write(f2=12)
    assert bench.store.caught_up(PATIENCE_S)
    bench.store.close()
    shutil.rmtree(chroma)
    kept.rename(chroma)
    bench.open(VectorChoice.CHROMA)
    assert bench.store.caught_up(PATIENCE_S)
    assert bench.store.name == "chroma"
    assert [bench.nearest(seed) for seed in (11, 12)] == [1, 2]


def test_a_store_that_nobody_keeps_up_to_date_is_not_kept(bench: Bench) -> None:
    bench.write(f1=11)
    assert bench.store.caught_up(PATIENCE_S)
    bench.store.close()
    bench.open(VectorChoice.AUTO)
    assert bench.store.name != "chroma"
    assert not (bench.folder / "chroma").exists()
    bench.write(f2=12)
    assert [bench.nearest(seed) for seed in (11, 12)] == [1, 2]


def test_many_vectors_bring_chroma_in(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("glossator_indexer.chroma_store.chosen.CHROMA_FROM", 8)
    bench.store.close()
    bench.open(VectorChoice.AUTO)
    bench.write(f1=11)
    assert not (bench.folder / "chroma").exists()
    bench.write(f2=12)
    assert bench.store.caught_up(PATIENCE_S)
    assert bench.store.name == "chroma"
    assert [bench.nearest(seed) for seed in (11, 12)] == [1, 2]


def test_a_cleared_store_begins_anew(bench: Bench) -> None:
    bench.write(f1=11)
    assert bench.store.caught_up(PATIENCE_S)
    bench.store.clear()
    bench.truth.vectors.clear()
    bench.write(f1=12)
    assert bench.store.caught_up(PATIENCE_S)
    assert bench.store.name == "chroma"
    assert [bench.nearest(seed) for seed in (11, 12)] == [-1, 1]


def test_a_list_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "behind"
    behind = Behind(path)
    behind.add([5, 6, 1 << 40])
    taken = behind.some(2)
    behind.add([6])
    behind.done(taken)
    assert set(Behind(path).some(9)) >= {6, 1 << 40}
    assert set(behind.some(9)) == {6, 1 << 40}
    # A kill in the middle of a number.
    path.write_bytes(path.read_bytes() + b"\x07\x00\x00")
    again = Behind(path)
    again.add([9])
    assert set(Behind(path).some(9)) >= {6, 1 << 40, 9}
    behind = Behind(path)
    behind.done(behind.some(9))
    assert (len(behind), path.read_bytes()) == (0, b"")
