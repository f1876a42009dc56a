"""Own what is remembered between runs over trees: for which symbols a model had no usable words.

It must hold no text of anybody's, only hashes and causes, and must not decide what is asked again.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import platformdirs

from glossator_clients.types import ModelInfo
from glossator_indexer.symbols import own_code
from glossator_indexer.types import Symbol
from glossator_server import __version__
from glossator_server.proposal import SkipCause
from glossator_server.settings import DocumentOptions
from glossator_server.snapshot import Snapshot

# What the next run over the very same code would end in again, after as many tokens.
LASTING = frozenset({SkipCause.NO_USABLE_TEXT, SkipCause.FAILED_CHECKS, SkipCause.PROMPT_TOO_LONG})
# Some ten thousand symbols; of older ones the model is asked again.
_MOST_BYTES = 1_000_000

_log = logging.getLogger(__name__)


def journal_path() -> Path:
    """Return the place of this user's journal."""
    return platformdirs.user_state_path("glossator", appauthor=False) / "document-skipped.jsonl"


class Journal:
    """The journal in one file, which any number of runs may add to; a torn line is left out.

    Where it cannot be read or written a run goes on without: it is only asked again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, SkipCause] | None = None

    def find(self, key: str) -> SkipCause | None:
        """Return why an earlier run had no comment, None where there was none."""
        if self._known is None:
            self._known = dict(self._read())
        return self._known.get(key)

    def add(self, key: str, cause: SkipCause) -> None:
        """Remember a cause; in one write, so that a kill tears no other line."""
        line = json.dumps({"key": key, "cause": cause}).encode() + b"\n"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
            if self._path.exists() and self._path.stat().st_size > _MOST_BYTES:
                self._path.replace(self._path.with_suffix(".old.jsonl"))
            handle = os.open(self._path, flags, 0o600)
            try:
                os.write(handle, line)
            finally:
                os.close(handle)
        except OSError as trouble:
            _log.info("%s cannot be written (%s)", self._path, trouble.strerror)

    def _read(self) -> Iterator[tuple[str, SkipCause]]:
        for path in (self._path.with_suffix(".old.jsonl"), self._path):
            try:
                raw = path.read_bytes()[-2 * _MOST_BYTES :]
            except OSError:
                continue
            for line in raw.split(b"\n"):
                try:
                    entry = json.loads(line)
                    yield str(entry["key"]), SkipCause(entry["cause"])
                except (ValueError, KeyError, TypeError):
                    continue


def journal_key(
    snapshot: Snapshot, symbol: Symbol, model: ModelInfo, options: DocumentOptions
) -> str:
    """Return a hash of all that decides how a symbol is commented.

    The rest of its file is left out: the comments that a run writes beside it would make every
    later run ask again.
    """
    comment = symbol.comment.text if symbol.comment is not None else ""
    parts = (
        __version__,
        snapshot.uri,
        symbol.qualified_name,
        own_code(snapshot.text, symbol),
        comment,
        f"{model.id} {model.origin} {model.api} {model.name} {model.digest}",
        snapshot.style,
        repr(options),
    )
    raw = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(raw).hexdigest()
