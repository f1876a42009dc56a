"""Own the way from a file's bytes to what the index keeps of it: entities and chunks of text.

It reads no file, ranks nothing and stores nothing; it is run in worker processes.
"""

from __future__ import annotations

import codecs
import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import replace

from glossator_gate.redaction import redact
from glossator_indexer.extraction import c_entities, c_registers
from glossator_indexer.extraction.cutting import Cut, cuts_of, lines_of, packed
from glossator_indexer.extraction.outline import Names, Outline, OutlineEntity
from glossator_indexer.languages import language_of_text
from glossator_indexer.languages.c import C
from glossator_indexer.records import (
    ChunkRecord,
    EntityKind,
    EntityRecord,
    Extract,
    FileRecord,
    FoundFile,
    Trust,
)
from glossator_indexer.walking import generated_by_content

# The largest header of the kernel has 24 MB; what is larger is data that someone keeps as code.
MOST_BYTES = 32 << 20
# A text has none; a file with more of them than this share is no text.
_MOST_NULS = 0.001
# A line of a minified file says nothing beyond its first part.
LONGEST_TEXT = 16_000
# Chunks of nothing that has a name: a long script has some dozens, the kernel one in fifty chunks.
_LOOSE_CHUNKS = 64
_NAMED_PER_LOOSE = 8
NO_CODE = "most of it is no code, so that only its start can be found by words"

_HASH_BYTES = 16
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def extract(found: FoundFile, raw: bytes) -> Extract:
    """Return the record of a file and the texts of its chunks, whatever `raw` holds."""
    content_hash = hashlib.sha256(raw).digest()
    if not raw:
        return Extract(_record(found, content_hash, Outline()), ())
    trouble = None
    if len(raw) > MOST_BYTES:
        raw = raw[: raw.rfind(b"\n", 0, MOST_BYTES) + 1]
        trouble = f"it is larger than {MOST_BYTES >> 20} MB, so that only its start was read"
    if b"\0" in raw and not raw.startswith(_UTF_16) and raw.count(b"\0") > _MOST_NULS * len(raw):
        trouble = "it holds binary data, so that nothing of it was read"
        return Extract(_record(found, content_hash, Outline(trouble=trouble)), ())
    return _extracted(found, decoded(raw), content_hash, trouble)


def extract_text(found: FoundFile, text: str) -> Extract:
    """Return the same for an unsaved buffer, which has no bytes yet."""
    raw = text.encode("utf-8", "surrogatepass")
    return _extracted(found, text[:MOST_BYTES], hashlib.sha256(raw).digest(), None)


def decoded(raw: bytes) -> str:
    """Return the text of a file as extraction reads it; its lines end where a newline stands.

    What is not UTF-8 is replaced character by character, so that lines and places stay true.
    """
    if raw.startswith(_UTF_16):
        return raw.decode("utf-16", "replace")
    return raw.decode("utf-8", "replace")


def _extracted(found: FoundFile, text: str, content_hash: bytes, trouble: str | None) -> Extract:
    # Before anything is read from it: signatures and texts are kept, and a secret may go on from
    # one chunk to the next.
    text = redact(text).text
    lines = lines_of(text)
    language = found.language
    if language == C.id and found.path.endswith(".h"):
        language = language_of_text(language, text)
    if language == C.id and c_registers.is_register_dump(text):
        outline = c_registers.outline_of(text)
        cuts = packed(lines, EntityKind.MACRO)
    else:
        outline = _outline_of(text, language)
        cuts, is_whole = _worth_keeping(cuts_of(lines, outline.entities), outline)
        if not is_whole:
            outline = replace(outline, trouble=outline.trouble or NO_CODE)
    texts = tuple([lines.text_of(it.first_line, it.last_line)[:LONGEST_TEXT] for it in cuts])
    chunks = tuple(_chunks(cuts, texts, outline))
    trust = found.trust
    if trust is Trust.PROJECT and generated_by_content(text):
        trust = Trust.GENERATED
    found = replace(found, language=language, trust=trust)
    record = _record(found, content_hash, outline, chunks, trouble)
    return Extract(record, texts)


def _worth_keeping(cuts: list[Cut], outline: Outline) -> tuple[list[Cut], bool]:
    """Return the chunks without those that only say that a file holds no code, and if that is all.

    Noise and data have no word twice, and cost more than all of a project's code.
    """
    starts = [it.start_line for it in outline.entities]
    loose = [
        at
        for at, it in enumerate(cuts)
        if it.entity < 0
        if bisect_left(starts, it.first_line) == bisect_right(starts, it.last_line)
    ]
    room = _LOOSE_CHUNKS + (len(cuts) - len(loose)) // _NAMED_PER_LOOSE
    dropped = frozenset(loose[room:])
    return [it for at, it in enumerate(cuts) if at not in dropped], not dropped


def _outline_of(text: str, language: str) -> Outline:
    if language == C.id:
        return c_entities.outline_of(text)
    # Grammars take their time to load, and a repository of C needs none.
    from glossator_indexer.extraction import tree_entities

    return tree_entities.outline_of(text, language)


def _chunks(cuts: list[Cut], texts: tuple[str, ...], outline: Outline) -> Iterable[ChunkRecord]:
    entities = outline.entities
    between = outline.references.between
    sha256 = hashlib.sha256
    at = 0
    for (first, last, entity, kind), text in zip(cuts, texts, strict=True):
        calls, types = between(first, last, text)
        own: list[str] = [] if entity < 0 else [entities[entity].name]
        while at < len(entities) and entities[at].start_line <= last:
            own.append(entities[at].name)
            at += 1
        calls, types = _without(calls, own), _without(types, own)
        digest = sha256(text.encode("utf-8", "surrogatepass")).digest()[:_HASH_BYTES]
        yield ChunkRecord(kind, entity, first, last, digest, calls, types)


def _without(names: Names, own: list[str]) -> Names:
    """Return the names less those that the chunk itself defines."""
    if not names or not any(it in names for it in own):
        return names
    return tuple([it for it in names if it not in own])


def _record(
    found: FoundFile,
    content_hash: bytes,
    outline: Outline,
    chunks: tuple[ChunkRecord, ...] = (),
    trouble: str | None = None,
) -> FileRecord:
    return FileRecord(
        found.path,
        found.language,
        outline.trust if outline.trust is not None else found.trust,
        content_hash,
        tuple(_entity(it) for it in outline.entities),
        chunks,
        outline.imports,
        trouble or outline.trouble,
    )


def _entity(it: OutlineEntity) -> EntityRecord:
    return EntityRecord(
        it.name,
        it.kind,
        it.container,
        it.start_line,
        it.end_line,
        it.signature,
        it.is_definition,
        it.is_documented,
    )
