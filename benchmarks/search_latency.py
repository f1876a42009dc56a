"""How long searches take: in words, by name, filtered, re-read by the transformer, names, context.

Folders of the kernel are extracted, embedded and stored once (30,000 chunks, about half a minute on
2 cores; the whole run takes two). `GLOSSATOR_SEARCH_FOLDERS=.` takes the whole kernel, which needs
about ten minutes in this one process. Nothing is asked twice, so that no answer is remembered.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np

from benchmarks.figures import milliseconds, percentile
from benchmarks.kernel_tree import kernel_tree
from glossator_indexer import rerank, static_embedder
from glossator_indexer.chunking import contextual_text
from glossator_indexer.errors import EmbedderError
from glossator_indexer.extraction import extract
from glossator_indexer.lexical import LexicalStore, documents_of
from glossator_indexer.records import (
    EntityKind,
    FileRecord,
    FoundFile,
    IndexedFile,
    PiecesQuery,
    SearchFilters,
    SearchMode,
    SearchQuery,
)
from glossator_indexer.search import Searcher
from glossator_indexer.search.vocabulary import STOP_WORDS
from glossator_indexer.vectors import ExactVectors

T = TypeVar("T")

SEED = 11
FOLDERS = ("mm", "kernel", "lib", "fs/ext4", "net/core")
QUERIES = 300
SLOW_QUERIES = 40
# The first of each kind find nothing in any cache; they are not what one waits for.
WARM_UP = 10
SAVES = 30

_FILTERS = {
    "filtered by a folder": SearchFilters(paths=("mm/",)),
    "filtered by all but a folder": SearchFilters(paths=("!lib/",)),
    "filtered by kind": SearchFilters(kinds=(EntityKind.STRUCT,)),
    "filtered by a symbol": SearchFilters(symbol="*_init"),
}


@dataclass
class _Catalog:
    files: dict[int, tuple[int, FileRecord]] = field(default_factory=dict)
    paths: dict[str, int] = field(default_factory=dict)
    root: Path = Path()

    def file(self, number: int) -> tuple[int, FileRecord] | None:
        return self.files.get(number)

    def numbers(self, session: int) -> Mapping[str, int]:
        return {} if session else self.paths

    def modified(self, number: int) -> float:
        return float(number)

    def read(self, path: str, start_line: int, end_line: int, session: int) -> str:  # noqa: ARG002
        lines = (self.root / path).read_text("utf-8", "replace").split("\n")
        return "\n".join(lines[start_line - 1 : end_line])


@dataclass
class _Index:
    catalog: _Catalog
    lexical: LexicalStore
    vectors: ExactVectors
    last: list[IndexedFile]


def rows() -> Iterator[dict[str, object]]:
    """Yield one row a search: what was asked for, and how many seconds it took and was busy."""
    with tempfile.TemporaryDirectory() as folder:
        index = _filled(Path(folder))
        catalog = index.catalog
        embedder = static_embedder.load()
        parts = (catalog, index.lexical, index.vectors, embedder, catalog.read)
        searcher = Searcher(*parts)
        yield {"what": "chunks", "count": index.lexical.count()}
        chosen = random.Random(SEED)
        entities = [
            (record.path, it.start_line, it.name)
            for _, record in catalog.files.values()
            for it in record.entities
            if it.kind is EntityKind.FUNCTION and it.is_definition
        ]
        asked = chosen.sample(entities, min(len(entities), QUERIES * 4))
        words = [question(name, chosen) for _, _, name in asked]
        yield from _timed("words", words, lambda it: searcher.search(SearchQuery(it)))
        names = [name for _, _, name in asked[QUERIES:]]
        yield from _timed("name", names, lambda it: searcher.search(SearchQuery(it)))
        for what, filters in _FILTERS.items():
            yield from _timed(
                what,
                words[QUERIES:],
                lambda it, filters=filters: searcher.search(SearchQuery(it, filters=filters)),
            )
        yield from _timed("entities", names, lambda it: searcher.entities(it[: len(it) - 2], 20, 0))
        places = asked[QUERIES * 2 :]
        yield from _timed("pieces", places, lambda it: searcher.pieces(PiecesQuery(it[0], it[1])))
        vectors = embedder.encode(words)
        yield from _timed("vectors alone", vectors, lambda it: index.vectors.search(it, 100, None))
        yield from _timed("save, both stores", list(range(SAVES + WARM_UP)), _saver(index))
        with suppress(EmbedderError), closing(rerank.load(Path(folder, "rerank"))) as reranker:
            careful = Searcher(*parts, reranker)
            for what in ("quality, cold", "quality, warm"):
                yield from _timed(
                    what,
                    words[-SLOW_QUERIES:],
                    lambda it: careful.search(SearchQuery(it, mode=SearchMode.QUALITY)),
                )


def summary(found: Sequence[dict[str, object]]) -> dict[str, object]:
    """Return p50, p95, p99 of each kind of search, and p95 of the time the processor was busy."""
    figures: dict[str, object] = {"chunks": found[0]["count"]}
    for what in dict.fromkeys(str(it["what"]) for it in found[1:]):
        seconds = [float(str(it["seconds"])) for it in found[1:] if it["what"] == what]
        busy = [float(str(it["cpu_seconds"])) for it in found[1:] if it["what"] == what]
        figures[what] = {
            "searches": len(seconds),
            "p95_ms": round(percentile(seconds, 0.95) * 1000, 3),
            **milliseconds(seconds),
            "p95_cpu_ms": round(percentile(busy, 0.95) * 1000, 3),
        }
    return figures


def _timed(
    what: str, asked: Sequence[T], ask: Callable[[T], object]
) -> Iterator[dict[str, object]]:
    for at, it in enumerate(asked[: QUERIES + WARM_UP]):
        began, busy = time.perf_counter(), time.process_time()
        ask(it)
        busy, seconds = time.process_time() - busy, time.perf_counter() - began
        if at >= min(WARM_UP, len(asked) // 4):
            yield {"what": what, "seconds": round(seconds, 6), "cpu_seconds": round(busy, 6)}


def question(name: str, chosen: random.Random) -> str:
    """Return a question in words that is about a function: its words, and words of prose."""
    prose = chosen.sample(sorted(STOP_WORDS), 3) + chosen.sample(
        ["current", "given", "check", "entry", "list", "lock", "number", "set", "time", "value"], 2
    )
    spoken = [*name.replace("_", " ").split(), *prose]
    chosen.shuffle(spoken)
    return " ".join(spoken)


def _filled(folder: Path) -> _Index:
    root = kernel_tree()
    catalog = _Catalog(root=root)
    lexical = LexicalStore(folder / "lexical")
    embedder = static_embedder.load()
    vectors = ExactVectors(folder / "vectors", embedder.dim)
    indexed: list[IndexedFile] = []
    folders = os.environ.get("GLOSSATOR_SEARCH_FOLDERS", " ".join(FOLDERS)).split()
    paths = sorted(it for name in folders for it in (root / name).rglob("*.[ch]") if it.is_file())
    for number, path in enumerate(paths, 1):
        raw = path.read_bytes()
        found = FoundFile(str(path.relative_to(root)), len(raw), 0, 0, "c")
        made = extract(found, raw)
        rows_ = embedder.encode(
            [contextual_text(made.record, at, text) for at, text in enumerate(made.texts)]
        )
        quantised = np.rint(rows_ * 127).astype(np.int8).tobytes()
        catalog.files[number] = (0, made.record)
        catalog.paths[made.record.path] = number
        documents = documents_of(made.record, made.texts)
        indexed = [IndexedFile(number, 0, made.record.path, len(documents), documents, quantised)]
        lexical.replace(indexed)
        vectors.replace(indexed)
    for store in (lexical, vectors):
        store.commit(1)
    return _Index(catalog, lexical, vectors, indexed)


def _saver(index: _Index) -> Callable[[int], None]:
    """Return what replaces a file in both stores, as a save does."""

    def save(position: int) -> None:
        for store in (index.lexical, index.vectors):
            store.replace(index.last)
            store.commit(position + 2)

    return save
