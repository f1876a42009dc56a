"""Own the table of what the owner of an index can be asked: names, parameters, results, patience.

Both ends read it; it must not know how anything is sent or answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from glossator_indexer.errors import (
    EmbedderError,
    IndexUnavailableError,
    QueryError,
    StoreCorruptError,
)
from glossator_indexer.records import (
    ContextPiece,
    FoundEntity,
    Hit,
    IndexProgress,
    IndexStatus,
    PiecesQuery,
    SearchQuery,
)


@dataclass(frozen=True, slots=True)
class Method:
    """One question. `seconds` is how long its answer is waited for, None without end."""

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    result: Any = None
    seconds: float | None = 30.0


# The first answers after a start wait for the index to open, and a busy machine for its turn.
SEARCH = Method("search", {"query": SearchQuery}, list[Hit])
PIECES = Method("pieces", {"query": PiecesQuery}, list[ContextPiece])
ENTITIES = Method("entities", {"name": str, "limit": int}, list[FoundEntity])
STATUS = Method("status", {}, IndexStatus)
# A branch switch of thousands of files is one update.
UPDATE_FILES = Method("update_files", {"paths": list[str]}, None, 600.0)
UPDATE_BUFFERS = Method("update_buffers", {"buffers": dict[str, str | None]})
REFRESH = Method("refresh", {}, None, None)
WATCH = Method("watch", {}, IndexProgress)
PAUSE = Method("pause")
RESUME = Method("resume")
SHUTDOWN = Method("shutdown")

METHODS: Mapping[str, Method] = {
    it.name: it
    for it in (
        SEARCH,
        PIECES,
        ENTITIES,
        STATUS,
        UPDATE_FILES,
        UPDATE_BUFFERS,
        REFRESH,
        WATCH,
        PAUSE,
        RESUME,
        SHUTDOWN,
    )
}

# What a client can tell apart; everything else is an index that is not available.
ERRORS: Mapping[str, type[Exception]] = {
    it.__name__: it for it in (QueryError, EmbedderError, StoreCorruptError, IndexUnavailableError)
}
