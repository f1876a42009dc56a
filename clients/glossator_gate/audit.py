"""Own the audit log: a line before each thing that leaves, runs or is written, chained to the last.

It must not hold text of the user's: hashes and sizes only. No line, no action: who records is
refused where the line cannot be written.

One JSON object a line, in a file a day (UTC) that all processes of a user share under one lock.
`prev` is the SHA-256 of the line before, also across days, so that a line which was changed, taken
out or put in shows. The file `head` remembers the last line, so that a cut end shows, too. Names of
fields are OpenTelemetry's for generative AI where it has one, else they begin with `glossator.`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import platformdirs

from glossator_gate.errors import AuditError

if sys.platform != "win32":
    import fcntl

Value = str | int | float | bool | None

GENESIS = "0" * 64
_HEAD = "head"
_LOCK = "lock"
_SUFFIX = ".jsonl"
_POLL_S = 0.01
# A line has some hundred bytes: what is longer was not written by us.
_LONGEST_LINE = 64 * 1024


def default_folder() -> Path:
    """Return the folder of this user's log."""
    return platformdirs.user_state_path("glossator", appauthor=False) / "audit"


@dataclass(frozen=True, slots=True)
class Head:
    """The last line: in which file, up to which byte, its hash and its number, from 1."""

    file: str
    size: int
    hash: str
    number: int


_EMPTY = Head("", 0, GENESIS, 0)


class AuditLog:
    """The log of one user; any number of threads and processes may record in it."""

    def __init__(self, folder: Path | None = None, patience_s: float = 2.0) -> None:
        self._folder = default_folder() if folder is None else folder
        self._patience_s = patience_s
        self._mutex = threading.Lock()

    @property
    def folder(self) -> Path:
        """Return where the log is."""
        return self._folder

    def record(self, kind: str, fields: Mapping[str, Value], *, is_durable: bool = False) -> int:
        """Write a line and return its number, or raise `AuditError`.

        With `is_durable` it is on the disk itself before this returns.
        """
        try:
            with self._mutex, self._locked():
                return self._append(kind, fields, is_durable)
        except OSError as error:
            raise AuditError(
                f"The audit log in {self._folder} cannot be written ({error.strerror}), and "
                "nothing leaves without a line in it; make room there, or mend its permissions."
            ) from error

    def _append(self, kind: str, fields: Mapping[str, Value], is_durable: bool) -> int:  # noqa: FBT001
        now = datetime.now(UTC)
        name = f"{now:%Y-%m-%d}{_SUFFIX}"
        head = self._head()
        # A clock that was set back does not begin a day before the last one.
        name = max(name, head.file)
        with _opened(self._folder / name) as file:
            size = os.fstat(file.fileno()).st_size
            begins_in_line = name == head.file and _is_torn(file, size)
            line = {
                "n": head.number + 1,
                "time": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "kind": kind,
                "prev": head.hash,
                "pid": os.getpid(),
                **fields,
            }
            raw = json.dumps(line, ensure_ascii=True, separators=(",", ":")).encode()
            written = (b"\n" if begins_in_line else b"") + raw + b"\n"
            _write_whole(file, written, size)
            if is_durable:
                os.fsync(file.fileno())
        digest = hashlib.sha256(raw).hexdigest()
        self._keep_head(Head(name, size + len(written), digest, head.number + 1))
        return head.number + 1

    def _head(self) -> Head:
        """Return the last line: as remembered, gone on from there where a kill came between."""
        head = read_head(self._folder) or _last_line(self._folder)
        names = [it.name for it in _files(self._folder)]
        for name in names[names.index(head.file) if head.file in names else 0 :]:
            start = head.size if name == head.file else 0
            for at, raw in _lines(self._folder / name, start):
                found = _parsed(raw)
                if found is not None and found.get("prev") == head.hash:
                    number = found.get("n")
                    head = Head(
                        name,
                        at + len(raw) + 1,
                        hashlib.sha256(raw).hexdigest(),
                        number if isinstance(number, int) else head.number + 1,
                    )
        return head

    def _keep_head(self, head: Head) -> None:
        raw = json.dumps(
            {"file": head.file, "size": head.size, "hash": head.hash, "n": head.number}
        ).encode()
        with _opened(self._folder / _HEAD) as file:
            os.pwrite(file.fileno(), raw, 0)
            os.ftruncate(file.fileno(), len(raw))

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        status = self._folder.lstat()
        if sys.platform != "win32" and (
            not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid()
        ):
            raise AuditError(
                f"{self._folder} must be a folder of your own, and nothing leaves without a line "
                "in the audit log there; move it away."
            )
        if status.st_mode & 0o077:
            self._folder.chmod(0o700)
        with _opened(self._folder / _LOCK) as file:
            _lock(file, self._patience_s, self._folder)
            yield


def read_head(folder: Path) -> Head | None:
    """Return what is remembered of the last line, None where that cannot be read."""
    try:
        found = json.loads((folder / _HEAD).read_bytes())
        return Head(str(found["file"]), int(found["size"]), str(found["hash"]), int(found["n"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def lines(folder: Path) -> Iterator[tuple[str, int, bytes, dict[str, Any] | None]]:
    """Yield file name, line number in it (from 1), bytes, and object of each line, oldest first.

    The object is None where a line is none. Raises `OSError` where a file cannot be read.
    """
    for path in _files(folder):
        for number, (_at, raw) in enumerate(_lines(path, 0), 1):
            yield path.name, number, raw, _parsed(raw)


def _last_line(folder: Path) -> Head:
    """Return the last line that there is, for when nobody remembers it."""
    for path in reversed(_files(folder)):
        found = _EMPTY
        for at, raw in _lines(path, 0):
            line = _parsed(raw)
            if line is not None and isinstance(number := line.get("n"), int):
                digest = hashlib.sha256(raw).hexdigest()
                found = Head(path.name, at + len(raw) + 1, digest, number)
        if found is not _EMPTY:
            return found
    return _EMPTY


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"????-??-??{_SUFFIX}"))


def _lines(path: Path, start: int) -> Iterator[tuple[int, bytes]]:
    """Yield place and bytes of each line from a place on, without its end; the last may be torn."""
    try:
        with path.open("rb") as file:
            file.seek(start)
            at = start
            while raw := file.readline(_LONGEST_LINE):
                if (stripped := raw.rstrip(b"\n")) or not raw.endswith(b"\n"):
                    yield at, stripped
                at += len(raw)
    except FileNotFoundError:
        return


def _parsed(raw: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _is_torn(file: IO[bytes], size: int) -> bool:
    return size > 0 and os.pread(file.fileno(), 1, size - 1) != b"\n"


def _write_whole(file: IO[bytes], data: bytes, size: int) -> None:
    """Append, or leave the file as it was: half a line would look like a kill."""
    try:
        written = os.pwrite(file.fileno(), data, size)
    except OSError:
        written = -1
        os.ftruncate(file.fileno(), size)
        raise
    if written != len(data):
        os.ftruncate(file.fileno(), size)
        raise OSError(28, "no space left on device")


def _opened(path: Path) -> IO[bytes]:
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    return os.fdopen(os.open(path, flags, 0o600), "r+b", buffering=0)


def _lock(file: IO[bytes], patience_s: float, folder: Path) -> None:
    if sys.platform == "win32":
        return
    end = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                raise AuditError(
                    f"The audit log in {folder} is held by another process, and nothing leaves "
                    "without a line in it; end that process and try again."
                ) from None
            time.sleep(_POLL_S)
        else:
            return
