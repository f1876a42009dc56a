"""Own the truth of an index in one SQLite database: files, their records and vectors, a journal.

It is the only importer of sqlite3. It reads no source file and knows no derived store but by the
positions that these have reached in its journal.

A file that changes gets a new number: whoever still holds a key of the old one finds nothing, and
never the old chunk in the new file. Positions begin at a random height for each new database, so
that a derived store that belongs to another one is told by its position.
"""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
import struct
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from glossator_indexer.errors import IndexUnavailableError, StoreCorruptError
from glossator_indexer.record_codec import FORMAT, decode_record, is_whole
from glossator_indexer.records import DISK, FileRecord

FILE_NAME = "truth.sqlite"
# "Glos", so that another program's database is told from ours.
_APPLICATION_ID = 0x476C6F73
_SCHEMA_VERSION = FORMAT * 100 + 1
_POSITION_BITS = 32
_LINEAGE_BITS = 29
# Decoded records that are kept: the hits of many queries in a row, about 40 MB at the most.
_RECORDS_KEPT = 2048
_CHUNKS_KEPT_OF_ONE = 2000
_CHECKSUM = struct.Struct("<I")

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    number INTEGER PRIMARY KEY, session INTEGER NOT NULL, path BLOB NOT NULL,
    size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, inode INTEGER NOT NULL,
    read_ns INTEGER NOT NULL, content_hash BLOB NOT NULL, language TEXT NOT NULL,
    entities INTEGER NOT NULL, chunks INTEGER NOT NULL, trouble INTEGER NOT NULL,
    UNIQUE (session, path)
);
CREATE TABLE records (number INTEGER PRIMARY KEY, record BLOB NOT NULL);
CREATE TABLE vectors (
    model TEXT NOT NULL, number INTEGER NOT NULL, vectors BLOB NOT NULL, PRIMARY KEY (model, number)
);
CREATE TABLE journal (position INTEGER PRIMARY KEY, number INTEGER NOT NULL);
"""


class NewerStoreError(StoreCorruptError):
    """A later version of the program wrote the database: it is to be kept, not to be repaired."""


class KnownFile(NamedTuple):
    """What is remembered of a file besides its record; `read_ns` is when it was read."""

    number: int
    session: int
    path: str
    size: int
    mtime_ns: int
    inode: int
    read_ns: int
    content_hash: bytes
    language: str
    entities: int
    chunks: int
    trouble: int


class NewFile(NamedTuple):
    """A file to be kept: its stamps, the encoded record, and vectors where there are any."""

    session: int
    path: str
    size: int
    mtime_ns: int
    inode: int
    read_ns: int
    content_hash: bytes
    language: str
    entities: int
    chunks: int
    trouble: int
    record: bytes
    vectors: bytes | None


@dataclass(frozen=True, slots=True)
class Written:
    """What one transaction did: numbers given to the new files, numbers gone, its position."""

    numbers: tuple[int, ...]
    gone: tuple[int, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Totals:
    """What the truth holds of the disk, and how many unsaved buffers beside it."""

    files: int
    entities: int
    chunks: int
    buffers: int
    troubled: int
    languages: tuple[tuple[str, int], ...]


class Store:
    """The truth. One thread at a time writes; any number of threads read meanwhile."""

    def __init__(self, folder: Path, root: str, model: str) -> None:
        """Open or make the database in `folder`, which belongs to the repository at `root`.

        `model` keys the vectors that `write` is given. Raises `NewerStoreError`,
        `StoreCorruptError`, and `IndexUnavailableError` where the folder cannot be used.
        """
        self._path = folder / FILE_NAME
        self.model = model
        self._reading = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._cache: OrderedDict[int, tuple[int, FileRecord]] = OrderedDict()
        self._cache_lock = threading.Lock()
        self._damaged: set[int] = set()
        self._known: dict[int, KnownFile] = {}
        self._paths: dict[int, dict[str, int]] = {}
        self._lineage = self._cleared = self._position = 0
        self._next_number = 1
        try:
            with _translated():
                self._writer = self._connect()
                self._make_or_check(root)
                self._load()
        except BaseException:
            self.close()
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
        if known.chunks <= _CHUNKS_KEPT_OF_ONE:
            with self._cache_lock:
                self._cache[number] = (known.session, record)
                if len(self._cache) > _RECORDS_KEPT:
                    self._cache.popitem(last=False)
        return known.session, record

    def numbers(self, session: int) -> Mapping[str, int]:
        """Return the numbers of a session's files by path, as of now; it never changes."""
        return MappingProxyType(self._paths.get(session, {}))

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

    # The journal ------------------------------------------------------------------------------

    @property
    def position(self) -> int:
        """Return the position of the last transaction."""
        return self._position

    @property
    def first_position(self) -> int:
        """Return the position before any transaction of this database."""
        return self._lineage << _POSITION_BITS

    def can_replay_from(self, position: int | None) -> bool:
        """Tell whether the journal still holds all that followed `position` of this database."""
        return position is not None and self._cleared <= position <= self._position

    def journal_after(self, position: int) -> list[int]:
        """Return the numbers that were written or removed after a position, in order, once each."""
        rows = self._read(
            "SELECT number FROM journal WHERE position > ? ORDER BY position", position
        )
        return list(dict.fromkeys(number for (number,) in rows))

    def clear_journal(self, position: int) -> None:
        """Forget the journal up to the position that every derived store has reached."""
        if position <= self._cleared:
            return
        with self._transaction() as db:
            db.execute("DELETE FROM journal WHERE position <= ?", (position,))
            self._put(db, "cleared", str(position))
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
        with self._transaction() as db:
            _remove(db, removed)
            self._insert(db, files, numbers)
            touched = [*removed, *numbers]
            db.executemany(
                "INSERT INTO journal VALUES (?, ?)", enumerate(touched, start=position + 1)
            )
        self._position = position + len(touched)
        self._next_number = numbers.stop
        added = [KnownFile(number, *it[:11]) for number, it in zip(numbers, files, strict=True)]
        self._remember(added, removed)
        return Written(tuple(numbers), tuple(removed), self._position)

    def restamp(self, stamped: Sequence[KnownFile]) -> None:
        """Keep new stamps of files whose contents are as they were."""
        with self._transaction() as db:
            db.executemany(
                "UPDATE files SET size=?, mtime_ns=?, inode=?, read_ns=? WHERE number=?",
                [(it.size, it.mtime_ns, it.inode, it.read_ns, it.number) for it in stamped],
            )
        self._known.update((it.number, it) for it in stamped if it.number in self._known)

    def vectors_of(self, number: int, model: str) -> bytes | None:
        """Return the vectors of a file's chunks; None where they are not made, or damaged."""
        rows = self._read(
            "SELECT vectors FROM vectors WHERE model = ? AND number = ?", model, number
        )
        return _checked(bytes(rows[0][0]), number) if rows else None

    def numbers_with_vectors(self, model: str) -> set[int]:
        """Return the numbers of all files that have vectors of a model."""
        return {it for (it,) in self._read("SELECT number FROM vectors WHERE model = ?", model)}

    def put_vectors(self, vectors: Mapping[int, bytes], model: str) -> int:
        """Keep vectors of files that have none yet; return the position of the transaction."""
        present = {number: it for number, it in vectors.items() if number in self._known}
        with self._transaction() as db:
            db.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                [(model, number, _sealed(it, number)) for number, it in present.items()],
            )
            db.executemany(
                "INSERT INTO journal VALUES (?, ?)", enumerate(present, start=self._position + 1)
            )
        self._position += len(present)
        return self._position

    def forget_vectors_but(self, models: Sequence[str]) -> None:
        """Drop the vectors of all other models."""
        marks = ",".join("?" * len(models))
        with self._transaction() as db:
            # Only question marks are put into the statement.
            db.execute(f"DELETE FROM vectors WHERE model NOT IN ({marks})", models)  # noqa: S608

    def note(self, key: str, value: str) -> None:
        """Keep a word about the index, such as which model answers."""
        with self._transaction() as db:
            self._put(db, f"note:{key}", value)

    def noted(self, key: str) -> str | None:
        """Return what `note` kept."""
        rows = self._read("SELECT value FROM meta WHERE key = ?", f"note:{key}")
        return str(rows[0][0], "utf-8") if rows else None

    def scrub(self) -> None:
        """Read every blob once: note damaged records, forget damaged vectors."""
        for known in self._known.copy().values():
            rows = self._read("SELECT record FROM records WHERE number = ?", known.number)
            if known.number in self._known and not (rows and is_whole(bytes(rows[0][0]))):
                self._damaged.add(known.number)
        bad = [
            (model, number)
            for model, number in self._read("SELECT model, number FROM vectors")
            if self.vectors_of(number, model) is None
        ]
        if bad:
            with self._transaction() as db:
                db.executemany("DELETE FROM vectors WHERE model = ? AND number = ?", bad)

    def size(self) -> int:
        """Return the bytes of the database and its log."""
        return sum(it.stat().st_size for it in _files(self._path.parent) if it.exists())

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
            return self._read("PRAGMA quick_check(1)") == [("ok",)]
        except StoreCorruptError:
            return False

    def close(self) -> None:
        """Let go of all connections."""
        connections, self._connections = self._connections, []
        for it in reversed(connections):
            with contextlib.suppress(sqlite3.Error):
                it.close()

    # Inside -----------------------------------------------------------------------------------

    def _connect(self) -> sqlite3.Connection:
        # A thread's connection is closed by whoever closes the store.
        db = sqlite3.connect(self._path, timeout=5.0, isolation_level=None, check_same_thread=False)
        self._connections.append(db)
        # A kill loses nothing in this mode; a power cut may lose the last moments, which the
        # next walk and the positions of the derived stores tell.
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA trusted_schema = OFF")
        db.execute("PRAGMA cell_size_check = ON")
        return db

    def _make_or_check(self, root: str) -> None:
        db = self._writer
        (application,) = db.execute("PRAGMA application_id").fetchone()
        (version,) = db.execute("PRAGMA user_version").fetchone()
        (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application == _APPLICATION_ID and version > _SCHEMA_VERSION:
            raise NewerStoreError("The index was written by a later version; it is set aside.")
        if not tables and not application:
            self._make(root)
        elif application != _APPLICATION_ID or version != _SCHEMA_VERSION:
            raise StoreCorruptError("The index is of another version; it is built anew.")
        db.execute("PRAGMA journal_mode = WAL")
        if self._meta("root") != root.encode("utf-8", "surrogateescape"):
            raise StoreCorruptError("The index belongs to another repository; it is built anew.")

    def _make(self, root: str) -> None:
        lineage = secrets.randbits(_LINEAGE_BITS) | 1 << _LINEAGE_BITS
        with self._transaction() as db:
            for statement in _SCHEMA.split(";"):
                db.execute(statement)
            self._put(db, "root", root)
            self._put(db, "lineage", str(lineage))
            self._put(db, "cleared", str(lineage << _POSITION_BITS))
            db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")

    def _load(self) -> None:
        db = self._writer
        self._lineage = int(self._meta("lineage"))
        self._cleared = int(self._meta("cleared"))
        (last,) = db.execute("SELECT max(position) FROM journal").fetchone()
        self._position = max(self._cleared, last or 0)
        if self._cleared >> _POSITION_BITS != self._lineage or self._position < self._cleared:
            raise StoreCorruptError("The index's journal is damaged; it is built anew.")
        (count,) = db.execute("SELECT count(*) FROM records").fetchone()
        self._remember([_known_file(it) for it in db.execute("SELECT * FROM files")], ())
        if count != len(self._known):
            raise StoreCorruptError("The index's tables disagree; it is built anew.")
        self._next_number = max(self._known, default=0) + 1

    def _remember(self, added: Sequence[KnownFile], removed: Sequence[int]) -> None:
        # Readers hold mappings of paths: a changed one is a new one.
        paths = dict(self._paths)
        for session in {self._known[it].session for it in removed} | {it.session for it in added}:
            paths[session] = dict(paths.get(session, {}))
        for number in removed:
            known = self._known[number]
            paths[known.session].pop(known.path, None)
        for it in added:
            self._known[it.number] = it
            paths[it.session][it.path] = it.number
        self._paths = paths
        for number in removed:
            del self._known[number]
        with self._cache_lock:
            for number in removed:
                self._cache.pop(number, None)
        self._damaged.difference_update(removed)

    def _insert(
        self, db: sqlite3.Connection, files: Sequence[NewFile], numbers: Sequence[int]
    ) -> None:
        pairs = list(zip(numbers, files, strict=True))
        db.executemany(
            "INSERT INTO files VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            [(n, it[0], _path_bytes(it.path), *it[2:11]) for n, it in pairs],
        )
        db.executemany("INSERT INTO records VALUES (?, ?)", [(n, it.record) for n, it in pairs])
        db.executemany(
            "INSERT INTO vectors VALUES (?, ?, ?)",
            [(self.model, n, _sealed(it.vectors, n)) for n, it in pairs if it.vectors is not None],
        )

    def _record(self, known: KnownFile) -> FileRecord | None:
        rows = self._read("SELECT record FROM records WHERE number = ?", known.number)
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

    def _read(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with _translated():
            db: sqlite3.Connection | None = getattr(self._reading, "db", None)
            if db is None:
                db = self._reading.db = self._connect()
            return db.execute(statement, values).fetchall()

    def _meta(self, key: str) -> bytes:
        row = self._writer.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise StoreCorruptError("The index's head is damaged; it is built anew.")
        return bytes(row[0])

    @staticmethod
    def _put(db: sqlite3.Connection, key: str, value: str) -> None:
        raw = value.encode("utf-8", "surrogateescape")
        db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, raw))

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with _translated():
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._writer.execute("ROLLBACK")
                raise


def open_store(folder: Path, root: str, model: str) -> tuple[Store, str | None]:
    """Open the truth in `folder`, or a new one in the place of what is no truth of ours.

    The second value is a sentence about what was found, None where all was well. What a later
    version wrote is set aside, what is damaged is removed. Raises `IndexUnavailableError`.
    """
    try:
        _refuse_strange_files(folder)
        return Store(folder, root, model), None
    except NewerStoreError as exc:
        sentence = str(exc)
        _set_aside(folder)
    except StoreCorruptError as exc:
        sentence = str(exc)
        remove_store(folder)
    try:
        return Store(folder, root, model), sentence
    except StoreCorruptError as exc:
        raise IndexUnavailableError(
            f"The index in {folder} cannot be written; check its permissions."
        ) from exc


def remove_store(folder: Path) -> None:
    """Remove the database and its side files; raises `IndexUnavailableError`."""
    for path in _files(folder):
        try:
            if path.is_dir() and not path.is_symlink():
                path.rename(_unused(path, "set-aside"))
            else:
                path.unlink(missing_ok=True)
        except OSError as exc:
            raise IndexUnavailableError(
                f"The damaged index {path} cannot be removed; check the folder's permissions."
            ) from exc


def _refuse_strange_files(folder: Path) -> None:
    for path in _files(folder):
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise StoreCorruptError("The index's database is no plain file; it is built anew.")
    database, *_ = _files(folder)
    if not database.exists():
        # A log without its database would be applied to the new one.
        remove_store(folder)


def _set_aside(folder: Path) -> None:
    for path in _files(folder):
        with contextlib.suppress(FileNotFoundError):
            path.rename(_unused(path, "newer"))


def _unused(path: Path, word: str) -> Path:
    names = (path.with_name(f"{path.name}.{word}-{number}") for number in range(1000))
    return next(it for it in names if not it.exists())


def _files(folder: Path) -> tuple[Path, Path, Path]:
    # The log goes first when files are removed: a database without its log is only older.
    return tuple(folder / f"{FILE_NAME}{it}" for it in ("", "-wal", "-shm"))  # type: ignore[return-value]


def _known_file(row: tuple[Any, ...]) -> KnownFile:
    number, session, path, *rest = row
    return KnownFile(number, session, path.decode("utf-8", "surrogateescape"), *rest)


def _path_bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _remove(db: sqlite3.Connection, numbers: Sequence[int]) -> None:
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


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.ProgrammingError as exc:
        if "closed" not in str(exc):
            raise
        raise IndexUnavailableError("The index is closed; open it again.") from exc
    except sqlite3.Error as exc:
        raise _ours(exc) from exc
    except (TypeError, ValueError, OverflowError, UnicodeError) as exc:
        raise StoreCorruptError("The index holds what it cannot hold; it is built anew.") from exc


_HELD = "Another program holds the index's database; try again when it is done."
_SENTENCES = {
    sqlite3.SQLITE_FULL: "There is no space left for the index; free some and try again.",
    sqlite3.SQLITE_IOERR: "The index cannot be read or written; check the cache folder's disk.",
    sqlite3.SQLITE_BUSY: _HELD,
    sqlite3.SQLITE_LOCKED: _HELD,
    sqlite3.SQLITE_NOMEM: "There is too little memory for the index; close something first.",
}
_IOERR_SHORT_READ = sqlite3.SQLITE_IOERR | 2 << 8


def _ours(exc: sqlite3.Error) -> StoreCorruptError | IndexUnavailableError:
    code = getattr(exc, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    sentence = _SENTENCES.get(code & 0xFF)
    if sentence is not None and code != _IOERR_SHORT_READ:
        return IndexUnavailableError(sentence)
    return StoreCorruptError("The index's database is damaged; it is built anew.")
