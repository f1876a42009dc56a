"""A team's index on a real `chroma run`: what is sent, what comes back, and who may write."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np
import pytest

from glossator_gate.blocking import BlockingHttp
from glossator_gate.errors import PolicyError
from glossator_gate.types import AddressClass, Destination, EgressLimits, Origin
from glossator_indexer import team as team_module
from glossator_indexer.chroma_store.server import ChromaServer
from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.records import (
    ChunkRecord,
    EntityKind,
    EntityRecord,
    FileRecord,
    Trust,
    key_of,
)
from glossator_indexer.team import PushReport, TeamIndex, TeamSearch, record_id
from tests.indexer.chroma.chroma_run import free_port
from tests.indexer.stores.vector_store_conformance import DIM, rows_of, unit

pytestmark = pytest.mark.chroma
pytest.importorskip("chromadb", reason="no chromadb: pip install 'glossator[chroma]'")

MODEL = "0123456789abcdef"
SECRET = "int secret_of_the_house(void)"


class Tree:
    """A local tree: files of chunks by the names of their functions; the catalog and the source."""

    def __init__(self, **files: str) -> None:
        self.records = {path: _record(path, names.split()) for path, names in files.items()}

    def files(self) -> Iterable[tuple[FileRecord, bytes | None]]:
        for record in self.records.values():
            rows = [_row(it.hash) for it in record.chunks]
            yield record, b"".join(row.tobytes() for row in rows)

    def file(self, number: int) -> tuple[int, FileRecord] | None:
        return 0, [*self.records.values()][number - 1]

    def numbers(self, session: int) -> Mapping[str, int]:
        assert session == 0
        return {path: at for at, path in enumerate(self.records, start=1)}

    def modified(self, number: int) -> float:
        raise AssertionError(number)


def _hash(name: str) -> bytes:
    return hashlib.sha256(f"{SECRET} {name}".encode()).digest()[:16]


def _row(chunk_hash: bytes) -> np.ndarray:  # type: ignore[type-arg]
    return rows_of(int.from_bytes(chunk_hash[:4], "little"), 1)[0]


def _record(path: str, names: list[str]) -> FileRecord:
    entities = [EntityRecord(it, EntityKind.FUNCTION, "", 1, 2, SECRET) for it in names]
    chunks = [
        ChunkRecord(EntityKind.FUNCTION, at, at * 10 + 1, at * 10 + 9, _hash(name))
        for at, name in enumerate(names)
    ]
    return FileRecord(path, "c", Trust.PROJECT, b"", tuple(entities), tuple(chunks))


@pytest.fixture
def origin(chroma_origin: str) -> str:
    return chroma_origin


def session(origin: str, silence_s: float = 30.0) -> BlockingHttp:
    limits = EgressLimits(silence_s=silence_s)
    return BlockingHttp(Destination(Origin.parse(origin), limits=limits))


@pytest.fixture
def team(origin: str, request: pytest.FixtureRequest) -> Iterator[TeamIndex]:
    index = TeamIndex(ChromaServer(session(origin), origin), request.node.name, MODEL)
    yield index
    index.close()


def push(team: TeamIndex, tree: Tree) -> PushReport:
    return team.push(tree, lambda _: None, lambda: False)


def counts(report: PushReport) -> tuple[int, int, int]:
    return report.sent, report.present, report.moved


def found(team: TeamIndex, tree: Tree, name: str) -> list[int]:
    return [key for key, _ in team.search(unit(_row(_hash(name))), 3, tree)]


def test_what_one_pushes_another_finds_in_the_own_tree(team: TeamIndex) -> None:
    push(team, Tree(**{"a.c": "alpha beta", "b.c": "gamma"}))
    mine = Tree(**{"b.c": "other gamma", "a.c": "alpha beta"})
    ((key, cosine), *_) = team.search(unit(_row(_hash("gamma"))), 3, mine)
    assert key == key_of(1, 1)
    assert cosine == pytest.approx(1.0, abs=1e-3)


def test_what_is_not_in_the_local_tree_is_dropped(team: TeamIndex) -> None:
    push(team, Tree(**{"a.c": "alpha beta", "b.c": "gamma"}))
    changed = Tree(**{"a.c": "alpha beta_changed"})
    assert found(team, changed, "alpha") == [key_of(1, 0)]
    assert found(team, Tree(), "alpha") == []


def test_pushing_again_sends_nothing_and_branches_share(team: TeamIndex) -> None:
    tree = Tree(**{"a.c": "alpha beta", "b.c": "gamma alpha"})
    # An equal chunk in two files is one record.
    assert counts(push(team, tree)) == (3, 0, 0)
    assert counts(push(team, tree)) == (0, 3, 0)
    branch = Tree(**{"moved.c": "alpha beta delta", "b.c": "gamma"})
    assert counts(push(team, branch)) == (1, 3, 2)
    # Both branches find what they share, each at its own place.
    assert found(team, tree, "beta")[0] == key_of(1, 1)
    assert found(team, branch, "beta")[0] == key_of(1, 1)


def test_vectors_come_back_as_they_were_pushed(team: TeamIndex) -> None:
    push(team, Tree(**{"a.c": "alpha beta"}))
    hashes = [_hash("beta"), _hash("unknown"), _hash("alpha")]
    assert team.fetch(hashes) == {it: _row(it).tobytes() for it in (hashes[0], hashes[2])}


def test_models_do_not_mix(team: TeamIndex, origin: str) -> None:
    push(team, Tree(**{"a.c": "alpha"}))
    other = TeamIndex(ChromaServer(session(origin), origin), team.project, "f" * 16)
    assert other.fetch([_hash("alpha")]) == {}
    other.close()


def test_a_push_that_is_broken_off_is_continued(
    team: TeamIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team_module, "PAGE", 2)
    tree = Tree(**{"a.c": "a b c d e f g"})
    seen: list[int] = []
    report = team.push(tree, lambda it: seen.append(it.sent), lambda: len(seen) == 2)
    assert (counts(report), seen) == ((4, 0, 0), [2, 4])
    assert counts(push(team, tree)) == (3, 4, 0)


def test_no_text_of_the_code_is_sent(team: TeamIndex) -> None:
    push(team, Tree(**{"a.c": "alpha"}))
    collection = team._collection()
    everything = collection._collection.get(include=["documents", "metadatas", "uris"])
    assert everything["documents"] == [None]
    assert SECRET not in repr(everything)
    (told,) = everything["metadatas"]
    pushed = told.pop("pushed")
    assert time.time() - pushed < 60
    assert told == {
        "owner": "glossator", "paths": "a.c", "start_line": 1, "end_line": 9, "symbol": "alpha",
        "kind": "function", "language": "c",
    }  # fmt: skip


def test_one_writes_at_a_time(
    team: TeamIndex, origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = Tree(**{"a.c": "alpha"})
    other = TeamIndex(ChromaServer(session(origin), origin), team.project, MODEL)

    def second_writer(_: object) -> None:
        with pytest.raises(IndexUnavailableError, match="Somebody else is pushing"):
            push(other, tree)

    team.push(tree, second_writer, lambda: False)
    assert counts(push(other, tree)) == (0, 1, 0)
    # A writer that was killed is waited for until its lease ends.
    killed = team_module._Lease(team._collection())
    killed.__enter__()
    with pytest.raises(IndexUnavailableError):
        push(other, tree)
    now = time.time()
    monkeypatch.setattr(team_module.time, "time", lambda: now + team_module.LEASE_S + 1)
    push(other, tree)
    with pytest.raises(IndexUnavailableError, match="has begun to push"):
        killed._check()
    other.close()


def test_a_prune_takes_only_what_is_ours_old_and_gone(
    team: TeamIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(team, Tree(**{"a.c": "alpha beta"}))
    team._collection().put(["foreign"], np.ones((1, DIM), np.float32), [{"by": "hand"}])
    bare = np.ones((1, DIM), np.float32)
    team._collection()._collection.upsert(ids=["bare"], embeddings=bare)
    tree = Tree(**{"a.c": "alpha"})
    assert found(team, tree, "alpha") == [key_of(1, 0)]
    assert team.prune(tree) == 0
    now = time.time()
    monkeypatch.setattr(team_module.time, "time", lambda: now + 31 * 24 * 3600)
    assert team.prune(tree) == 1
    left = {name for page in team._collection().pages() for name in page}
    assert left == {"foreign", "bare", record_id(_hash("alpha"), MODEL)}


def test_a_team_that_does_not_answer_in_time_costs_a_search_nothing(team: TeamIndex) -> None:
    tree = Tree(**{"a.c": "alpha"})
    push(team, tree)
    gate = threading.Event()

    class Slow(Tree):
        def numbers(self, session: int) -> Mapping[str, int]:
            gate.wait()
            return super().numbers(session)

    search = TeamSearch(team, Slow(**{"a.c": "alpha"}))
    query = unit(_row(_hash("alpha")))
    hits = search.ask(query, 3, 0.05)
    began = time.monotonic()
    assert hits() == []
    assert time.monotonic() - began < 1
    # While one hangs, no other is sent.
    assert search.ask(query, 3, 60)() == []
    assert search._under_way is not None
    gate.set()
    assert [key for key, _ in search._under_way.result(10)] == [key_of(1, 0)]
    assert [key for key, _ in search.ask(query, 3, 10)()] == [key_of(1, 0)]
    search.close()
    assert search.ask(query, 3, 10)() == []


def test_who_only_reads_begins_no_collection(team: TeamIndex) -> None:
    assert team.fetch([_hash("alpha")]) == {}
    assert found(team, Tree(**{"a.c": "alpha"}), "alpha") == []
    assert team._server.collection_if_any(team._name) is None
    push(team, Tree(**{"a.c": "alpha"}))
    assert len(team.fetch([_hash("alpha")])) == 1


def test_a_collection_that_was_made_again_is_found_again(team: TeamIndex, origin: str) -> None:
    push(team, Tree(**{"a.c": "alpha"}))
    assert len(team.fetch([_hash("alpha")])) == 1
    team._server._opened().delete_collection(team._name)
    other = TeamIndex(ChromaServer(session(origin), origin), team.project, MODEL)
    push(other, Tree(**{"a.c": "alpha"}))
    other.close()
    with pytest.raises(IndexUnavailableError):
        team.fetch([_hash("alpha")])
    assert len(team.fetch([_hash("alpha")])) == 1


def test_a_server_that_is_not_there_is_a_sentence() -> None:
    origin = f"http://127.0.0.1:{free_port()}"
    index = TeamIndex(ChromaServer(session(origin), origin), "project", MODEL)
    with pytest.raises(IndexUnavailableError, match="Nothing answers"):
        push(index, Tree(**{"a.c": "alpha"}))
    search = TeamSearch(index, Tree())
    query = unit(_row(_hash("alpha")))
    assert search.ask(query, 3, 10)() == []
    # It is left alone for a while then.
    first = search._under_way
    assert search.ask(query, 3, 10)() == []
    assert search._under_way is first
    search.close()
    index.close()


def test_the_session_reaches_only_what_the_policy_lists(
    origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    elsewhere = f"http://127.0.0.1:{free_port()}"
    index = TeamIndex(ChromaServer(session(elsewhere), origin), "project", MODEL)
    with pytest.raises(IndexUnavailableError, match="was refused"):
        push(index, Tree(**{"a.c": "alpha"}))
    index.close()
    allowed = TeamIndex(ChromaServer(session(origin), origin), "proxies", MODEL)
    push(allowed, Tree(**{"a.c": "alpha"}))
    allowed.close()
    far = Destination(replace(Origin.parse(origin), host="192.0.2.1"), AddressClass.PUBLIC)
    http = BlockingHttp(far)
    with pytest.raises(PolicyError):
        http.request("GET", str(far.origin))
    http.close()


def test_a_project_may_have_any_name(origin: str) -> None:
    index = TeamIndex(ChromaServer(session(origin), origin), "päth with spaces/../x", MODEL)
    assert counts(push(index, Tree(**{"a.c": "alpha"}))) == (1, 0, 0)
    index.close()
