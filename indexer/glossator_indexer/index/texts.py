"""Own the texts that answers show: lines of a file as it is now, or as a session has it unsaved.

Nothing leaves here unredacted, and nothing is kept of what is on disk.
"""

from __future__ import annotations

from functools import lru_cache

from glossator_gate.redaction import redact
from glossator_indexer.extraction import decoded
from glossator_indexer.pipeline import UnreadableError, read_file

# A question shows several pieces of one file: these stay split between them.
_KEPT = 16


class Texts:
    """Reads lines of a repository's files. Safe for many threads."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._buffers: dict[tuple[int, str], str] = {}
        self._lines = lru_cache(_KEPT)(_redacted_lines)

    def read(self, path: str, start_line: int, end_line: int, session: int) -> str | None:
        """Return lines of a file with its secrets redacted, None where it cannot be read."""
        text = self._buffers.get((session, path))
        if text is None:
            try:
                reading = read_file(self._root, path)
            except UnreadableError:
                return None
            if reading is None:
                return None
            text = decoded(reading.raw)
        return "\n".join(self._lines(text)[start_line - 1 : end_line])

    def is_unchanged(self, session: int, path: str, text: str) -> bool:
        """Tell whether a session's unsaved text of a file is the one that is kept."""
        return self._buffers.get((session, path)) == text

    def keep(self, session: int, path: str, text: str) -> None:
        """Keep the unsaved text of a session."""
        self._buffers[session, path] = text

    def forget(self, session: int, path: str) -> None:
        """Forget the unsaved text of a session."""
        self._buffers.pop((session, path), None)

    def forget_session(self, session: int) -> None:
        """Forget all texts of a session."""
        for key in [it for it in list(self._buffers) if it[0] == session]:
            self._buffers.pop(key, None)


def _redacted_lines(text: str) -> list[str]:
    return redact(text).text.split("\n")
