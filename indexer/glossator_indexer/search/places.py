"""Own the way from keys and lines to places: what the truth says of them, for one session.

It must not rank.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from glossator_indexer.ports import Catalog
from glossator_indexer.records import DISK, ChunkRecord, EntityRecord, FileRecord, place_of


@dataclass(frozen=True, slots=True)
class Spot:
    """A chunk of a file as a session sees it."""

    number: int
    ordinal: int
    session: int
    record: FileRecord

    @property
    def chunk(self) -> ChunkRecord:
        """Return the chunk."""
        return self.record.chunks[self.ordinal]

    @property
    def entity(self) -> EntityRecord | None:
        """Return the entity that the chunk belongs to."""
        return None if self.chunk.entity < 0 else self.record.entities[self.chunk.entity]

    @property
    def symbol(self) -> str:
        """Return the qualified name of the chunk's entity, "" where it has none."""
        return "" if self.entity is None else qualified(self.record, self.entity)

    @property
    def parts(self) -> tuple[ChunkRecord, ...]:
        """Return all chunks of the same entity, this one alone where it has none."""
        at = self.chunk.entity
        if at < 0:
            return (self.chunk,)
        return tuple(it for it in self.record.chunks if it.entity == at)


def qualified(record: FileRecord, entity: EntityRecord) -> str:
    """Return the name of an entity after that of what it stands in, as its language joins them."""
    if not entity.container:
        return entity.name
    joint = "::" if record.language in ("cpp", "rust") else "."
    return f"{entity.container}{joint}{entity.name}"


class View:
    """The truth as one session sees it: its own buffers in the place of what is on disk."""

    def __init__(self, catalog: Catalog, session: int) -> None:
        self._catalog = catalog
        self._session = session
        self._own = catalog.numbers(session) if session != DISK else {}
        self._disk = catalog.numbers(DISK)
        self.hidden = frozenset(self._disk[it] for it in self._own if it in self._disk)

    def spots(self, keys: Iterable[int]) -> list[Spot]:
        """Return the chunks of keys that the session sees, in the same order."""
        found = []
        for key in keys:
            number, ordinal = place_of(key)
            stored = self._catalog.file(number)
            if stored is None or stored[0] not in (DISK, self._session) or number in self.hidden:
                continue
            if ordinal < len(stored[1].chunks):
                found.append(Spot(number, ordinal, *stored))
        return found

    def file(self, path: str) -> tuple[int, int, FileRecord] | None:
        """Return number, session and record of a path, None where it is not in the index."""
        number = self._own.get(path, self._disk.get(path))
        stored = None if number is None else self._catalog.file(number)
        return None if number is None or stored is None else (number, *stored)

    def spot_at(self, path: str, line: int) -> Spot | None:
        """Return the smallest chunk around a line, None where there is none."""
        if (found := self.file(path)) is None:
            return None
        number, session, record = found
        around = [
            (chunk.end_line - chunk.start_line, ordinal)
            for ordinal, chunk in enumerate(record.chunks)
            if chunk.start_line <= line <= chunk.end_line
        ]
        return Spot(number, min(around)[1], session, record) if around else None
