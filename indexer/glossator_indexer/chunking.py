"""Own what a chunk says beyond its text: the entities in it, and the header that puts it in place.

It must not cut chunks and reads no file; whoever embeds or looks up a chunk asks here.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from operator import attrgetter

from glossator_indexer.records import EntityRecord, FileRecord, Trust

# More names than these say nothing new of a chunk, and drown the words of its own.
_MOST_NAMES = 24
# What a tool wrote goes on as it began, such as the masks of a register after its shifts, and the
# kernel has 350 MB of it.
_MOST_CHARACTERS_OF_GENERATED = 400
_START_LINE = attrgetter("start_line")


def entities_of_chunk(record: FileRecord, ordinal: int) -> tuple[EntityRecord, ...]:
    """Return the entities that a chunk tells of: its own first, then those that begin in it.

    A part of a long function has its function, a group of macros has each of them.
    """
    chunk = record.chunks[ordinal]
    entities = record.entities
    begin = bisect_left(entities, chunk.start_line, key=_START_LINE)
    end = bisect_right(entities, chunk.end_line, begin, key=_START_LINE)
    if chunk.entity < 0:
        return tuple(entities[begin:end])
    inside = (entities[at] for at in range(begin, end) if at != chunk.entity)
    return (entities[chunk.entity], *inside)


def header_of(record: FileRecord, ordinal: int) -> str:
    """Return what places a chunk: path, container, signature, what it calls and uses, line by line.

    Names stand as they are in the code; splitting them into words is up to the reader.
    """
    chunk = record.chunks[ordinal]
    lines = [record.path.encode("utf-8", "replace").decode("utf-8")]
    if chunk.entity >= 0:
        entity = record.entities[chunk.entity]
        if entity.container:
            lines.append(entity.container)
        lines.append(entity.signature or entity.name)
    if chunk.calls:
        lines.append(" ".join(chunk.calls[:_MOST_NAMES]))
    if chunk.types:
        lines.append(" ".join(chunk.types[:_MOST_NAMES]))
    return "\n".join(lines)


def contextual_text(record: FileRecord, ordinal: int, text: str) -> str:
    """Return a chunk's text below its header, as an embedder should see it.

    Of what is generated only the beginning counts.
    """
    if record.trust is Trust.GENERATED:
        text = text[:_MOST_CHARACTERS_OF_GENERATED]
    return f"{header_of(record, ordinal)}\n{text}"
