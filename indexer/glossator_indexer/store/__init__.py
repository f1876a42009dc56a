"""Own the truth of an index in one SQLite database, from which all else can be derived again.

It reads no source file and knows no derived store. Positions begin at a random height for each new
database, so that a derived store that belongs to another one is told by its position.
"""

from __future__ import annotations

from pathlib import Path

from glossator_indexer.errors import IndexUnavailableError, StoreCorruptError
from glossator_indexer.store.database import NewerStoreError
from glossator_indexer.store.files import FILE_NAME, refuse_strange_files, remove_store, set_aside
from glossator_indexer.store.rows import KnownFile, NewFile, Totals, Written
from glossator_indexer.store.truth import Store

__all__ = [
    "FILE_NAME",
    "KnownFile",
    "NewFile",
    "NewerStoreError",
    "Store",
    "Totals",
    "Written",
    "open_store",
    "remove_store",
]


def open_store(folder: Path, root: str, model: str) -> tuple[Store, str | None]:
    """Open the truth in `folder`, or a new one in the place of what is no truth of ours.

    The second value is a sentence about what was found, None where all was well. What a later
    version wrote is set aside, what is damaged is removed. Raises `IndexUnavailableError`.
    """
    try:
        refuse_strange_files(folder)
        return Store(folder, root, model), None
    except NewerStoreError as exc:
        sentence = str(exc)
        set_aside(folder)
    except StoreCorruptError as exc:
        sentence = str(exc)
        remove_store(folder)
    try:
        return Store(folder, root, model), sentence
    except StoreCorruptError as exc:
        raise IndexUnavailableError(
            f"The index in {folder} cannot be written; check its permissions."
        ) from exc
