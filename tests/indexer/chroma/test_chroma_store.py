"""Chroma as a store of vectors: what every store promises, and what this one survives."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.chroma_damage import CORRUPTIONS, current
from glossator_indexer.chroma_store import ChromaStore, WorkerGoneError
from glossator_indexer.chroma_store.generations import read_state
from glossator_indexer.chroma_store.link import Worker
from glossator_indexer.ports import VectorStore
from tests.indexer.stores.vector_store_conformance import (
    DIM,
    VectorStoreConformance,
    file_of,
    rows_of,
    unit,
)

pytestmark = pytest.mark.chroma
pytest.importorskip("chromadb", reason="no chromadb: pip install 'glossator[chroma]'")


class TestChromaStore(VectorStoreConformance):
    def open_store(self, place: Path, dim: int = DIM) -> VectorStore:
        return ChromaStore(place, dim)


def filled(place: Path) -> ChromaStore:
    store = ChromaStore(place, DIM)
    if store.position() is None:
        store.replace([file_of(number, rows_of(number, 50)) for number in range(1, 21)])
        store.commit(7)
    return store


# The benchmark tries all kinds; here, one of each family.
SAMPLE = ("pointer that leads out", "state of another count", "database of garbage")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("sound") / "vectors"
    filled(place).close()
    return place


@pytest.mark.parametrize("how", SAMPLE)
def test_a_store_that_is_damaged_begins_anew(how: str, sound: Path, tmp_path: Path) -> None:
    place = tmp_path / "vectors"
    shutil.copytree(sound, place)
    CORRUPTIONS[how](place)
    store = ChromaStore(place, DIM)
    assert (store.position(), store.count()) == (None, 0)
    store.replace([file_of(3, rows_of(3, 5))])
    store.commit(8)
    assert store.search(unit(rows_of(3, 5)[4]), 1, None)[0][0] == 3 << 16 | 4
    store.close()
    assert [it.name for it in place.iterdir() if it.is_dir()] == [current(place).name]


KILLED = """
import sys
from pathlib import Path
from tests.indexer.stores.vector_store_conformance import DIM, file_of, rows_of
from glossator_indexer.chroma_store import ChromaStore
store = ChromaStore(Path(sys.argv[1]), DIM)
print(store.worker_pid, flush=True)
for position in range(100, 100_000):
    numbers = {position % 40, position % 7}
    store.replace([file_of(number, rows_of(position + number, 400)) for number in numbers])
    store.commit(position)
    print(position, flush=True)
"""


def test_a_killed_owner_leaves_a_store_at_a_position(tmp_path: Path) -> None:
    place = tmp_path / "vectors"
    owner = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(place)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
        start_new_session=True,
    )
    assert owner.stdout is not None
    told = [int(owner.stdout.readline()) for _ in range(3)]
    os.killpg(owner.pid, signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    store = ChromaStore(place, DIM)
    position = store.position()
    # One commit may have been finished and not told yet.
    assert position is None or position >= told[-1]
    if position is not None:
        number = position % 40
        rows = rows_of(position + 1_000, 400)
        store.replace([file_of(number, rows)])
        store.commit(position + 1)
        assert store.search(unit(rows[399]), 1, None)[0][0] == number << 16 | 399
    store.close()


def test_a_process_that_dies_is_told_and_the_store_opens_again(tmp_path: Path) -> None:
    store = filled(tmp_path / "vectors")
    os.kill(store.worker_pid, signal.SIGKILL)
    with pytest.raises(WorkerGoneError, match="exact search answers"):
        store.search(unit(rows_of(1, 1)[0]), 1, None)
    store.replace([file_of(1, rows_of(1, 3))])
    with pytest.raises(WorkerGoneError):
        store.commit(8)
    store.close()
    again = filled(tmp_path / "vectors")
    # The commit that was broken off left its one file out, to be replaced when it is replayed.
    assert (again.position(), again.count()) == (7, 950)
    again.close()


def test_a_process_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("glossator_indexer.chroma_store.link.QUERY_S", 0.3)
    store = filled(tmp_path / "vectors")
    os.kill(store.worker_pid, signal.SIGSTOP)
    with pytest.raises(WorkerGoneError, match="did not answer"):
        store.search(unit(rows_of(1, 1)[0]), 1, None)
    store.close()


def test_a_process_that_does_not_even_read_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("glossator_indexer.chroma_store.link.WRITE_S", 1.0)
    monkeypatch.setattr("glossator_indexer.chroma_store.link._END_S", 0.5)
    (tmp_path / "gen").mkdir()
    worker = Worker(tmp_path / "gen", DIM)
    try:
        worker.opened()
        os.kill(worker.pid, signal.SIGSTOP)
        with pytest.raises(WorkerGoneError):
            worker.write({"do": "put"}, [b"", bytes(4 << 20)])
    finally:
        worker.close()


def test_nothing_around_the_store_has_a_say_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = tmp_path / "repository"
    (planted / ".chroma").mkdir(parents=True)
    (planted / ".chroma" / "chroma.sqlite3").write_bytes(b"planted")
    (planted / "chroma").mkdir()
    (planted / ".env").write_text(
        f"persist_directory={planted}/.chroma\nchroma_otel_collection_endpoint=http://127.0.0.1:9\n"
        "chroma_otel_granularity=all\nchroma_server_http_port=no number\n"
    )
    monkeypatch.setenv("PERSIST_DIRECTORY", str(planted / ".chroma"))
    monkeypatch.setenv("CHROMA_API_IMPL", "chromadb.api.fastapi.FastAPI")
    monkeypatch.setenv("ALLOW_RESET", "neither")
    monkeypatch.chdir(planted)
    before = sorted((it, it.stat().st_mtime_ns) for it in planted.rglob("*"))
    store = filled(tmp_path / "vectors")
    assert store.count() == 1000
    opened = {str(it.readlink()) for it in Path(f"/proc/{store.worker_pid}/fd").iterdir()}
    store.close()
    assert sorted((it, it.stat().st_mtime_ns) for it in planted.rglob("*")) == before
    assert not [it for it in opened if "repository" in it]


def test_the_process_of_chroma_speaks_to_nobody(tmp_path: Path) -> None:
    store = filled(tmp_path / "vectors")
    network = Path(f"/proc/{store.worker_pid}/net")
    own = {str(it.readlink()) for it in Path(f"/proc/{store.worker_pid}/fd").iterdir()}
    for table in ("tcp", "tcp6", "udp", "udp6"):
        inodes = {line.split()[9] for line in (network / table).read_text().splitlines()[1:]}
        assert not own & {f"socket:[{inode}]" for inode in inodes}
    store.close()


def test_only_its_user_can_read_the_store(tmp_path: Path) -> None:
    store = filled(tmp_path / "vectors")
    store.close()
    assert (tmp_path / "vectors").stat().st_mode & 0o077 == 0
    assert current(tmp_path / "vectors").stat().st_mode & 0o077 == 0
    state = read_state(current(tmp_path / "vectors"))
    assert state is not None
    assert state.total == 1000
