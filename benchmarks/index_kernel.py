"""Index the whole kernel: wall and core-seconds by stage, first answer, memory, restart, saves.

Searches of that index are timed too, and so is an index of symbols and words alone, without
vectors. The tree is linked file by file into a scratch folder, so that saves touch nothing of it.
About 12 minutes on 2 cores; GLOSSATOR_KERNEL_FOLDERS="mm kernel lib" takes only those folders, in a
minute.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.kernel_tree import kernel_tree
from benchmarks.search_latency import question
from glossator_indexer import static_embedder
from glossator_indexer.index import Index, IndexParts, open_index
from glossator_indexer.records import (
    EntityKind,
    IndexPhase,
    IndexProgress,
    SearchFilters,
    SearchQuery,
)
from glossator_indexer.walking import RepositoryWalker, WalkOptions

_FIRST = "mm"
_QUESTION = "free pages back to the buddy allocator"
_SAVES = 100
_SEARCHES = 200
# The first find nothing in any cache; they are not what one waits for.
_WARM_UP = 10
_SEED = 6_1
# What a save changes is a source that people edit, not a table of registers.
_MOST_BYTES_OF_A_SAVE = 200_000


def rows() -> Iterator[dict[str, Any]]:
    """Yield one row a stage, one a commit of the first answer, one a save."""
    with tempfile.TemporaryDirectory(prefix="glossator-kernel-") as scratch:
        root, folder = Path(scratch) / "root", Path(scratch) / "index"
        _link(root)
        yield _words_alone(folder, root)
        index = _opened(folder, root)
        try:
            yield from _first_index(index)
            yield {"kind": "size", **_size(index)}
            yield from _searches(index)
        finally:
            index.close()
        started = time.monotonic()
        index = _opened(folder, root)
        try:
            opened = time.monotonic()
            index.refresh(lambda _progress: None, lambda: False)
            ended = time.monotonic()
            yield {
                "kind": "restart",
                "open": round(opened - started, 3),
                "refresh": round(ended - opened, 3),
            }
            yield from _saves(index, root)
        finally:
            index.close()


def summary(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of the promises."""
    (built,) = (it for it in found if it["kind"] == "built")
    (size,) = (it for it in found if it["kind"] == "size")
    (restart,) = (it for it in found if it["kind"] == "restart")
    (words,) = (it for it in found if it["kind"] == "symbols and words alone")
    saves = [it["ms"] for it in found if it["kind"] == "save"]
    answered = [it["answered_ms"] for it in found if it["kind"] == "save"]
    cpu = [it["cpu_ms"] for it in found if it["kind"] == "save"]
    cuts = statistics.quantiles(saves, n=20)
    return {
        **{key: value for key, value in built.items() if key != "kind"},
        **{key: value for key, value in size.items() if key != "kind"},
        **{
            f"search, {how}, ms, {name}": round(_percentile(taken, share) * 1000, 1)
            for how in dict.fromkeys(it["how"] for it in found if it["kind"] == "search")
            if (taken := [it["s"] for it in found if it.get("how") == how])
            for name, share in (("p50", 0.5), ("p95", 0.95))
        },
        "symbols and words alone, wall seconds": words["wall seconds"],
        "symbols and words alone, core-seconds": words["core-seconds"],
        "restart, seconds": round(restart["open"] + restart["refresh"], 2),
        "save to searchable, ms, p50": round(statistics.median(saves), 1),
        "save to searchable, ms, p95": round(cuts[-1], 1),
        "save to the first answer with it, ms, p50": round(statistics.median(answered), 1),
        "save to the first answer with it, ms, p95": round(_percentile(answered, 0.95), 1),
        "core-ms of a save, p50": round(statistics.median(cpu), 1),
        "saves not found": sum(not it["found"] for it in found if it["kind"] == "save"),
    }


def _link(root: Path) -> None:
    tree, folders = kernel_tree(), os.environ.get("GLOSSATOR_KERNEL_FOLDERS")
    if folders is None:
        subprocess.run(["cp", "-al", tree, root], check=True)
        return
    for name in folders.split():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-al", tree / name, root / name], check=True)


def _opened(folder: Path, root: Path) -> Index:
    walker = RepositoryWalker(root, WalkOptions())
    parts = IndexParts(walker, static_embedder.load(), static_embedder.load, first=(_FIRST,))
    return open_index(folder, root, parts)


def _words_alone(folder: Path, root: Path) -> dict[str, Any]:
    """Build an index up to where vectors would be made, and forget it."""
    walker = RepositoryWalker(root, WalkOptions())
    index = open_index(folder, root, IndexParts(walker, static_embedder.load(), first=(_FIRST,)))
    is_embedding = threading.Event()

    def look(progress: IndexProgress) -> None:
        if progress.phase is IndexPhase.EMBEDDING:
            is_embedding.set()

    started, cpu = time.monotonic(), _core_seconds()
    try:
        index.refresh(look, is_embedding.is_set)
        wall, spent = time.monotonic() - started, _core_seconds() - cpu
    finally:
        index.close()
    shutil.rmtree(folder)
    return {
        "kind": "symbols and words alone",
        "wall seconds": round(wall, 1),
        "core-seconds": round(spent, 1),
    }


def _core_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _searches(index: Index) -> Iterator[dict[str, Any]]:
    """Ask in words and by name, of everything and of a folder, nothing twice."""
    rng = random.Random(_SEED)
    names = [
        it.entity.name
        for letter in "abcdefgiklmnprstuvw"
        for it in index.entities(letter, 200, 0)
        if it.entity.kind is EntityKind.FUNCTION
    ]
    rng.shuffle(names)
    asked = [question(it, rng) for it in names]
    below = SearchFilters(paths=(f"{_FIRST}/",))
    for how, texts, filters in (
        ("in words", asked, SearchFilters()),
        ("by name", names, SearchFilters()),
        ("in words below a folder", asked[::-1], below),
    ):
        for at, text in enumerate(texts[: _SEARCHES + _WARM_UP]):
            started = time.perf_counter()
            index.search(SearchQuery(text, filters=filters))
            if at >= _WARM_UP:
                yield {"kind": "search", "how": how, "s": time.perf_counter() - started}


def _first_index(index: Index) -> Iterator[dict[str, Any]]:
    """Build the index while somebody asks it, and yield what each stage cost."""
    stages = _Stages(index)
    done = threading.Event()
    answers: list[float] = []
    latencies: list[float] = []
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    before = children.ru_utime + children.ru_stime
    started, cpu = time.monotonic(), time.process_time()

    def ask() -> None:
        # Nobody asks faster than every second for long; the asker takes from the work's cores.
        while not done.wait(1.0 if answers else 0.1):
            asked_at = time.monotonic()
            found = index.search(SearchQuery(_QUESTION, open_paths=(f"{_FIRST}/page_alloc.c",)))
            latencies.append(time.monotonic() - asked_at)
            if found and not answers:
                answers.append(time.monotonic() - started)

    asking = threading.Thread(target=ask)
    asking.start()
    index.refresh(lambda _progress: None, lambda: False)
    wall = time.monotonic() - started
    owner = time.process_time() - cpu
    done.set()
    asking.join()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    workers = children.ru_utime + children.ru_stime - before
    yield {
        "kind": "built",
        "wall seconds": round(wall, 1),
        "core-seconds of the workers (read, extract, redact, embed, encode)": round(workers, 1),
        "core-seconds of the owner": round(owner, 1),
        **stages.spent(),
        "first answer, seconds": round(answers[0], 2) if answers else None,
        "search while it was built, ms, p95": round(_percentile(latencies, 0.95) * 1000, 1),
        "peak memory of the owner, MB": _peak(resource.RUSAGE_SELF),
        "peak memory of a worker, MB": _peak(resource.RUSAGE_CHILDREN),
    }


class _Stages:
    """Counts the wall seconds that the writer spends in each store."""

    def __init__(self, index: Index) -> None:
        self._seconds: dict[str, float] = {}
        stores = index._stores  # noqa: SLF001 - what a stage costs is no part of the interface
        for name, owner, method in (
            ("walking", index._parts.walker, "walk"),  # noqa: SLF001
            ("truth", stores.truth, "write"),
            ("lexical, adding", stores.lexical.store, "replace"),
            ("lexical, commits", stores.lexical.store, "commit"),
            ("vectors, adding", stores.vectors.store, "replace"),
            ("vectors, commits", stores.vectors.store, "commit"),
        ):
            setattr(owner, method, self._timed(name, getattr(owner, method)))

    def spent(self) -> dict[str, float]:
        """Return the seconds of each stage."""
        return {f"wall seconds of {name}": round(it, 1) for name, it in self._seconds.items()}

    def _timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*words: Any) -> Any:  # noqa: ANN401 - stands for any method
            started = time.monotonic()
            try:
                return function(*words)
            finally:
                spent = time.monotonic() - started
                self._seconds[name] = self._seconds.get(name, 0.0) + spent

        return timed


def _size(index: Index) -> dict[str, Any]:
    status = index.status()
    return {
        "files": status.files,
        "entities": status.entities,
        "chunks": status.chunks,
        "vectors": status.vectors,
        "megabytes on disk": round(status.bytes_on_disk / 1e6),
        "problems": list(status.problems),
    }


def _saves(index: Index, root: Path) -> Iterator[dict[str, Any]]:
    rng = random.Random(_SEED)
    files = sorted(it for it in root.glob("*/*.c") if it.stat().st_size < _MOST_BYTES_OF_A_SAVE)
    for number in range(_SAVES):
        path = rng.choice(files)
        word = "zq" + "".join("abcdefghij"[int(it)] for it in f"{number:04d}")
        text = path.read_text("utf-8", "surrogateescape")
        fresh = path.with_suffix(".saved")
        fresh.write_text(
            f"{text}\nint {word}(void)\n{{\n\treturn {number};\n}}\n", "utf-8", "surrogateescape"
        )
        fresh.replace(path)
        started, cpu = time.perf_counter(), time.process_time()
        index.update_files([str(path.relative_to(root))])
        # From here on whoever asks finds it; that it is so is asked at once, and timed apart.
        searchable, spent = time.perf_counter(), time.process_time() - cpu
        hits = index.search(SearchQuery(word, limit=1))
        yield {
            "kind": "save",
            "ms": (searchable - started) * 1000,
            "answered_ms": (time.perf_counter() - started) * 1000,
            "cpu_ms": spent * 1000,
            "bytes": len(text),
            "found": [it.symbol for it in hits] == [word],
        }


def _percentile(values: list[float], share: float) -> float:
    return sorted(values)[int(len(values) * share)] if values else 0.0


def _peak(who: int) -> int:
    return resource.getrusage(who).ru_maxrss // 1024
