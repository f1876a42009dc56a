"""Own the index of chunks by their fields: how it is written, committed, opened and searched.

It must not rank beyond BM25 over weighted fields, and splits no text on the way in.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from glossator_indexer.errors import StoreCorruptError
from glossator_indexer.lexical.documents import (
    FIELDS,
    LOWER_NAME_FIELDS,
    NAME_FIELDS,
    WORD_FIELDS,
)
from glossator_indexer.lexical.integrity import is_whole
from glossator_indexer.lexical.words import words_of
from glossator_indexer.records import EntityKind, IndexedFile, key_of

if TYPE_CHECKING:
    import tantivy

# Part of the folder's name: an index of another shape is never opened, it is built again.
VERSION = 3
# The writer's memory: enough that a bulk load writes few segments, small beside the owner's 1.5 GB.
_WRITER_BYTES = 192_000_000
# Above this size a flipped byte is not looked for at each opening, but once a read has failed.
_MOST_BYTES_CHECKED_AT_OPEN = 256_000_000
# Ranking splits the same names and paths for one query after the other.
_MOST_REMEMBERED = 20_000
_LONGEST_REMEMBERED = 200
# How Rust shows what the system refused.
_SYSTEM_ERROR = re.compile(r"\(os error (\d+)\)")


@dataclass(frozen=True, slots=True)
class FieldWeights:
    """How much a word counts in each field of a chunk; a field of weight 0 is not looked into."""

    name_words: float = 2.0
    path_words: float = 0.6
    header: float = 1.0
    body: float = 1.0

    def items(self) -> Iterator[tuple[str, float]]:
        """Return the fields that count, with their weights."""
        return ((it, getattr(self, it)) for it in WORD_FIELDS if getattr(self, it) > 0)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which chunks count; empty says all. `files` are numbers of files, None says all."""

    kinds: tuple[EntityKind, ...] = ()
    languages: tuple[str, ...] = ()
    files: tuple[int, ...] | None = None


EVERYWHERE = Scope()


class LexicalStore:
    """A full-text index of chunks by the names and words in them. Implements `ports.DerivedStore`.

    Each commit holds one document with its position, so that both are there or neither.
    `trouble` says in one sentence what was found broken at opening, None where nothing was.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / f"v{VERSION}"
        self._writing = threading.RLock()
        self._writer: tantivy.IndexWriter | None = None
        self._position: int | None = None
        self._has_failed = False
        self.trouble: str | None = None
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._open()
        except StoreCorruptError as error:
            self.trouble = str(error)
            self._create()
        self._remembered = lru_cache(_MOST_REMEMBERED)(words_of)

    @property
    def name(self) -> str:
        """Return the name that signals and messages show."""
        return "tantivy"

    def position(self) -> int | None:
        """Return the position of the last commit, None where the store must be rebuilt."""
        return self._position

    def count(self) -> int:
        """Return the number of committed chunks."""
        return max(0, self._searcher.num_docs - (self._position is not None))

    def replace(self, files: Sequence[IndexedFile]) -> None:
        """Put the chunks of whole files in the place of all that these files had before."""
        with self._writing, _foreign_errors():
            writer = self._opened_writer()
            for file in files:
                self._delete(writer, "file", file.number)
                _add_file(writer, file)

    def remove(self, file_numbers: Sequence[int]) -> None:
        """Forget all chunks of files."""
        with self._writing, _foreign_errors():
            writer = self._opened_writer()
            for number in file_numbers:
                self._delete(writer, "file", number)

    def clear(self) -> None:
        """Forget everything, for a rebuild."""
        with self._writing, _foreign_errors():
            self._opened_writer().delete_all_documents()

    def commit(self, position: int) -> None:
        """Make everything since the last commit durable and visible, as of `position`."""
        import tantivy

        with self._writing, self._failures_noted():
            writer = self._opened_writer()
            self._delete(writer, "stamp", _STAMP)
            stamp = tantivy.Document()
            stamp.add_unsigned("stamp", _STAMP)
            stamp.add_unsigned("key", position)
            writer.add_document(stamp)
            writer.commit()
            self._index.reload()
            self._searcher = self._index.searcher()
            self._position = position

    def close(self) -> None:
        """Let go of files and threads; what was not committed is lost.

        Where a read has failed, all files are compared with their checksums, a matter of seconds
        for large ones, and what is damaged is not opened again.
        """
        with self._writing, _foreign_errors():
            # Forgotten first: one that is broken keeps its lock as long as somebody holds it.
            writer, self._writer = self._writer, None
            if writer is not None:
                writer.rollback()
        if self._has_failed and not is_whole(self._folder, most_bytes=None):
            (self._folder / "meta.json").unlink(missing_ok=True)

    def words_of(self, text: str) -> Sequence[str]:
        """Return the words of a text as the index keeps them: split, in lower case, stemmed."""
        return self._remembered(text) if len(text) <= _LONGEST_REMEMBERED else words_of(text)

    def search(
        self,
        words: Mapping[str, float],
        fields: FieldWeights,
        limit: int,
        scope: Scope = EVERYWHERE,
    ) -> list[tuple[int, float]]:
        """Return keys and scores of the chunks with the best words, best first.

        `words` are as `words_of` gives them, with what each counts.
        """
        import tantivy

        query = tantivy.Query
        schema = self._index.schema
        parts = [
            query.boost_query(query.term_query(schema, field, word, "freq"), weight * share)
            for word, share in words.items()
            for field, weight in fields.items()
        ]
        return self._found(parts, limit, scope)

    def defining(
        self, names: Mapping[str, float], limit: int, scope: Scope = EVERYWHERE
    ) -> list[tuple[int, float]]:
        """Return keys of chunks that define names in any case with the sum of what they count."""
        lowered: dict[str, float] = {}
        for name, weight in names.items():
            lowered[name.lower()] = lowered.get(name.lower(), 0.0) + weight
        return self._by_names("defines", lowered, limit, scope)

    def declaring(
        self, names: Mapping[str, float], limit: int, scope: Scope = EVERYWHERE
    ) -> list[tuple[int, float]]:
        """Return keys of chunks that only declare these names in any case, as `defining`."""
        lowered = {name.lower(): weight for name, weight in names.items()}
        return self._by_names("declares", lowered, limit, scope)

    def calling(
        self, names: Mapping[str, float], limit: int, scope: Scope = EVERYWHERE
    ) -> list[tuple[int, float]]:
        """Return keys of chunks that call these names, with the sum of what the names count."""
        return self._by_names("calls", names, limit, scope)

    def using(
        self, names: Mapping[str, float], limit: int, scope: Scope = EVERYWHERE
    ) -> list[tuple[int, float]]:
        """Return keys of chunks that use these types, with the sum of what the names count."""
        return self._by_names("types", names, limit, scope)

    def names_with_prefix(self, prefix: str, limit: int) -> list[str]:
        """Return names in lower case that are defined or declared and begin with a prefix."""
        found: dict[str, None] = {}
        with self._failures_noted():
            for field in LOWER_NAME_FIELDS:
                terms = self._searcher.terms_with_prefix(field, prefix.lower(), limit=limit)
                found.update((term, None) for term, _ in terms)
        return list(found)[:limit]

    def frequency(self, field: str, word: str) -> int:
        """Return the number of chunks that have a word or name in a field."""
        return int(self._searcher.doc_freq(field, word))

    def _by_names(
        self, field: str, names: Mapping[str, float], limit: int, scope: Scope
    ) -> list[tuple[int, float]]:
        import tantivy

        query = tantivy.Query
        schema = self._index.schema
        parts = [
            query.const_score_query(query.term_query(schema, field, name, "basic"), weight)
            for name, weight in names.items()
        ]
        return self._found(parts, limit, scope)

    def _found(
        self, parts: Sequence[tantivy.Query], limit: int, scope: Scope
    ) -> list[tuple[int, float]]:
        import tantivy

        if not parts or limit < 1:
            return []
        occur = tantivy.Occur
        query = tantivy.Query.boolean_query([(occur.Should, part) for part in parts])
        clauses = _clauses(self._index.schema, scope)
        if clauses:
            must = [(occur.Must, tantivy.Query.const_score_query(it, 0.0)) for it in clauses]
            query = tantivy.Query.boolean_query([(occur.Must, query), *must])
        with self._failures_noted():
            searcher = self._searcher
            hits = searcher.search(query, limit, count=False).hits
            keys = searcher.fast_field_values("key", [address for _, address in hits])
        found = [
            (int(key), float(score))
            for (score, _), key in zip(hits, keys, strict=True)
            if key is not None
        ]
        # Scores tie often, and the order of segments is no reason to be first.
        found.sort(key=lambda it: (-it[1], it[0]))
        return found

    @contextmanager
    def _failures_noted(self) -> Iterator[None]:
        try:
            with _foreign_errors():
                yield
        except StoreCorruptError:
            self._has_failed = True
            raise

    def _open(self) -> None:
        """Open what is there, or create; raises `StoreCorruptError` where it is damaged."""
        import tantivy

        if not (self._folder / "meta.json").exists():
            self._create()
            return
        if not is_whole(self._folder, _MOST_BYTES_CHECKED_AT_OPEN):
            raise StoreCorruptError("The lexical index was damaged; it is built again.")
        with _foreign_errors():
            self._index = tantivy.Index(_schema(), path=str(self._folder))
            self._take_index()
            schema = self._index.schema
            query = tantivy.Query.term_query(schema, "stamp", _STAMP)
            hits = self._searcher.search(query, 1, count=False).hits
            if hits:
                [position] = self._searcher.fast_field_values("key", [hits[0][1]])
                self._position = None if position is None else int(position)

    def _create(self) -> None:
        import tantivy

        if self._folder.is_dir() and not self._folder.is_symlink():
            shutil.rmtree(self._folder)
        else:
            self._folder.unlink(missing_ok=True)
        self._folder.mkdir(mode=0o700)
        with _foreign_errors():
            self._index = tantivy.Index(_schema(), path=str(self._folder))
            self._take_index()
        self._position = None

    def _take_index(self) -> None:
        for name, analyzer in _analyzers().items():
            self._index.register_tokenizer(name, analyzer)
        self._index.config_reader("manual")
        self._index.reload()
        self._searcher = self._index.searcher()

    def _delete(self, writer: tantivy.IndexWriter, field: str, value: int) -> None:
        """Delete by a query: a bare term of a number is taken for a signed one."""
        import tantivy

        query = tantivy.Query.term_query(self._index.schema, field, value)
        writer.delete_documents_by_query(query)

    def _opened_writer(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._index.writer(_WRITER_BYTES, 1)
        return self._writer


_STAMP = 1


def _schema() -> tantivy.Schema:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("key", fast=True)
    builder.add_unsigned_field("file", indexed=True)
    builder.add_unsigned_field("stamp", indexed=True)
    for field in NAME_FIELDS:
        builder.add_text_field(field, tokenizer_name="names", index_option="basic")
    for field in LOWER_NAME_FIELDS:
        builder.add_text_field(field, tokenizer_name="lower_names", index_option="basic")
    for field in WORD_FIELDS:
        builder.add_text_field(field, tokenizer_name="names", index_option="freq")
    return builder.build()


def _analyzers() -> dict[str, tantivy.TextAnalyzer]:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    # All comes with spaces between words that are split and stemmed already.
    names = TextAnalyzerBuilder(Tokenizer.whitespace())
    lower_names = TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.lowercase())
    return {"names": names.build(), "lower_names": lower_names.build()}


def _add_file(writer: tantivy.IndexWriter, file: IndexedFile) -> None:
    from tantivy import Document

    key = key_of(file.number, 0)
    for ordinal, values in enumerate(file.documents):
        document = Document()
        document.add_unsigned("key", key + ordinal)
        document.add_unsigned("file", file.number)
        for field, value in zip(FIELDS, values, strict=True):
            if value:
                document.add_text(field, value)
        writer.add_document(document)


def _clauses(schema: tantivy.Schema, scope: Scope) -> list[tantivy.Query]:
    from tantivy import Query

    clauses = []
    if scope.kinds:
        clauses.append(Query.term_set_query(schema, "kind", [it.value for it in scope.kinds]))
    if scope.languages:
        clauses.append(Query.term_set_query(schema, "language", list(scope.languages)))
    if scope.files is not None:
        clauses.append(Query.term_set_query(schema, "file", list(scope.files)))
    return clauses


@contextmanager
def _foreign_errors() -> Iterator[None]:
    """Translate what tantivy raises, its panics included, which are no `Exception`."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit, OSError, StoreCorruptError):
        raise
    except BaseException as error:
        if isinstance(error, ValueError) or type(error).__name__ == "PanicException":
            if number := _SYSTEM_ERROR.search(str(error)):
                raise OSError(int(number[1]), os.strerror(int(number[1]))) from error
            raise StoreCorruptError(
                "The lexical index cannot be read or written; it is to be built again."
            ) from error
        raise
