"""Own the baselines of retrieval: words counted, BM25 twice, models of others, ordinary RAG.

All see the same chunks that our index cuts, or pieces of files of their own; none is tuned here.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray
from scipy import sparse

from benchmarks.retrieval_data import Collection
from glossator_indexer.static_embedder import words_of
from glossator_server.evals.word_counts import (
    DEPTH,
    Document,
    Place,
    System,
    best_places,
)

# Okapi's usual constants, and Lucene's.
_K1, _B = 1.2, 0.75
_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_PIECE = 1000


def split_identifiers(text: str) -> list[str]:
    """Return the words that a text's identifiers are made of."""
    return [word for it in _IDENTIFIER.findall(text) for word in words_of(it)]


def bm25(documents: Sequence[Document], tokens_of: Callable[[str], list[str]]) -> System:
    """Return BM25 over the chunks' texts, with a tokenizer."""
    counts, rows = _counts([tokens_of(it.text) for it in documents])
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    often = np.diff(counts.tocsc().indptr)
    rarity = np.log(1 + (len(documents) - often + 0.5) / (often + 0.5))
    norm = _K1 * (1 - _B + _B * lengths / lengths.mean())
    found = counts.tocoo()
    weights = found.data * (_K1 + 1) / (found.data + norm[found.row]) * rarity[found.col]
    table = sparse.csc_matrix((weights, (found.row, found.col)), counts.shape)

    def answer(questions: Sequence[str]) -> Iterator[Sequence[Place]]:
        for question in questions:
            asked = [rows[it] for it in dict.fromkeys(tokens_of(question)) if it in rows]
            yield best_places(documents, np.asarray(table[:, asked].sum(axis=1)).ravel())

    return answer


def nearest(
    documents: Sequence[Document],
    encode: Callable[[Sequence[str]], NDArray[np.float32]],
    texts: Sequence[str],
) -> System:
    """Return the nearest vectors of an embedding model, by exact search."""
    table = encode(texts)

    def answer(questions: Sequence[str]) -> Iterator[Sequence[Place]]:
        for vector in encode(list(questions)):
            yield best_places(documents, table @ vector)

    return answer


def fused(*systems: System) -> System:
    """Return reciprocal rank fusion (k = 60, depth 100) of systems, as the plainest hybrid."""

    def answer(questions: Sequence[str]) -> Iterator[Sequence[Place]]:
        for lists in zip(*(system(questions) for system in systems), strict=True):
            scores: dict[Place, float] = {}
            for places in lists:
                for rank, place in enumerate(places, 1):
                    scores[place] = scores.get(place, 0.0) + 1 / (60 + rank)
            yield sorted(scores, key=lambda it: -scores[it])

    return answer


def ordinary_rag(
    collection: Collection, encode: Callable[[Sequence[str]], NDArray[np.float32]], work: Path
) -> System:
    """Return Chroma over pieces of 1,000 characters of each file, with somebody's vectors.

    A piece answers where it shows any line of the right function, which is generous.
    """
    import chromadb

    pieces = list(_pieces(collection.root))
    settings = chromadb.Settings(anonymized_telemetry=False)
    client = chromadb.PersistentClient(str(work / f"chroma-{collection.project.name}"), settings)
    store = client.get_or_create_collection(
        "pieces", embedding_function=None, metadata={"hnsw:space": "cosine"}
    )
    batch = 2000
    for begin in range(0, len(pieces), batch):
        some = pieces[begin : begin + batch]
        vectors = encode([text for _, text in some])
        store.upsert([str(begin + at) for at in range(len(some))], embeddings=vectors)

    def answer(questions: Sequence[str]) -> Iterator[Sequence[Place]]:
        vectors = encode(list(questions))
        for found in store.query(vectors, n_results=DEPTH, include=[])["ids"]:
            yield [pieces[int(it)][0] for it in found]

    return answer


def semble(collection: Collection) -> System | None:
    """Return semble's pipeline with our embedder, in an environment of its own; None without it."""
    cache = Path(platformdirs.user_cache_dir("glossator-parts"))
    python = Path(os.environ.get("GLOSSATOR_SEMBLE_PYTHON", cache / "semble-venv/bin/python"))
    if not python.exists():
        return None

    def answer(questions: Sequence[str]) -> Iterator[Sequence[Place]]:
        here = Path(__file__).parent
        folders = (here.parent / "indexer", here.parent / "clients")
        with tempfile.TemporaryDirectory() as home:
            done = subprocess.run(
                [str(python), str(here / "semble_peer.py"), str(collection.root)],
                input=json.dumps(list(questions)),
                check=True,
                capture_output=True,
                text=True,
                # A home of its own, so that nothing is taken from an earlier run.
                env={"PYTHONPATH": ":".join(map(str, folders)), "HOME": home},
            )
        yield from ([tuple(it) for it in places] for places in json.loads(done.stdout))

    return answer


def _counts(tokens: Sequence[list[str]]) -> tuple[sparse.csr_matrix, dict[str, int]]:
    rows: dict[str, int] = {}
    flat = np.fromiter((rows.setdefault(it, len(rows)) for some in tokens for it in some), np.int64)
    ends = np.cumsum([0, *map(len, tokens)])
    table = sparse.csr_matrix((np.ones(len(flat)), flat, ends), (len(tokens), max(len(rows), 1)))
    table.sum_duplicates()
    return table, rows


def _pieces(root: Path) -> Iterator[tuple[Place, str]]:
    for path in sorted(it for it in root.rglob("*") if it.is_file()):
        text = path.read_text("utf-8", "replace")
        line = 1
        for begin in range(0, len(text), _PIECE):
            piece = text[begin : begin + _PIECE]
            end = line + piece.count("\n")
            if piece.strip():
                yield (str(path.relative_to(root)), line, end), piece
            line = end
