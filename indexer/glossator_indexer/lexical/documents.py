"""Own what the lexical store keeps of a chunk: its names, and the words of its text and header.

It is plain data, made by whoever has the text: workers, mostly. It must not know tantivy.
"""

from __future__ import annotations

from collections.abc import Iterable

from glossator_indexer.chunking import entities_of_chunk
from glossator_indexer.lexical.words import distinct_words_of, joined_words_of
from glossator_indexer.records import EntityRecord, FileRecord, Trust

# More callees or types than these say nothing new about a chunk.
_MOST_NAMES = 48

# Fields of split and stemmed words, fields of names as they stand, and one of names in lower case.
WORD_FIELDS = ("name_words", "path_words", "header", "body")
NAME_FIELDS = ("kind", "language", "calls", "types")
LOWER_NAME_FIELDS = ("defines", "declares")
FIELDS = (*WORD_FIELDS, *NAME_FIELDS, *LOWER_NAME_FIELDS)


def documents_of(
    record: FileRecord, texts: tuple[str, ...], first: int = 0
) -> tuple[tuple[str, ...], ...]:
    """Return what is kept of each chunk from `first` on, in the order of `FIELDS`.

    `texts` are those of these chunks; words and names are joined by spaces.
    """
    path = joined_words_of(record.path.encode("utf-8", "replace").decode())
    # Tables of registers say the same parts of names over and over; how often is no matter.
    body_of = distinct_words_of if record.trust is Trust.GENERATED else joined_words_of
    return tuple(
        [_document(record, at, path, body_of(text)) for at, text in enumerate(texts, first)]
    )


def _document(record: FileRecord, ordinal: int, path: str, body: str) -> tuple[str, ...]:
    chunk = record.chunks[ordinal]
    entities = entities_of_chunk(record, ordinal)
    calls, types = _joined(chunk.calls[:_MOST_NAMES]), _joined(chunk.types[:_MOST_NAMES])
    signature = f"{entities[0].container} {entities[0].signature}" if chunk.entity >= 0 else ""
    kinds = {chunk.kind.value, *[it.kind.value for it in entities]}
    # A later part of a long function has its function's words, but does not define it.
    defines, declares = _begun(entities, chunk.start_line)
    return (
        joined_words_of(_joined([it.name for it in entities])),
        path,
        joined_words_of(f"{signature} {calls} {types}"),
        body,
        " ".join(sorted(kinds)),
        record.language,
        calls,
        types,
        defines,
        declares,
    )


def _begun(entities: Iterable[EntityRecord], start_line: int) -> tuple[str, str]:
    """Return the names that are defined and those that are declared from a line on."""
    begun = [it for it in entities if it.start_line >= start_line]
    return (
        _joined([it.name for it in begun if it.is_definition]),
        _joined([it.name for it in begun if not it.is_definition]),
    )


def _joined(names: Iterable[str]) -> str:
    """Return names with spaces between them; `operator new` is one name."""
    return " ".join([name.replace(" ", "") if " " in name else name for name in names])
