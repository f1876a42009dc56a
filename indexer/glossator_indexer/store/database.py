"""Own the connections to the one SQLite database of an index, its schema and its errors.

It is the only importer of sqlite3, and knows no file, record or vector.
"""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from glossator_indexer.disk import NO_DISK, NO_SPACE, NOT_WRITABLE
from glossator_indexer.errors import IndexUnavailableError, StoreCorruptError
from glossator_indexer.record_codec import FORMAT

# "Glos", so that another program's database is told from ours.
_APPLICATION_ID = 0x476C6F73
_SCHEMA_VERSION = FORMAT * 100 + 3
# A position is a random lineage and a count below it: no two databases share one.
POSITION_BITS = 32
_LINEAGE_BITS = 29
# How often a statement that still runs at the end is told to stop.
_TICK = 0.01

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    number INTEGER PRIMARY KEY, session INTEGER NOT NULL, path BLOB NOT NULL,
    size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, inode INTEGER NOT NULL,
    ctime_ns INTEGER NOT NULL, read_ns INTEGER NOT NULL, content_hash BLOB NOT NULL,
    language TEXT NOT NULL, entities INTEGER NOT NULL, chunks INTEGER NOT NULL,
    trouble INTEGER NOT NULL,
    UNIQUE (session, path)
);
CREATE TABLE records (number INTEGER PRIMARY KEY, record BLOB NOT NULL);
CREATE TABLE vectors (
    number INTEGER NOT NULL, model TEXT NOT NULL, vectors BLOB NOT NULL, PRIMARY KEY (number, model)
);
CREATE TABLE journal (position INTEGER PRIMARY KEY, number INTEGER NOT NULL);
"""


class NewerStoreError(StoreCorruptError):
    """A later version of the program wrote the database: it is to be kept, not to be repaired."""


class _Connection(NamedTuple):
    """A connection with the lock that a reading thread holds while it uses it."""

    db: sqlite3.Connection
    in_use: threading.Lock


class Database:
    """The database of an index: one connection to write, one a thread to read."""

    def __init__(self, path: Path, root: str) -> None:
        """Open or make it; raises `StoreCorruptError` and `IndexUnavailableError`."""
        self._path = path
        self._reading = threading.local()
        self._connections: list[_Connection] = []
        self._is_closed = False
        try:
            with _translated():
                self._writer = self._connect().db
                self._make_or_check(root)
        except BaseException:
            self.close()
            raise

    def read(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Return all rows of a query, from the calling thread's own connection."""
        with _translated():
            mine: _Connection | None = getattr(self._reading, "mine", None)
            if mine is None:
                mine = self._reading.mine = self._connect()
            with mine.in_use:
                if self._is_closed:
                    raise IndexUnavailableError(_CLOSED)
                return mine.db.execute(statement, values).fetchall()

    def meta(self, key: str) -> bytes:
        """Return a value of the head; raises `StoreCorruptError` where there is none."""
        row = self._writer.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise StoreCorruptError("The index's head is damaged; it is built anew.")
        return bytes(row[0])

    def put(self, key: str, value: str) -> None:
        """Write a value of the head, inside a transaction."""
        raw = value.encode("utf-8", "surrogateescape")
        self._writer.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, raw))

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold a transaction that is durable at the end, and undone by an exception."""
        with _translated():
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._writer.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close all connections."""
        self._is_closed = True
        connections, self._connections = self._connections, []
        for it in reversed(connections):
            # A check of the whole database may be running in a thread of its own; a connection
            # that is closed under a running statement takes the process with it.
            while not it.in_use.acquire(timeout=_TICK):
                it.db.interrupt()
            try:
                with contextlib.suppress(sqlite3.Error):
                    it.db.close()
            finally:
                # Who waited learns that all is closed.
                it.in_use.release()

    def _connect(self) -> _Connection:
        # A thread's connection is closed by whoever closes the store.
        db = sqlite3.connect(self._path, timeout=5.0, isolation_level=None, check_same_thread=False)
        connection = _Connection(db, threading.Lock())
        self._connections.append(connection)
        # A kill loses nothing in this mode; a power cut may lose the last moments, which the
        # next walk and the positions of the derived stores tell.
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA trusted_schema = OFF")
        db.execute("PRAGMA cell_size_check = ON")
        return connection

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
        if self.meta("root") != root.encode("utf-8", "surrogateescape"):
            raise StoreCorruptError("The index belongs to another repository; it is built anew.")

    def _make(self, root: str) -> None:
        lineage = secrets.randbits(_LINEAGE_BITS) | 1 << _LINEAGE_BITS
        with self.transaction() as db:
            for statement in _SCHEMA.split(";"):
                db.execute(statement)
            self.put("root", root)
            self.put("lineage", str(lineage))
            self.put("cleared", str(lineage << POSITION_BITS))
            db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.ProgrammingError as exc:
        if "closed" not in str(exc):
            raise
        raise IndexUnavailableError(_CLOSED) from exc
    except sqlite3.Error as exc:
        raise _ours(exc) from exc
    except (TypeError, ValueError, OverflowError, UnicodeError) as exc:
        raise StoreCorruptError("The index holds what it cannot hold; it is built anew.") from exc


_CLOSED = "The index is closed; open it again."
_HELD = "Another program holds the index's database; try again when it is done."
_SENTENCES = {
    sqlite3.SQLITE_FULL: NO_SPACE,
    sqlite3.SQLITE_IOERR: NO_DISK,
    sqlite3.SQLITE_READONLY: NOT_WRITABLE,
    sqlite3.SQLITE_PERM: NOT_WRITABLE,
    sqlite3.SQLITE_BUSY: _HELD,
    sqlite3.SQLITE_LOCKED: _HELD,
    sqlite3.SQLITE_INTERRUPT: _CLOSED,
    sqlite3.SQLITE_NOMEM: "There is too little memory for the index; close something first.",
}
_IOERR_SHORT_READ = sqlite3.SQLITE_IOERR | 2 << 8


def _ours(exc: sqlite3.Error) -> StoreCorruptError | IndexUnavailableError:
    code = getattr(exc, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    sentence = _SENTENCES.get(code & 0xFF)
    if sentence is not None and code != _IOERR_SHORT_READ:
        return IndexUnavailableError(sentence)
    return StoreCorruptError("The index's database is damaged; it is built anew.")
