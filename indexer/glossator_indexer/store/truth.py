"""Own what the truth holds: files with their records and vectors, and the journal of changes.

It reads no source file and knows no derived store but by the positions that these have reached.
A file that changes gets a new number: whoever still holds a key of the old one finds nothing, and
never the old chunk in the new file.
"""

from __future__ import annotations

import struct
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from glossator_indexer.errors import StoreCorruptError
from glossator_indexer.record_codec import decode_record, is_whole
from glossator_indexer.records import DISK, FileRecord
from glossator_indexer.store.database import POSITION_BITS, Database
from glossator_indexer.store.files import FILE_NAME, files_of
from glossator_indexer.store.rows import KnownFile, NewFile, Totals, Written

if TYPE_CHECKING:
    from sqlite3 import Connection

# Decoded records that are kept: the hits of many queries in a row. Each chunk or entity takes about
# 300 bytes, so that this is less than 60 MB; the latest stays even where it alone has more.
_PARTS_KEPT = 200_000
_CHECKSUM = struct.Struct("<I")
_NO_PATHS: Mapping[str, int] = MappingProxyType({})


class Store:
    """The truth. One thread at a time writes; any number of threads read meanwhile."""

    def __init__(self, folder: Path, root: str, model: str) -> None:
        """Open or make the database in `folder`, which belongs to the repository at `root`.

        `model` keys the vectors that `write` is given. Raises `NewerStoreError`,
        `StoreCorruptError`, and `IndexUnavailableError` where the folder cannot be used.
        """
        self._folder = folder
        self.model = model
        self._cache: OrderedDict[int, tuple[int, FileRecord]] = OrderedDict()
        self._parts_kept = 0
        self._cache_lock = threading.Lock()
        self._damaged: set[int] = set()
        self._damaged_vectors: set[tuple[str, int]] = set()
        self._known: dict[int, KnownFile] = {}
        self._paths: dict[int, dict[str, int]] = {}
        # Sessions whose mapping of paths a reader holds: it is never written again.
        self._lent: set[int] = set()
        self._paths_lock = threading.Lock()
        self._lineage = self._cleared = self._position = 0
        self._next_number = 1
        self._db = Database(folder / FILE_NAME, root)
        try:
            self._load()
        except BaseException:
            self._db.close()
            raise

    def file(self, number: int) -> tuple[int, FileRecord] | None:
        """Return the session and the record of a file, None where it is gone or damaged."""
        known = self._known.get(number)
        if known is None:
            return None
        with self._cache_lock:
            if cached := self._cache.get(number):
                self._cache.move_to_end(number)
                return cached
        record = self._record(known)
        if record is None:
            return None
        with self._cache_lock:
            if number not in self._cache:
                self._cache[number] = (known.session, record)
                self._parts_kept += _parts_of(record)
            while self._parts_kept > _PARTS_KEPT and len(self._cache) > 1:
                self._parts_kept -= _parts_of(self._cache.popitem(last=False)[1][1])
        return known.session, record

    def numbers(self, session: int) -> Mapping[str, int]:
        """Return the numbers of a session's files by path, as of now; it never changes."""
        with self._paths_lock:
            self._lent.add(session)
            return self._paths.get(session, _NO_PATHS)

    def modified(self, number: int) -> float:
        """Return when a file was modified last, a POSIX time in seconds; 0 where it is gone."""
        known = self._known.get(number)
        return known.mtime_ns / 1e9 if known else 0.0

    def known(self, number: int) -> KnownFile | None:
        """Return the stamps of a file."""
        return self._known.get(number)

    def find(self, session: int, path: str) -> KnownFile | None:
        """Return the stamps of a file by its path."""
        number = self._paths.get(session, {}).get(path)
        return None if number is None else self._known.get(number)

    def totals(self) -> Totals:
        """Return how much is kept."""
        disk = [it for it in self._known.copy().values() if it.session == DISK]
        languages: dict[str, int] = {}
        for it in disk:
            languages[it.language] = languages.get(it.language, 0) + 1
        return Totals(
            len(disk),
            sum(it.entities for it in disk),
            sum(it.chunks for it in disk),
            len(self._known) - len(disk),
            sum(it.trouble for it in disk),
            tuple(sorted(languages.items(), key=lambda it: (-it[1], it[0]))),
        )

    def all_numbers(self) -> list[int]:
        """Return the numbers of all files of all sessions."""
        return list(self._known.copy())

    def damaged(self) -> tuple[int, ...]:
        """Return the numbers of files whose records turned out damaged, to be read again."""
        return tuple(self._damaged)

    def is_damaged(self, number: int) -> bool:
        """Tell whether the record of a file turned out damaged."""
        return number in self._damaged

    # The journal ------------------------------------------------------------------------------

    @property
    def position(self) -> int:
        """Return the position of the last transaction."""
        return self._position

    @property
    def first_position(self) -> int:
        """Return the position before any transaction of this database."""
        return self._lineage << POSITION_BITS

    def can_replay_from(self, position: int | None) -> bool:
        """Tell whether the journal still holds all that followed `position` of this database."""
        return position is not None and self._cleared <= position <= self._position

    def journal_after(self, position: int) -> list[int]:
        """Return the numbers that were written or removed after a position, in order, once each."""
        rows = self._db.read(
            "SELECT number FROM journal WHERE position > ? ORDER BY position", position
        )
        return list(dict.fromkeys(number for (number,) in rows))

    def clear_journal(self, position: int) -> None:
        """Forget the journal up to the position that every derived store has reached."""
        if position <= self._cleared:
            return
        with self._db.transaction() as db:
            db.execute("DELETE FROM journal WHERE position <= ?", (position,))
            self._db.put("cleared", str(position))
        self._cleared = position

    # Writing ----------------------------------------------------------------------------------

    def write(self, files: Sequence[NewFile], gone: Sequence[int] = ()) -> Written:
        """Keep files, each in the place of all that its path had, and forget `gone`: at once.

        On return it is durable. Derived stores are told afterwards, in journal order.
        """
        former = [self.find(it.session, it.path) for it in files]
        removed = [*gone, *(it.number for it in former if it is not None)]
        removed = [it for it in dict.fromkeys(removed) if it in self._known]
        numbers = range(self._next_number, self._next_number + len(files))
        position = self._position
        with self._db.transaction() as db:
            _remove(db, removed)
            self._insert(db, files, numbers)
            touched = [*removed, *numbers]
            db.executemany(
                "INSERT INTO journal VALUES (?, ?)", enumerate(touched, start=position + 1)
            )
        self._position = position + len(touched)
        self._next_number = numbers.stop
        added = [KnownFile(number, *it[:12]) for number, it in zip(numbers, files, strict=True)]
        self._remember(added, removed)
        return Written(tuple(numbers), tuple(removed), self._position)

    def restamp(self, stamped: Sequence[KnownFile]) -> None:
        """Keep new stamps of files whose contents are as they were."""
        with self._db.transaction() as db:
            db.executemany(
                "UPDATE files SET size=?, mtime_ns=?, inode=?, ctime_ns=?, read_ns=? "
                "WHERE number=?",
                [(*it[3:8], it.number) for it in stamped],
            )
        self._known.update((it.number, it) for it in stamped if it.number in self._known)

    def vectors_of(self, number: int, model: str) -> bytes | None:
        """Return the vectors of a file's chunks; None where they are not made, or damaged."""
        rows = self._db.read(
            "SELECT vectors FROM vectors WHERE model = ? AND number = ?", model, number
        )
        return _checked(bytes(rows[0][0]), number) if rows else None

    def numbers_with_vectors(self, model: str) -> set[int]:
        """Return the numbers of all files that have vectors of a model."""
        rows = self._db.read("SELECT number FROM vectors WHERE model = ?", model)
        return {it for (it,) in rows if (model, it) not in self._damaged_vectors}

    def put_vectors(self, vectors: Mapping[int, bytes], model: str) -> int:
        """Keep vectors of files that have none yet; return the position of the transaction."""
        present = {number: it for number, it in vectors.items() if number in self._known}
        with self._db.transaction() as db:
            db.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                [(number, model, _sealed(it, number)) for number, it in present.items()],
            )
            db.executemany(
                "INSERT INTO journal VALUES (?, ?)", enumerate(present, start=self._position + 1)
            )
        self._position += len(present)
        self._damaged_vectors.difference_update((model, it) for it in present)
        return self._position

    def forget_vectors_but(self, models: Sequence[str]) -> None:
        """Drop the vectors of all other models."""
        marks = ",".join("?" * len(models))
        with self._db.transaction() as db:
            # Only question marks are put into the statement.
            db.execute(f"DELETE FROM vectors WHERE model NOT IN ({marks})", models)  # noqa: S608

    def note(self, key: str, value: str) -> None:
        """Keep a word about the index, such as which model answers."""
        with self._db.transaction():
            self._db.put(f"note:{key}", value)

    def noted(self, key: str) -> str | None:
        """Return what `note` kept."""
        rows = self._db.read("SELECT value FROM meta WHERE key = ?", f"note:{key}")
        return str(rows[0][0], "utf-8") if rows else None

    def scrub(self) -> None:
        """Read every blob once and note what is damaged; any thread may do it."""
        for known in self._known.copy().values():
            rows = self._db.read("SELECT record FROM records WHERE number = ?", known.number)
            if known.number in self._known and not (rows and is_whole(bytes(rows[0][0]))):
                self._damaged.add(known.number)
        for model, number in self._db.read("SELECT model, number FROM vectors"):
            if self.vectors_of(number, model) is None:
                self._damaged_vectors.add((model, number))

    @property
    def folder(self) -> Path:
        """Return where the database lies, and beside it what is derived from it."""
        return self._folder

    def size(self) -> int:
        """Return the bytes of the database and its log."""
        return sum(it.stat().st_size for it in files_of(self._folder) if it.exists())

    @property
    def updated(self) -> float | None:
        """Return when a file was read last, a POSIX time; None before the first."""
        # A time beyond the clock's stands for a file that is not to be read again.
        now = time.time_ns()
        times = [it.read_ns for it in self._known.copy().values() if it.read_ns <= now]
        return max(times, default=0) / 1e9 or None

    def is_sound(self) -> bool:
        """Tell whether the whole database reads as one; takes seconds where it is large."""
        try:
            return self._db.read("PRAGMA quick_check(1)") == [("ok",)]
        except StoreCorruptError:
            return False

    def close(self) -> None:
        """Let go of all connections."""
        self._db.close()

    # Inside -----------------------------------------------------------------------------------

    def _load(self) -> None:
        try:
            self._lineage, self._cleared = (int(self._db.meta(it)) for it in ("lineage", "cleared"))
            ((last,),) = self._db.read("SELECT max(position) FROM journal")
            ((count,),) = self._db.read("SELECT count(*) FROM records")
            known = [_known_file(it) for it in self._db.read("SELECT * FROM files")]
            self._position = max(self._cleared, last or 0)
            self._remember(known, ())
        except (ValueError, TypeError, AttributeError) as exc:
            raise StoreCorruptError("The index's tables are damaged; it is built anew.") from exc
        if self._cleared >> POSITION_BITS != self._lineage or count != len(self._known):
            raise StoreCorruptError("The index's tables disagree; it is built anew.")
        self._next_number = max(self._known, default=0) + 1

    def _remember(self, added: Sequence[KnownFile], removed: Sequence[int]) -> None:
        with self._paths_lock:
            touched = {self._known[it].session for it in removed} | {it.session for it in added}
            for session in touched:
                if session not in self._paths or session in self._lent:
                    self._paths[session] = dict(self._paths.get(session, _NO_PATHS))
            self._lent -= touched
            for number in removed:
                known = self._known[number]
                self._paths[known.session].pop(known.path, None)
            for it in added:
                self._known[it.number] = it
                self._paths[it.session][it.path] = it.number
        for number in removed:
            del self._known[number]
        with self._cache_lock:
            for number in removed:
                if (cached := self._cache.pop(number, None)) is not None:
                    self._parts_kept -= _parts_of(cached[1])
        self._damaged.difference_update(removed)

    def _insert(self, db: Connection, files: Sequence[NewFile], numbers: Sequence[int]) -> None:
        pairs = list(zip(numbers, files, strict=True))
        db.executemany(
            "INSERT INTO files VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
            [(n, it[0], _path_bytes(it.path), *it[2:12]) for n, it in pairs],
        )
        db.executemany("INSERT INTO records VALUES (?, ?)", [(n, it.record) for n, it in pairs])
        db.executemany(
            "INSERT INTO vectors VALUES (?, ?, ?)",
            [(n, self.model, _sealed(it.vectors, n)) for n, it in pairs if it.vectors is not None],
        )

    def _record(self, known: KnownFile) -> FileRecord | None:
        rows = self._db.read("SELECT record FROM records WHERE number = ?", known.number)
        if not rows and known.number not in self._known:
            return None
        try:
            record = decode_record(rows[0][0] if rows else b"")
            if (record.path, len(record.chunks)) == (known.path, known.chunks):
                return record
        except StoreCorruptError:
            pass
        self._damaged.add(known.number)
        return None


def _known_file(row: tuple[Any, ...]) -> KnownFile:
    number, session, path, *rest = row
    return KnownFile(number, session, path.decode("utf-8", "surrogateescape"), *rest)


def _parts_of(record: FileRecord) -> int:
    return len(record.chunks) + len(record.entities)


def _path_bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _remove(db: Connection, numbers: Sequence[int]) -> None:
    rows = [(it,) for it in numbers]
    for table in ("files", "records", "vectors"):
        # The table's name is one of the three above.
        db.executemany(f"DELETE FROM {table} WHERE number = ?", rows)  # noqa: S608


def _sealed(vectors: bytes, number: int) -> bytes:
    return _CHECKSUM.pack(zlib.crc32(vectors, number & 0xFFFFFFFF)) + vectors


def _checked(blob: bytes, number: int) -> bytes | None:
    vectors = blob[_CHECKSUM.size :]
    sealed = blob[: _CHECKSUM.size]
    return vectors if sealed == _CHECKSUM.pack(zlib.crc32(vectors, number & 0xFFFFFFFF)) else None
