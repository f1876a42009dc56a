"""The exact vector store against brute force, kills and damage."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glossator_indexer.errors import EmbedderError
from glossator_indexer.ports import VectorStore
from glossator_indexer.records import key_of
from glossator_indexer.vectors import ExactVectors
from tests.indexer.stores.vector_store_conformance import (
    DIM,
    VectorStoreConformance,
    file_of,
    rows_of,
    unit,
)

# So that a few rows fill blocks, and a few dead ones are worth a new generation.
_BLOCK_ROWS = 8


class TestExactVectors(VectorStoreConformance):
    def open_store(self, place: Path, dim: int = DIM) -> VectorStore:
        return ExactVectors(place, dim)


_changes = st.lists(
    st.tuples(
        st.sampled_from(["replace", "replace", "remove", "commit", "reopen", "clear"]),
        st.integers(0, 6),
        st.integers(0, 12),
    ),
    max_size=30,
)


@settings(max_examples=30)
@given(_changes, st.integers(0, 2**30), st.sets(st.integers(0, 8)) | st.none())
def test_answers_as_brute_force_does_after_any_changes(
    changes: list[tuple[str, int, int]], seed: int, chosen: set[int] | None
) -> None:
    committed: dict[int, np.ndarray] = {}
    pending: dict[int, np.ndarray] = {}
    position = None
    folder = Path(tempfile.mkdtemp())
    store = ExactVectors(folder, DIM, _BLOCK_ROWS)
    for step, (what, number, count) in enumerate([*changes, ("commit", 0, 0)]):
        if what == "replace":
            pending[number] = rows_of(seed + step, count)
            store.replace([file_of(number, pending[number])])
        elif what == "remove":
            pending.pop(number, None)
            store.remove([number])
        elif what == "clear":
            pending.clear()
            store.clear()
        elif what == "commit":
            committed, position = dict(pending), step
            store.commit(step)
        else:
            store.close()
            store = ExactVectors(folder, DIM, _BLOCK_ROWS)
            pending = dict(committed)
            assert (store.trouble, store.position()) == (None, position)
        assert store.count() == sum(map(len, committed.values()))
    mask = None if chosen is None else np.isin(np.arange(5), list(chosen))
    rows = {
        key_of(number, at): row
        for number, found in committed.items()
        if mask is None or (number < 5 and mask[number])
        for at, row in enumerate(found)
    }
    query = unit(rows_of(seed, 1)[0])
    cosines = {key: float(query @ unit(row)) for key, row in rows.items()}
    for limit in (1, 5, 100):
        found = store.search(query, limit, mask)
        assert len(found) == min(limit, len(cosines))
        assert [score for _, score in found] == pytest.approx(
            sorted(cosines.values(), reverse=True)[:limit], abs=6e-3
        )
        assert [score for _, score in found] == pytest.approx(
            [cosines[key] for key, _ in found], abs=6e-3
        )
    store.close()
    shutil.rmtree(folder)


def test_equal_vectors_come_in_the_order_of_their_keys(tmp_path: Path) -> None:
    store = ExactVectors(tmp_path, DIM, _BLOCK_ROWS)
    row = rows_of(1, 1)
    store.replace([file_of(number, row) for number in range(30, 0, -1)])
    store.commit(1)
    assert [key for key, _ in store.search(unit(row[0]), 12, None)] == [
        key_of(number, 0) for number in range(1, 13)
    ]
    store.close()


def test_readers_of_an_old_commit_are_not_disturbed_by_new_ones(tmp_path: Path) -> None:
    store = ExactVectors(tmp_path, DIM, _BLOCK_ROWS)
    row = rows_of(1, 3)
    store.replace([file_of(1, row)])
    store.commit(1)
    before = store.search(unit(row[0]), 9, None)
    store.replace([file_of(1, rows_of(2, 40))])
    assert store.search(unit(row[0]), 9, None) == before
    store.commit(2)
    assert store.count() == 40
    store.close()


def test_vectors_of_another_length_are_refused(tmp_path: Path) -> None:
    store = ExactVectors(tmp_path, DIM)
    with pytest.raises(EmbedderError, match="--rebuild"):
        store.replace([file_of(1, rows_of(1, 1)[:, : DIM - 1])])
    with pytest.raises(EmbedderError, match="--rebuild"):
        store.search(np.ones(DIM + 1, np.float32), 1, None)
    store.close()


def _flip(path: Path, at: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[at % len(raw)] ^= 0x10
    path.write_bytes(raw)


def _in_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


_DAMAGE: dict[str, Callable[[Path], object]] = {
    "no head": lambda it: (it / "head.json").unlink(),
    "an empty head": lambda it: (it / "head.json").write_bytes(b""),
    "a head that is no text": lambda it: (it / "head.json").write_bytes(b"\xff\x00" * 40),
    "a head with a flipped bit": lambda it: _flip(it / "head.json", 9),
    "a head of a folder": lambda it: _in_a_folder(it / "head.json"),
    "short data": lambda it: (it / "1.i8").write_bytes((it / "1.i8").read_bytes()[:100]),
    "a flipped bit in the data": lambda it: _flip(it / "1.i8", 77),
    "no data": lambda it: (it / "1.i8").unlink(),
    "data that is a folder": lambda it: _in_a_folder(it / "1.i8"),
    "zeroed keys": lambda it: (it / "1.keys").write_bytes(bytes(15 * 8)),
    "no keys": lambda it: (it / "1.keys").unlink(),
    "a flipped bit in the lengths": lambda it: _flip(it / "1.norms", 5),
    "a missing list of the dead": lambda it: (it / "1.dead").unlink(),
}


@pytest.mark.parametrize("damage", _DAMAGE.values(), ids=_DAMAGE)
def test_damage_is_found_and_the_store_is_filled_anew(
    damage: Callable[[Path], object], tmp_path: Path
) -> None:
    store = ExactVectors(tmp_path, DIM)
    store.replace([file_of(number, rows_of(number, 5)) for number in (1, 2, 3)])
    store.commit(7)
    store.close()
    damage(tmp_path)
    store = ExactVectors(tmp_path, DIM)
    assert store.position() is None
    assert store.count() == 0
    store.replace([file_of(1, rows_of(1, 5))])
    store.commit(8)
    store.close()
    store = ExactVectors(tmp_path, DIM)
    assert (store.position(), store.count(), store.trouble) == (8, 5, None)
    store.close()


def test_another_dimension_is_a_new_store_with_a_sentence(tmp_path: Path) -> None:
    store = ExactVectors(tmp_path, DIM)
    store.commit(7)
    store.close()
    store = ExactVectors(tmp_path, 64)
    assert store.position() is None
    assert store.trouble is not None
    assert "64" in store.trouble
    store.close()


_WRITER = """
import sys
from pathlib import Path
from glossator_indexer.vectors import ExactVectors
from tests.indexer.stores.vector_store_conformance import DIM, file_of, rows_of

store = ExactVectors(Path(sys.argv[1]), DIM, 8)
at = (store.position() or 0) + 1
while True:
    store.replace([file_of(10**6, rows_of(at, at % 9)), file_of(at, rows_of(at, 2))])
    store.remove([at - 3])
    store.commit(at)
    print(at, flush=True)
    at += 1
"""


def test_a_killed_writer_leaves_its_last_commit(tmp_path: Path) -> None:
    for commits in (1, 9, 23):
        with subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
        ) as writer:
            assert writer.stdout is not None
            said = [writer.stdout.readline() for _ in range(commits)]
            writer.send_signal(signal.SIGKILL)
            said += writer.stdout.readlines()
        store = ExactVectors(tmp_path, DIM, 8)
        position = store.position()
        assert store.trouble is None
        assert position is not None
        assert position >= int([it for it in said if it.endswith("\n")][-1])
        kept = {10**6: position % 9, **dict.fromkeys((position - 2, position - 1, position), 2)}
        assert store.count() == sum(rows for number, rows in kept.items() if number > 0)
        store.close()
    head = json.loads((tmp_path / "head.json").read_text().split("\n")[0])
    assert head["generation"] > 1
