"""Own a file of lines that all processes of a user add to: a JSON object each, older ones apart.

It must not know what the lines say, nor whether anything may be kept.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

_log = logging.getLogger(__name__)


class KeptLines:
    """The lines in one file, which only its user can read; beyond `most_bytes` it is put aside.

    Where a line cannot be written it is left out: nobody's work waits for it.
    """

    def __init__(self, path: Path, most_bytes: int) -> None:
        self._path = path
        self._most_bytes = most_bytes

    @property
    def paths(self) -> tuple[Path, Path]:
        """Return the files, the older one first; neither need be there."""
        return self._path.with_suffix(".old.jsonl"), self._path

    def add(self, values: Mapping[str, object]) -> None:
        """Add a line, in one write, so that a kill tears no other."""
        raw = json.dumps(values).encode("ascii") + b"\n"
        try:
            self._append(raw)
        except OSError as trouble:
            _log.info("%s cannot be written (%s)", self._path, trouble.strerror)

    def read(self) -> Iterator[Mapping[str, Any]]:
        """Yield the lines, oldest first; a torn one is left out.

        Raises `OSError` where a file is there and cannot be read.
        """
        for path in self.paths:
            try:
                raw = path.read_bytes()
            except FileNotFoundError:
                continue
            for line in raw.split(b"\n"):
                with suppress(ValueError):
                    found = json.loads(line)
                    if isinstance(found, dict):
                        yield found

    def clear(self) -> None:
        """Remove all lines; raises `OSError` where that is impossible."""
        for path in self.paths:
            path.unlink(missing_ok=True)

    def _append(self, raw: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        handle = os.open(self._path, flags, 0o600)
        try:
            size = os.fstat(handle).st_size
            if size and os.pread(handle, 1, size - 1) != b"\n":
                # A full disk or a kill has torn the line before.
                raw = b"\n" + raw
            os.write(handle, raw)
        finally:
            os.close(handle)
        if size + len(raw) > self._most_bytes:
            self._path.replace(self.paths[0])
