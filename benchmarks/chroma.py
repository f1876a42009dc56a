"""Chroma as a store of vectors: recall against exact search, speed, kills and damage.

The vectors are those of the static embedder for chunks of the kernel's C files; the queries are the
heads of chunks that are not in the store. About eight minutes on two cores; fewer with
GLOSSATOR_CHROMA_SIZES=30000 and GLOSSATOR_CHROMA_KILLS=10.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray

from benchmarks.chroma_damage import CORRUPTIONS
from benchmarks.figures import percentile
from glossator_indexer import static_embedder
from glossator_indexer.chroma_store import ChromaStore
from glossator_indexer.extraction import extract
from glossator_indexer.records import (
    FoundFile,
    IndexedFile,
)
from glossator_indexer.vectors import ExactVectors

SIZES = (30_000, 120_000)
QUERIES = 500
NEIGHBOURS = 10
KILLS = int(os.environ.get("GLOSSATOR_CHROMA_KILLS", "30"))
SEED = 20
# Chunks stand in files of this many; a file is the unit of change.
_CHUNKS_A_FILE = 20
_FOLDERS = ("mm", "kernel", "lib", "fs", "block", "net", "sound", "drivers")
_QUERY_CHARACTERS = 200
Row = dict[str, object]


def rows() -> Iterator[Row]:
    """Yield rows of four kinds: size, query, kill, damage."""
    sizes = tuple(int(it) for it in os.environ.get("GLOSSATOR_CHROMA_SIZES", "").split()) or SIZES
    vectors, queries = _vectors(max(sizes))
    for size in sizes:
        yield from _measured(vectors[:size], queries)
    yield from _kills()
    yield from _damages(vectors[:2_000])


def summary(found: Sequence[Row]) -> dict[str, object]:
    """Return recall and times by size, and what kills and damage cost."""
    figures: dict[str, object] = {}
    for size in [it for it in found if it["kind"] == "size"]:
        mine = [it for it in found if it["kind"] == "query" and it["size"] == size["size"]]
        figures[f"{size['size']} vectors"] = {
            "recall_at_10": round(float(np.mean([float(str(it["recall"])) for it in mine])), 4),
            "inserts_a_second": size["inserts_a_second"],
            **_times("chroma", [float(str(it["chroma_s"])) for it in mine]),
            **_times("exact", [float(str(it["exact_s"])) for it in mine]),
            "open_again_s": size["open_again_s"],
            "process_mb": size["process_mb"],
        }
    kills = [it for it in found if it["kind"] == "kill"]
    damages = [it for it in found if it["kind"] == "damage"]
    opened = sum(it["outcome"] != "failed" for it in kills)
    figures["kills"] = f"{opened} of {len(kills)} open again"
    figures["kills that kept their vectors"] = sum(it["outcome"] == "kept" for it in kills)
    figures["damage"] = f"{sum(bool(it['repaired']) for it in damages)} of {len(damages)} repaired"
    figures["longest repair_s"] = max((float(str(it["seconds"])) for it in damages), default=0.0)
    return figures


def _times(name: str, seconds: Sequence[float]) -> dict[str, float]:
    return {
        f"{name}_p50_ms": round(percentile(seconds, 0.5) * 1000, 2),
        f"{name}_p95_ms": round(percentile(seconds, 0.95) * 1000, 2),
    }


def _vectors(count: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return `count` vectors of chunks as bytes, and queries from other chunks."""
    embedder = static_embedder.load()
    texts: list[str] = []
    for text in _chunk_texts():
        texts.append(text)
        if len(texts) == count + QUERIES:
            break
    # Other vectors would say nothing of recall.
    if len(texts) < count + QUERIES:
        raise SystemExit("too few chunks: run `make parts` for the kernel's sources")
    random.Random(SEED).shuffle(texts)
    heads = embedder.encode([it[:_QUERY_CHARACTERS] for it in texts[:QUERIES]])
    # A head without a single word has no direction, and no neighbours.
    queries = heads[np.linalg.norm(heads, axis=1) > 0.5]
    parts = [
        np.rint(embedder.encode(texts[at : at + 4_000]) * 127).astype(np.int8)
        for at in range(QUERIES, len(texts), 4_000)
    ]
    return np.concatenate(parts), queries


def _chunk_texts() -> Iterator[str]:
    tree = Path(
        os.environ.get("GLOSSATOR_KERNEL_TREE")
        or Path(platformdirs.user_cache_dir("glossator-parts")) / "linux-source-6.1"
    )
    for folder in _FOLDERS:
        for path in sorted((tree / folder).rglob("*.c")):
            raw = path.read_bytes()
            name = str(path.relative_to(tree))
            yield from extract(FoundFile(name, len(raw), 0, 0, "c"), raw).texts


def _files(vectors: NDArray[np.int8]) -> list[IndexedFile]:
    files = []
    for number, at in enumerate(range(0, len(vectors), _CHUNKS_A_FILE), start=1):
        rows = vectors[at : at + _CHUNKS_A_FILE]
        files.append(IndexedFile(number, 0, "a.c", len(rows), (), rows.tobytes()))
    return files


def _measured(vectors: NDArray[np.int8], queries: NDArray[np.float32]) -> Iterator[Row]:
    dim = vectors.shape[1]
    with tempfile.TemporaryDirectory() as name:
        exact, chroma = ExactVectors(Path(name) / "exact", dim), ChromaStore(Path(name) / "c", dim)
        began = time.monotonic()
        files = _files(vectors)
        for at in range(0, len(files), 100):
            chroma.replace(files[at : at + 100])
            chroma.commit(at)
        seconds = time.monotonic() - began
        exact.replace(files)
        exact.commit(1)
        for query in queries:
            yield {"kind": "query", "size": len(vectors), **_asked(exact, chroma, query)}
        megabytes = _resident_mb(chroma.worker_pid)
        chroma.close()
        began = time.monotonic()
        chroma = ChromaStore(Path(name) / "c", dim)
        again = time.monotonic() - began
        yield {
            "kind": "size",
            "size": len(vectors),
            "inserts_a_second": round(len(vectors) / seconds),
            "open_again_s": round(again, 2),
            "process_mb": megabytes,
        }
        chroma.close()
        exact.close()


def _asked(exact: ExactVectors, chroma: ChromaStore, query: NDArray[np.float32]) -> Row:
    began = time.perf_counter()
    right = exact.search(query, NEIGHBOURS, None)
    between = time.perf_counter()
    found = chroma.search(query, NEIGHBOURS, None)
    ended = time.perf_counter()
    # Equal chunks have equal cosines: any of them is as right as another.
    least = right[-1][1] - 2e-3
    hits = {key for key, _ in found} & {key for key, _ in right}
    hits |= {key for key, score in found if score >= least}
    return {
        "recall": min(1.0, len(hits) / len(right)),
        "strict_recall": len({k for k, _ in found} & {k for k, _ in right}) / len(right),
        "exact_s": between - began,
        "chroma_s": ended - between,
    }


def _resident_mb(pid: int) -> int:
    words = Path(f"/proc/{pid}/statm").read_text().split()
    return int(words[1]) * os.sysconf("SC_PAGE_SIZE") // 1_000_000


_WRITER = """
import sys
from pathlib import Path
import numpy as np
from benchmarks.chroma import _files
from dataclasses import replace
from glossator_indexer.chroma_store import ChromaStore
store = ChromaStore(Path(sys.argv[1]), 64)
rng = np.random.default_rng(int(sys.argv[2]))
position = store.position() or 0
print("open", flush=True)
while True:
    position += 1
    rows = rng.integers(-127, 128, (400, 64), dtype=np.int8)
    store.replace([replace(it, number=it.number + position % 9) for it in _files(rows)])
    store.commit(position)
    print(position, flush=True)
"""


def _kills() -> Iterator[Row]:
    """Kill a writer and its process group again and again, on one and the same store."""
    chance = random.Random(SEED)
    with tempfile.TemporaryDirectory() as name:
        place = Path(name) / "c"
        for kill in range(KILLS):
            yield {"kind": "kill", "number": kill, **_killed(place, kill, chance.random() * 1.5)}


def _killed(place: Path, seed: int, after_s: float) -> Row:
    command = [sys.executable, "-c", _WRITER, str(place), str(seed)]
    writer = subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[1], start_new_session=True
    )
    assert writer.stdout is not None
    writer.stdout.readline()
    time.sleep(after_s)
    os.killpg(writer.pid, signal.SIGKILL)
    told = [int(it) for it in writer.stdout.read().split()]
    writer.stdout.close()
    writer.wait()
    began = time.monotonic()
    try:
        store = ChromaStore(place, 64)
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is the finding
        return {"outcome": "failed", "why": repr(error)[:200]}
    position, total = store.position(), store.count()
    store.close()
    kept = position is not None and position >= (told[-1] if told else 0)
    return {
        "outcome": "kept" if kept else "begun anew",
        "commits": len(told),
        "vectors": total,
        "open_s": round(time.monotonic() - began, 2),
    }


def _damages(vectors: NDArray[np.int8]) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as name:
        sound = Path(name) / "sound"
        _fill(sound, vectors).close()
        for kind, damage in CORRUPTIONS.items():
            place = Path(name) / "damaged"
            shutil.copytree(sound, place)
            damage(place)
            began = time.monotonic()
            store = _fill(place, vectors)
            query = vectors[7].astype(np.float32)
            found = store.search(query / np.linalg.norm(query), 1, None)
            yield {
                "kind": "damage",
                "what": kind,
                "repaired": store.count() == len(vectors) and found[0][1] > 0.99,
                "seconds": round(time.monotonic() - began, 2),
            }
            store.close()
            shutil.rmtree(place)


def _fill(place: Path, vectors: NDArray[np.int8]) -> ChromaStore:
    store = ChromaStore(place, vectors.shape[1])
    if store.position() is None:
        store.replace(_files(vectors))
        store.commit(1)
    return store
