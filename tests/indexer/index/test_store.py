from __future__ import annotations

import contextlib
import sqlite3
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glossator_indexer.errors import IndexUnavailableError, StoreCorruptError
from glossator_indexer.record_codec import decode_record, encode_record
from glossator_indexer.records import ChunkRecord, EntityKind, EntityRecord, FileRecord, Trust
from glossator_indexer.store import FILE_NAME, NewFile, Store, open_store

_TEXT = st.text(max_size=20)
_NAMES = st.lists(_TEXT, max_size=3).map(tuple)
_LINES = st.integers(1, 1 << 31)
_KINDS = st.sampled_from(EntityKind)
_RECORDS = st.builds(
    FileRecord,
    path=st.binary(max_size=20).map(lambda it: it.decode("utf-8", "surrogateescape")),
    language=_TEXT,
    trust=st.sampled_from(Trust),
    content_hash=st.binary(min_size=32, max_size=32),
    entities=st.lists(
        st.builds(
            EntityRecord, _TEXT, _KINDS, _TEXT, _LINES, _LINES, _TEXT, st.booleans(), st.booleans()
        ),
        max_size=5,
    ).map(tuple),
    chunks=st.lists(
        st.builds(
            ChunkRecord,
            _KINDS,
            st.integers(-1, 100),
            _LINES,
            _LINES,
            st.binary(min_size=16, max_size=16),
            _NAMES,
            _NAMES,
        ),
        max_size=5,
    ).map(tuple),
    imports=_NAMES,
    trouble=st.none() | _TEXT,
)


@given(_RECORDS)
def test_a_record_comes_back_as_it_was(record: FileRecord) -> None:
    assert decode_record(encode_record(record)) == record


@given(_RECORDS, st.integers(0, 10_000), st.integers(1, 255))
def test_a_damaged_record_is_never_taken_for_a_whole_one(
    record: FileRecord, at: int, change: int
) -> None:
    blob = bytearray(encode_record(record))
    blob[at % len(blob)] ^= change
    with contextlib.suppress(StoreCorruptError):
        # Of the head, the unpacked size is only a hint.
        assert decode_record(bytes(blob)) == record


@given(st.binary(max_size=60))
def test_no_bytes_make_the_codec_fail_otherwise(blob: bytes) -> None:
    with pytest.raises(StoreCorruptError):
        decode_record(blob)


def _new(path: str, *, session: int = 0, vectors: bytes | None = None) -> NewFile:
    record = FileRecord(path, "c", Trust.PROJECT, b"h" * 32)
    return NewFile(
        session, path, 1, 2, 3, 4, 5, b"h" * 32, "c", 0, 0, 0, encode_record(record), vectors
    )


def _opened(folder: Path, root: str = "/root/of/it") -> Store:
    store, _ = open_store(folder, root, "model")
    return store


def test_what_was_written_is_there_after_opening_again(tmp_path: Path) -> None:
    store = _opened(tmp_path)
    written = store.write([_new("a\udce4.c", vectors=b"12"), _new("b.c", session=7)])
    store.close()
    again = _opened(tmp_path)
    number = again.numbers(0)["a\udce4.c"]
    assert again.file(number) == (0, FileRecord("a\udce4.c", "c", Trust.PROJECT, b"h" * 32))
    assert again.vectors_of(number, "model") == b"12"
    assert again.position == written.position
    assert again.journal_after(again.first_position) == list(written.numbers)
    assert list(again.numbers(7)) == ["b.c"]
    again.close()


def test_a_changed_file_gets_a_number_that_nobody_had(tmp_path: Path) -> None:
    store = _opened(tmp_path)
    (first,) = store.write([_new("a.c")]).numbers
    before = store.numbers(0)
    second = store.write([_new("a.c")])
    assert second.gone == (first,)
    assert store.file(first) is None
    assert before == {"a.c": first}, "a mapping that somebody holds never changes"
    store.write([], second.numbers)
    assert store.write([_new("c.c")]).numbers[0] > second.numbers[0]
    store.close()


def test_positions_of_another_database_are_not_taken_for_ours(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one, two = _opened(tmp_path / "one"), _opened(tmp_path / "two")
    position = one.write([_new("a.c")]).position
    two.write([_new("a.c")])
    assert one.can_replay_from(position)
    assert not two.can_replay_from(position)
    assert not one.can_replay_from(None)
    assert not one.can_replay_from(position + 1)
    one.clear_journal(position)
    assert not one.can_replay_from(position - 1)
    one.close()
    two.close()


def test_what_a_later_version_wrote_is_set_aside_once(tmp_path: Path) -> None:
    for _ in range(3):
        _opened(tmp_path).close()
        database = sqlite3.connect(tmp_path / FILE_NAME)
        database.execute("PRAGMA user_version = 100000")
        database.commit()
        database.close()
        store, sentence = open_store(tmp_path, "/root/of/it", "model")
        store.close()
        assert sentence == "The index was written by a later version; it is set aside."
        # Two versions that take turns must not fill the disk.
        assert [it.name for it in tmp_path.glob("*.newer*")] == [f"{FILE_NAME}.newer-0"]


def test_a_database_of_another_repository_is_built_anew(tmp_path: Path) -> None:
    store = _opened(tmp_path)
    store.write([_new("a.c")])
    store.close()
    other = _opened(tmp_path, "/another/root")
    assert not other.numbers(0)
    other.close()


def test_a_damaged_blob_is_noted_and_not_answered_with(tmp_path: Path) -> None:
    store = _opened(tmp_path)
    (number,) = store.write([_new("a.c", vectors=b"1234")]).numbers
    store.close()
    database = sqlite3.connect(tmp_path / FILE_NAME)
    database.execute("UPDATE records SET record = zeroblob(50)")
    database.execute("UPDATE vectors SET vectors = x'0011223344556677'")
    database.commit()
    database.close()
    again = _opened(tmp_path)
    assert again.file(number) is None
    assert again.damaged() == (number,)
    assert again.vectors_of(number, "model") is None
    again.scrub()
    assert not again.numbers_with_vectors("model")
    again.close()


def test_a_file_is_removed_without_a_look_at_all_others(tmp_path: Path) -> None:
    _opened(tmp_path).close()
    with contextlib.closing(sqlite3.connect(tmp_path / FILE_NAME)) as db:
        for table in ("files", "records", "vectors"):
            plan = db.execute(f"EXPLAIN QUERY PLAN DELETE FROM {table} WHERE number = 7")  # noqa: S608
            assert all("SCAN" not in row[3] for row in plan), table


def test_a_mapping_of_paths_that_a_reader_holds_never_changes(tmp_path: Path) -> None:
    with contextlib.closing(_opened(tmp_path)) as store:
        store.write([_new("a.c")])
        held = store.numbers(0)
        store.write([_new("b.c")])
        store.write([_new("c.c")], gone=[held["a.c"]])
        assert list(held) == ["a.c"]
        assert set(store.numbers(0)) == {"b.c", "c.c"}


def test_a_record_of_any_size_is_decoded_once_for_the_hits_in_it(tmp_path: Path) -> None:
    large = tuple(
        EntityRecord(f"f{it}", EntityKind.FUNCTION, "", it, it, "") for it in range(210_000)
    )
    record = FileRecord("large.c", "c", Trust.PROJECT, b"\1" * 32, large)
    row = _new("large.c")._replace(record=encode_record(record), entities=len(large))
    with contextlib.closing(_opened(tmp_path)) as store:
        (number,) = store.write([row]).numbers
        first, again = store.file(number), store.file(number)
        assert first is not None
        assert first is again or (again is not None and first[1] is again[1])


def test_closing_waits_for_those_who_read(tmp_path: Path) -> None:
    for _ in range(20):
        store = _opened(tmp_path)
        began = threading.Event()
        ended: list[bool] = []

        def read(
            store: Store = store, began: threading.Event = began, ended: list[bool] = ended
        ) -> None:
            with contextlib.suppress(IndexUnavailableError):
                while True:
                    store.scrub()
                    store.is_sound()
                    began.set()
            ended.append(True)

        reader = threading.Thread(target=read)
        reader.start()
        assert began.wait(10)
        store.close()
        reader.join(10)
        assert ended == [True]
