"""How well search finds functions by what people say of them, beside baselines in the same run.

Comment → function: see `retrieval_data` for questions and trees. Every system looks for functions
among the same ones; "all kinds" is ours without that filter, as users type. A system's rank of the
right function among its first hundred is kept for each question. Symbol lookup asks for names of
functions as Universal Ctags lists them: the first answer has to be a definition of that name.

About 40 minutes on 2 cores, most of it in quality mode; with GLOSSATOR_BENCH_MINILM=1, an hour
more, also MiniLM over every function, and as the model of ordinary RAG.
GLOSSATOR_BENCH_PROJECTS chooses projects by name, GLOSSATOR_BENCH_QUESTIONS asks the first so many
of each only. semble is asked where GLOSSATOR_SEMBLE_PYTHON, or the cache's `semble-venv`, has it.
Commits are not asked for: no package that we read ships its history.
"""

from __future__ import annotations

import dataclasses
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.documented import c_functions, python_functions
from benchmarks.retrieval_baselines import (
    bm25,
    fused,
    nearest,
    ordinary_rag,
    semble,
    split_identifiers,
)
from benchmarks.retrieval_data import PROJECTS, SEED, Collection, collection, source_files
from benchmarks.retrieval_measures import by_question, chance, figures
from glossator_indexer import rerank, static_embedder
from glossator_indexer.chunking import contextual_text
from glossator_indexer.errors import EmbedderError
from glossator_indexer.extraction import extract
from glossator_indexer.index import IndexParts, open_index
from glossator_indexer.index.stores import Stores
from glossator_indexer.records import DISK, EntityKind, SearchFilters, SearchMode, SearchQuery
from glossator_indexer.rerank.adapter import Adapter
from glossator_indexer.rerank.encoder import Encoder
from glossator_indexer.search import Searcher
from glossator_indexer.search.shown import shown
from glossator_indexer.search.weights import DEFAULT_WEIGHTS, RankingWeights
from glossator_indexer.walking import RepositoryWalker, WalkOptions
from glossator_server.evals.word_counts import (
    DEPTH,
    Document,
    Place,
    System,
    counted_hits,
    whole_identifiers,
)

NAMES_ASKED = 500
FUNCTIONS = (EntityKind.FUNCTION, EntityKind.METHOD)
OURS = "ours, fast"
SPLIT = "BM25, split"
_TASK = "comment -> function"
_LOOKUP = "symbol lookup"


def rows() -> Iterator[dict[str, object]]:
    """Yield one row a question, with the rank of its answer in each system, None beyond 100."""
    chosen = os.environ.get("GLOSSATOR_BENCH_PROJECTS")
    with tempfile.TemporaryDirectory(prefix="glossator-retrieval-") as work:
        for name, project in PROJECTS.items():
            if name in chosen.split(",") if chosen else project.use != "development":
                asked = collection(name, Path(work))
                some = int(os.environ.get("GLOSSATOR_BENCH_QUESTIONS", len(asked.questions)))
                asked = dataclasses.replace(asked, questions=asked.questions[:some])
                yield from _project_rows(asked, Path(work))


def summary(found: Sequence[dict[str, object]]) -> dict[str, object]:
    """Return the table of systems for each project, and how sure the differences to ours are."""
    told: dict[str, object] = {}
    for project in dict.fromkeys(str(it["project"]) for it in found):
        mine = [it for it in found if it["project"] == project]
        asked = [it for it in mine if it["task"] == _TASK]
        ranks = {
            system: {str(it["id"]): it["ranks"][system] for it in asked}  # type: ignore[index]
            for system in asked[0]["ranks"]  # type: ignore[attr-defined]
        }
        ours = by_question(ranks[OURS])
        for system, some in ranks.items():
            told[f"{project}: {system}"] = figures(some) | {
                "p against ours": round(chance(ours, by_question(some)), 4)
            }
        looked_up = [it for it in mine if it["task"] == _LOOKUP]
        for system in looked_up[0]["first"]:  # type: ignore[attr-defined]
            right = sum(it["first"][system] for it in looked_up)  # type: ignore[index]
            told[f"{project}: {_LOOKUP}, {system}"] = round(right / len(looked_up), 4)
    return told


def _project_rows(asked: Collection, work: Path) -> Iterator[dict[str, object]]:
    folder = work / f"index-{asked.project.name}"
    walker = RepositoryWalker(asked.root, WalkOptions())
    parts = IndexParts(walker, static_embedder.load(), worker_embedder=static_embedder.load)
    index = open_index(folder, asked.root, parts)
    index.refresh(lambda _progress: None, lambda: False)
    index.close()
    stores = Stores(folder, asked.root, parts, [])
    try:
        documents = _documents(asked.root, walker)
        systems = _ours(stores, folder) | _baselines(asked, documents, work)
        questions = [it.text for it in asked.questions]
        ranks = {name: _ranks(asked, name, system, questions) for name, system in systems.items()}
        for at, it in enumerate(asked.questions):
            yield {
                "project": asked.project.name,
                "task": _TASK,
                "id": it.id,
                "question": it.text,
                "path": it.path,
                "name": it.name,
                "ranks": {name: some[at] for name, some in ranks.items()},
            }
        yield from _lookup_rows(asked, stores)
    finally:
        stores.close()
        shutil.rmtree(asked.root)


def _ranks(
    asked: Collection, name: str, system: System, questions: Sequence[str]
) -> list[int | None]:
    began = time.perf_counter()
    found = [
        next((rank for rank, it in enumerate(places[:DEPTH], 1) if right.is_answered_by(*it)), None)
        for right, places in zip(asked.questions, system(questions), strict=True)
    ]
    firsts = sum(it == 1 for it in found)
    took = time.perf_counter() - began
    print(
        f"  {asked.project.name}, {name}: {firsts} of {len(found)} first, {took:.1f} s",
        file=sys.stderr,
        flush=True,
    )
    return found


def _ours(stores: Stores, folder: Path) -> dict[str, System]:
    """Return our search, fast and in quality mode, and with each part switched off in turn."""
    reranker = _reranker(folder)
    lexical, vectors = stores.lexical.store, stores.vectors.store
    embedder = stores.parts.embedder

    def searcher(weights: RankingWeights = DEFAULT_WEIGHTS, *without: str) -> Searcher:
        return Searcher(
            stores.truth,
            None if "words" in without else lexical,
            None if "vectors" in without else vectors,
            embedder,
            stores.texts.read,
            reranker,
            weights,
        )

    found = {
        OURS: _asked(searcher(), SearchQuery("", DEPTH)),
        "ours, fast, all kinds": _asked(searcher(), SearchQuery("", DEPTH), ()),
        "ours without vectors": _asked(
            searcher(DEFAULT_WEIGHTS, "vectors"), SearchQuery("", DEPTH)
        ),
        "ours without words": _asked(searcher(DEFAULT_WEIGHTS, "words"), SearchQuery("", DEPTH)),
    }
    for name, weights in _ablations().items():
        found[f"ours without {name}"] = _asked(searcher(weights), SearchQuery("", DEPTH))
    if reranker is not None:
        quality = SearchQuery("", DEPTH, SearchMode.QUALITY)
        found["ours, quality"] = _asked(searcher(), quality)
    return found


def _reranker(folder: Path) -> rerank.MiniLm | None:
    """Return the re-ranker, None where it is not installed."""
    try:
        return rerank.load(folder)
    except EmbedderError:
        return None


def _ablations() -> dict[str, RankingWeights]:
    """Return the weights with one signal switched off, for each signal that is on."""
    default = DEFAULT_WEIGHTS
    signals = {
        "name": {"name_coverage": 0.0},
        "path": {"path_coverage": 0.0},
        "graph": {"callees": 0.0, "callers": 0.0},
        "same file": {"same_file": 0.0},
        "documented": {"documented": 1.0},
        "header": {"fields": dataclasses.replace(default.fields, header=0.0)},
        "name words": {"fields": dataclasses.replace(default.fields, name_words=0.0)},
        "path words": {"fields": dataclasses.replace(default.fields, path_words=0.0)},
        "body": {"fields": dataclasses.replace(default.fields, body=0.0)},
    }
    changed = {name: dataclasses.replace(default, **it) for name, it in signals.items()}  # type: ignore[arg-type]
    return {name: it for name, it in changed.items() if it != default}


def _asked(
    searcher: Searcher, query: SearchQuery, kinds: tuple[EntityKind, ...] = FUNCTIONS
) -> System:
    def answer(questions: Sequence[str]) -> Iterator[Sequence[Place]]:
        for text in questions:
            filled = dataclasses.replace(query, text=text, filters=SearchFilters(kinds=kinds))
            yield [(it.path, it.start_line, it.end_line) for it in searcher.search(filled)]

    return answer


def _baselines(asked: Collection, documents: Sequence[Document], work: Path) -> dict[str, System]:
    static = static_embedder.load().encode
    split = bm25(documents, split_identifiers)
    ours = nearest(documents, static, [it.contextual for it in documents])
    found = {
        "words counted": counted_hits(documents),
        "BM25, whole identifiers": bm25(documents, whole_identifiers),
        SPLIT: split,
        "our static embedder alone": ours,
        "BM25, split + our static embedder": fused(split, ours),
    }
    if (theirs := _wordllama()) is not None:
        found["wordllama"] = nearest(documents, theirs, [it.text for it in documents])
        found["Chroma, 1,000 characters, wordllama"] = ordinary_rag(asked, theirs, work)
    if os.environ.get("GLOSSATOR_BENCH_MINILM") and _reranker(work) is not None:
        # As it was published, without what ours learned about code.
        model = Encoder(rerank.model_folder(), Adapter("none", {}))
        texts = [shown(it.text) for it in documents]
        found["MiniLM over everything"] = nearest(documents, model.encode, texts)
        found["Chroma, 1,000 characters, MiniLM"] = ordinary_rag(asked, model.encode, work / "m")
    if (peer := semble(asked)) is not None:
        found["semble with our embedder"] = peer
    return found


def _wordllama():  # type: ignore[no-untyped-def]  # noqa: ANN202 -- an optional package
    try:
        import wordllama
    except ImportError:
        return None
    # Its `load` goes to the network unless it is told where its own file is.
    package = Path(wordllama.__file__).parent
    model = wordllama.WordLlama.load(cache_dir=package, disable_download=True)
    return lambda texts: model.embed(list(texts), norm=True)


def _documents(root: Path, walker: RepositoryWalker) -> list[Document]:
    """Return the chunks of functions, as our index cuts them."""
    documents = []
    for found in walker.walk():
        extracted = extract(found, (root / found.path).read_bytes())
        record = extracted.record
        for at, (chunk, text) in enumerate(zip(record.chunks, extracted.texts, strict=True)):
            if chunk.kind in FUNCTIONS:
                owner = (record.path, chunk.entity)
                contextual = contextual_text(record, at, text)
                documents.append(
                    Document(record.path, chunk.start_line, chunk.end_line, owner, text, contextual)
                )
    return documents


def _lookup_rows(asked: Collection, stores: Stores) -> Iterator[dict[str, object]]:
    places: dict[str, list[Place]] = {}
    read = c_functions if asked.project.language == "c" else python_functions
    for _, _, functions in read(asked.root, source_files(asked.project)):
        for it in functions:
            places.setdefault(it.name, []).append((it.path, it.start_line, it.end_line))
    names = random.Random(SEED).sample(sorted(places), min(NAMES_ASKED, len(places)))
    searcher = stores.searcher
    for name in names:
        hits = [
            (it.path, it.start_line, it.end_line) for it in searcher.search(SearchQuery(name, 1))
        ]
        entities = [
            (it.path, it.entity.start_line, it.entity.end_line)
            for it in searcher.entities(name, 1, DISK)
        ]
        yield {
            "project": asked.project.name,
            "task": _LOOKUP,
            "name": name,
            "first": {
                "search": _is_defined(hits, places[name]),
                "by name": _is_defined(entities, places[name]),
            },
        }


def _is_defined(found: Sequence[Place], places: Sequence[Place]) -> bool:
    return any(
        path == place[0] and start <= place[2] and end >= place[1]
        for path, start, end in found
        for place in places
    )
