"""Own what an index makes ready while nobody needs it: chunks that quality mode may be asked for.

It works slowly, gives way at once, and keeps no state: what is ready, the re-ranker remembers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice

from glossator_gate.errors import GlossatorError
from glossator_indexer.index.stores import Stores
from glossator_indexer.ports import Reranker
from glossator_indexer.records import DISK, EntityKind, FileRecord, Trust
from glossator_indexer.search.places import Spot
from glossator_indexer.search.shown import key_of_shown, shown_of
from glossator_indexer.store import Store

# So few run through the model together: a question that comes meanwhile waits for them.
_CHUNKS_AT_ONCE = 8
# As long a rest as the work before it, so that half of the machine stays free.
_REST_PER_WORK = 1.0
_MOST_REST_SECONDS = 0.5
# Nobody asks for others' code and generated code in words.
_WARMED = frozenset((Trust.PROJECT, Trust.TEAM))

Rest = Callable[[float], bool]


def warm(stores: Stores, reranker: Reranker, folders: Sequence[str], rest: Rest) -> bool:
    """Have the re-ranker remember a project's chunks, those in `folders` first.

    `rest` waits for some seconds and says whether to go on. Returns whether all that there is room
    for is remembered; what cannot be read or embedded is passed over.
    """
    try:
        found = _spots(stores.truth, folders)
        while spots := list(islice(found, _CHUNKS_AT_ONCE)):
            began = time.monotonic()
            if not _remember(spots, reranker, stores):
                return True
            worked = time.monotonic() - began
            if not rest(min(_REST_PER_WORK * worked, _MOST_REST_SECONDS)):
                return False
    except GlossatorError:
        # Who asks in quality mode is told why.
        return True
    return True


def _remember(spots: Sequence[Spot], reranker: Reranker, stores: Stores) -> bool:
    """Have some chunks remembered; tell whether there is room for more."""
    keys = [key_of_shown(it) for it in spots]
    return reranker.warm(keys, lambda at: shown_of(spots[at], stores.texts.read)) > 0


def _spots(truth: Store, folders: Collection[str]) -> Iterator[Spot]:
    """Yield chunks, function by function, of the files that matter most first."""
    places = {folder: at for at, folder in enumerate(folders)}
    numbers = truth.numbers(DISK)

    def order(path: str) -> tuple[int, float]:
        near = places.get(path.rpartition("/")[0], len(places))
        return near, -truth.modified(numbers[path])

    for path in sorted(numbers, key=order):
        stored = truth.file(numbers[path])
        if stored is not None and stored[1].trust in _WARMED:
            yield from _spots_of(numbers[path], *stored)


def _spots_of(number: int, session: int, record: FileRecord) -> Iterator[Spot]:
    for ordinal, chunk in enumerate(record.chunks):
        if chunk.kind is not EntityKind.FILE:
            yield Spot(number, ordinal, session, record)
