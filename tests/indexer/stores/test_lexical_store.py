"""The lexical store: what is found, what survives a kill, what damage does."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from glossator_indexer.errors import StoreCorruptError
from glossator_indexer.lexical import FieldWeights, LexicalStore, Scope, documents_of
from glossator_indexer.lexical import store as store_module
from glossator_indexer.records import (
    ChunkRecord,
    EntityKind,
    EntityRecord,
    FileRecord,
    IndexedFile,
    Trust,
    key_of,
)

_EVEN = FieldWeights(1.0, 1.0, 1.0, 1.0)


def file_of(
    number: int, *functions: tuple[str, str], path: str = "mm/page.c", language: str = "c"
) -> IndexedFile:
    """Return a file with a function a line: name and body."""
    entities = tuple(
        EntityRecord(name, EntityKind.FUNCTION, "", at, at, f"int {name}(void)")
        for at, (name, _) in enumerate(functions, 1)
    )
    chunks = tuple(
        ChunkRecord(EntityKind.FUNCTION, at, at + 1, at + 1, b"", (f"{name}_inner",), ("zone",))
        for at, (name, _) in enumerate(functions)
    )
    record = FileRecord(path, language, Trust.PROJECT, b"", entities, chunks)
    documents = documents_of(record, tuple(body for _, body in functions))
    return IndexedFile(number, 0, path, len(chunks), documents)


@pytest.fixture
def store(tmp_path: Path) -> LexicalStore:
    """Return two files, committed at position 7."""
    store = LexicalStore(tmp_path)
    store.replace(
        [
            file_of(1, ("free_pages", "give back to the buddy"), ("readHTTPPage", "network")),
            file_of(2, ("kmalloc", "allocated zone_lock"), path="tools/slab.py", language="python"),
        ]
    )
    store.commit(7)
    return store


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("freeing page", key_of(1, 0)),
        ("http", key_of(1, 1)),
        ("readHttpPage", key_of(1, 1)),
        ("buddies", key_of(1, 0)),
        ("lock allocation", key_of(2, 0)),
        ("slab", key_of(2, 0)),
        ("free_pages_inner", key_of(1, 0)),
        ("AND ( ] * : ~ ^ buddy \\ \" '", key_of(1, 0)),
    ],
)
def test_words_find_chunks_however_they_are_written(
    store: LexicalStore, text: str, expected: int
) -> None:
    words = dict.fromkeys(store.words_of(text), 1.0)
    assert store.search(words, _EVEN, 5)[0][0] == expected


def test_a_scope_leaves_only_what_is_in_it(store: LexicalStore) -> None:
    words = dict.fromkeys(store.words_of("page slab zone"), 1.0)
    python = store.search(words, _EVEN, 5, Scope(languages=("python",)))
    first = store.search(words, _EVEN, 5, Scope(files=(1,)))
    assert [key for key, _ in python] == [key_of(2, 0)]
    assert {key for key, _ in first} <= {key_of(1, 0), key_of(1, 1)}
    assert store.search(words, _EVEN, 5, Scope(kinds=(EntityKind.STRUCT,))) == []
    assert store.search(words, _EVEN, 5, Scope(files=())) == []


def test_names_are_found_exactly_by_their_beginning_and_by_who_uses_them(
    store: LexicalStore,
) -> None:
    assert store.defining({"FREE_PAGES": 1.0}, 5) == [(key_of(1, 0), 1.0)]
    assert store.calling({"free_pages_inner": 0.5}, 5) == [(key_of(1, 0), 0.5)]
    assert store.calling({"free_pages": 1.0}, 5) == []
    assert [key for key, _ in store.using({"zone": 1.0}, 5)] == [
        key_of(1, 0),
        key_of(1, 1),
        key_of(2, 0),
    ]
    assert store.names_with_prefix("Read", 5) == ["readhttppage"]


def test_a_file_that_is_replaced_or_removed_leaves_no_ghost(store: LexicalStore) -> None:
    store.replace([file_of(1, ("renamed", "new"))])
    store.remove([2])
    assert store.count() == 3
    store.commit(8)
    assert store.count() == 1
    assert store.defining({"free_pages": 1.0, "kmalloc": 1.0}, 5) == []
    assert store.defining({"renamed": 1.0}, 5) == [(key_of(1, 0), 1.0)]


def test_what_was_not_committed_is_lost(store: LexicalStore, tmp_path: Path) -> None:
    store.replace([file_of(1, ("renamed", "new"))])
    store.close()
    again = LexicalStore(tmp_path)
    assert (again.position(), again.count(), again.trouble) == (7, 3, None)
    again.clear()
    again.commit(9)
    assert (again.position(), again.count()) == (9, 0)


def _flip(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 3] ^= 0x10
    path.write_bytes(raw)


def _part(suffix: str) -> Callable[[Path], Path]:
    return lambda folder: next(folder.glob(f"v*/*{suffix}"))


_DAMAGE: dict[str, Callable[[Path], object]] = {
    **{
        f"{name} {suffix}": (
            lambda folder, suffix=suffix, damage=damage: damage(_part(suffix)(folder))
        )
        for suffix in (".term", ".idx", ".fast", ".fieldnorm", ".store")
        for name, damage in {
            "no": Path.unlink,
            "an empty": lambda path: path.write_bytes(b""),
            "a flipped bit in": _flip,
            "a short": lambda path: path.write_bytes(path.read_bytes()[:-9]),
        }.items()
    },
    "empty meta": lambda folder: _part("meta.json")(folder).write_bytes(b""),
    "meta of another thing": lambda folder: _part("meta.json")(folder).write_text("[1, 2]"),
    "no meta": lambda folder: _part("meta.json")(folder).unlink(),
}


@pytest.mark.parametrize("damage", _DAMAGE.values(), ids=_DAMAGE)
def test_damage_is_found_and_the_store_is_filled_anew(
    damage: Callable[[Path], object], store: LexicalStore, tmp_path: Path
) -> None:
    store.close()
    damage(tmp_path)
    again = LexicalStore(tmp_path)
    assert again.position() is None
    again.replace([file_of(1, ("free_pages", "buddy"))])
    again.commit(3)
    again.close()
    once_more = LexicalStore(tmp_path)
    assert (once_more.position(), once_more.count(), once_more.trouble) == (3, 1, None)
    once_more.close()


def test_damage_of_a_large_index_is_found_once_a_read_has_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "_MOST_BYTES_CHECKED_AT_OPEN", 0)
    store = LexicalStore(tmp_path)
    store.replace([file_of(it, ("free_pages", "buddy")) for it in range(1, 400)])
    store.commit(5)
    store.close()
    path = _part(".idx")(tmp_path)
    raw = path.read_bytes()
    # Its footer is as it was: only the checksum in it can tell.
    path.write_bytes(b"\xff" * (len(raw) // 2) + raw[len(raw) // 2 :])
    damaged = LexicalStore(tmp_path)
    assert damaged.trouble is None
    with pytest.raises(StoreCorruptError):
        damaged.search({"free": 1.0, "buddi": 1.0}, FieldWeights(), 10)
    damaged.close()
    again = LexicalStore(tmp_path)
    assert (again.position(), again.count()) == (None, 0)
    again.close()


_WRITER = """
import sys
from pathlib import Path
from glossator_indexer.lexical import LexicalStore
from tests.indexer.stores.test_lexical_store import file_of

store = LexicalStore(Path(sys.argv[1]))
at = (store.position() or 0) + 1
while True:
    store.replace([file_of(1, *[(f"shared_{at}", "x")] * (at % 5)), file_of(at + 10, ("f", "y"))])
    store.remove([at + 8])
    store.commit(at)
    print(at, flush=True)
    at += 1
"""


def test_a_killed_writer_leaves_its_last_commit(tmp_path: Path) -> None:
    for commits in (4, 6):
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
        store = LexicalStore(tmp_path)
        position = store.position()
        assert store.trouble is None
        assert position is not None
        assert position >= int([it for it in said if it.endswith("\n")][-1])
        shared = store.defining({f"shared_{position}": 1.0}, 10)
        assert len(shared) == position % 5
        assert store.count() == position % 5 + 2
        store.close()
