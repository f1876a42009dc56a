"""Own what is remembered between runs over trees: for which symbols a model had no usable words.

It must hold no text of anybody's, only hashes and causes, and must not decide what is asked again.
"""

from __future__ import annotations

import hashlib
import logging
from contextlib import suppress
from pathlib import Path

import platformdirs

from glossator_clients.types import ModelInfo
from glossator_indexer.symbols import own_code
from glossator_indexer.types import Symbol
from glossator_server import __version__
from glossator_server.kept_lines import KeptLines
from glossator_server.prompts import template_for
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
    """The journal in one file, which any number of runs may add to.

    Where it cannot be read or written a run goes on without: it is only asked again.
    """

    def __init__(self, path: Path) -> None:
        self._kept = KeptLines(path, _MOST_BYTES)
        self._known: dict[str, SkipCause] | None = None

    def find(self, key: str) -> SkipCause | None:
        """Return why an earlier run had no comment, None where there was none."""
        if self._known is None:
            self._known = self._read()
        return self._known.get(key)

    def add(self, key: str, cause: SkipCause) -> None:
        """Remember a cause."""
        self._kept.add({"key": key, "cause": cause})

    def _read(self) -> dict[str, SkipCause]:
        known: dict[str, SkipCause] = {}
        try:
            for entry in self._kept.read():
                with suppress(ValueError):
                    known[str(entry.get("key"))] = SkipCause(str(entry.get("cause")))
        except OSError as trouble:
            _log.info("the journal cannot be read (%s)", trouble.strerror)
        return known


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
        # Who changes a prompt wants it asked again.
        template_for("document", options.for_path(snapshot.path).prompt, model).sha256,
    )
    raw = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(raw).hexdigest()
