"""Own a file of lines that one process adds to: a JSON object each, on the disk before the next.

A kill tears at most the line that was being written, and that one is left out when the file is
read. It must not know what the lines say.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from glossator_server.errors import UsageError


class DurableLines:
    """The lines in one file, which only its user can read; the file need not be there."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Iterator[Mapping[str, Any]]:
        """Yield the lines, oldest first, without torn ones.

        Raises `UsageError` where the file is there and cannot be read.
        """
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as trouble:
            raise UsageError(f"{self.path} cannot be read: {trouble.strerror}.") from trouble
        for line in raw.split(b"\n"):
            with suppress(ValueError, RecursionError):
                found = json.loads(line)
                if isinstance(found, dict):
                    yield found

    @contextmanager
    def adding(self, busy: str) -> Iterator[LineAdder]:
        """Open the file for this process alone.

        Raises `UsageError`, which says `busy` where another process has it open, or why it cannot
        be written.
        """
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            handle = os.open(self.path, flags, 0o600)
        except OSError as trouble:
            raise UsageError(f"{self.path} cannot be written: {trouble.strerror}.") from trouble
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as trouble:
                raise UsageError(busy) from trouble
            _end_torn_line(handle)
            yield LineAdder(handle, self.path)
        finally:
            os.close(handle)


class LineAdder:
    """Adds lines to a file that is open."""

    def __init__(self, handle: int, path: Path) -> None:
        self._handle = handle
        self._path = path

    def add(self, values: Mapping[str, Any]) -> None:
        """Add a line, on the disk when this returns; raises `UsageError` where there is no room."""
        raw = json.dumps(values, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        try:
            # Where room ends in the middle of a line, its second half says so.
            while raw:
                raw = raw[os.write(self._handle, raw) :]
            os.fsync(self._handle)
        except OSError as trouble:
            raise UsageError(f"{self._path} cannot be written: {trouble.strerror}.") from trouble


def _end_torn_line(handle: int) -> None:
    """End a line that a kill or a full disk has torn, so that it spoils no other."""
    size = os.fstat(handle).st_size
    if size and os.pread(handle, 1, size - 1) != b"\n":
        os.write(handle, b"\n")
