"""Own the way from a file's bytes to what the index keeps of it: entities and chunks of text.

It reads no file, ranks nothing and stores nothing; it is run in worker processes.
"""

from __future__ import annotations

import hashlib
from pathlib import PurePath

from glossator_indexer.languages import language_for_path
from glossator_indexer.parsing import parse
from glossator_indexer.records import (
    ChunkRecord,
    EntityKind,
    EntityRecord,
    Extract,
    FileRecord,
    FoundFile,
)
from glossator_indexer.symbols import all_symbols


def extract(found: FoundFile, raw: bytes) -> Extract:
    """Return the record of a file and the texts of its chunks, whatever `raw` holds."""
    text = raw.decode("utf-8", "replace")
    language = language_for_path(PurePath(found.path))
    entities: list[EntityRecord] = []
    chunks: list[ChunkRecord] = []
    texts: list[str] = []
    if language is not None:
        for number, symbol in enumerate(all_symbols(parse(text, language))):
            begin = symbol.extent.start if symbol.comment is None else symbol.comment.span.start
            first = text.count("\n", 0, begin) + 1
            start = text.count("\n", 0, symbol.extent.start) + 1
            end = text.count("\n", 0, symbol.extent.end) + 1
            body = text[begin : symbol.extent.end]
            kind = EntityKind("type" if symbol.kind == "typedef" else symbol.kind.value)
            signature = " ".join(text[symbol.signature.start : symbol.signature.end].split())[:300]
            entities.append(EntityRecord(symbol.name, kind, "", start, end, signature))
            digest = hashlib.sha256(body.encode()).digest()[:16]
            chunks.append(ChunkRecord(kind, number, first, end, digest))
            texts.append(body)
    record = FileRecord(
        found.path,
        found.language,
        found.trust,
        hashlib.sha256(raw).digest(),
        tuple(entities),
        tuple(chunks),
    )
    return Extract(record, tuple(texts))
