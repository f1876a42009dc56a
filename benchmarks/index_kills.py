"""Kill an index 200 times while it writes, damage each of its stores in 17 ways: nothing is lost.

Each kill is a SIGKILL of the process group, owner and workers, at a random moment while saves go in
and a branch switch is taken in beside them. Afterwards the index is opened, and every file whose
save had returned has to be found as it was saved, with nothing of its former versions. A damaged
store has to be noticed and repaired, with the same answers as before. About 10 minutes; fewer with
GLOSSATOR_KILLS=20.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.index_damage import (
    DAMAGES,
    STORES,
    WHOLE_DAMAGES,
    Store,
    damage_one,
    damage_whole,
    make_repository,
    source_of,
    word_of,
)
from glossator_indexer import static_embedder
from glossator_indexer.index import Index, IndexParts, open_index
from glossator_indexer.records import DISK, SearchQuery
from glossator_indexer.walking import RepositoryWalker, WalkOptions

KILLS = int(os.environ.get("GLOSSATOR_KILLS", "200"))
SEED = 20_26
_FILES = 120
_SAVED_FILES = 12
# Long enough for some saves, short enough that the switch beside them is still going on.
_MOST_SECONDS_BEFORE_A_KILL = 2.5
# 10,000 chunks, as the promise says.
_FILES_OF_A_DAMAGED_INDEX = 500
_FUNCTIONS_OF_A_FILE = 20


def rows() -> Iterator[dict[str, Any]]:
    """Yield one row a kill and one a damage."""
    rng = random.Random(SEED)
    with _scratch() as scratch:
        yield from kills(scratch, KILLS, rng)
    with _scratch() as scratch:
        yield from damages(scratch, rng, _FILES_OF_A_DAMAGED_INDEX, _FUNCTIONS_OF_A_FILE)


def summary(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what was lost, what did not open, and how long repairs took."""
    killed = [it for it in found if it["kind"] == "kill"]
    damaged = [it for it in found if it["kind"] == "damage"]
    return {
        "kills": len(killed),
        "with a journal that was not empty": sum(it["journal"] > 0 for it in killed),
        "saves acknowledged": sum(it["acknowledged"] for it in killed),
        "lost or stale": sum(len(it["wrong"]) for it in killed),
        "seconds to open, most": max((it["seconds"] for it in killed), default=0),
        "damages": len(damaged),
        "damages with wrong answers": sum(bool(it["wrong"]) for it in damaged),
        "seconds to repair, most": max((it["seconds"] for it in damaged), default=0),
    }


def opened(folder: Path, root: Path) -> Index:
    """Open the index as the product does."""
    walker = RepositoryWalker(root, WalkOptions())
    return open_index(folder, root, IndexParts(walker, _embedder(), static_embedder.load))


# Kills ----------------------------------------------------------------------------------------


def kills(scratch: Path, count: int, rng: random.Random) -> Iterator[dict[str, Any]]:
    """Kill the group of an index again and again; yield what each kill did."""
    root, folder = scratch / "root", scratch / "index"
    paths = make_repository(root, _FILES)
    versions = dict.fromkeys(paths, 0)
    refreshed(folder, root).close()
    for number in range(count):
        acknowledged = _killed_run(scratch, number, rng)
        journal = journal_rows(folder)
        started = time.monotonic()
        index = opened(folder, root)
        seconds = time.monotonic() - started
        try:
            wrong = lost_saves(index, root, acknowledged)
            index.refresh(lambda _progress: None, lambda: False)
            now = {it: _version_on_disk(root, it) for it in paths}
            wrong += wrong_answers(index, now, versions)
            versions = now
        finally:
            index.close()
        yield {
            "kind": "kill",
            "number": number,
            "acknowledged": len(acknowledged),
            "journal": journal,
            "seconds": round(seconds, 3),
            "wrong": wrong,
        }


def journal_rows(folder: Path) -> int:
    """Return how many rows the journal of a killed index holds, without opening the original."""
    with tempfile.TemporaryDirectory() as copy:
        for path in folder.glob("truth.sqlite*"):
            shutil.copy(path, copy)
        db = sqlite3.connect(Path(copy) / "truth.sqlite")
        try:
            return int(db.execute("SELECT count(*) FROM journal").fetchone()[0])
        finally:
            db.close()


def _killed_run(scratch: Path, number: int, rng: random.Random) -> dict[str, int]:
    """Run a child that saves, kill its group, and return the last acknowledged versions."""
    words = [sys.executable, "-m", "benchmarks.index_kills", str(scratch), str(number)]
    child = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert child.stdout is not None
    acknowledged: dict[str, int] = {}
    assert child.stdout.readline() == "ready\n"
    timer = threading.Timer(
        rng.uniform(0.02, _MOST_SECONDS_BEFORE_A_KILL), os.killpg, (child.pid, signal.SIGKILL)
    )
    timer.start()
    for line in child.stdout:
        # The last line may be torn by the kill.
        if line.endswith("\n"):
            path, version = line.split()
            acknowledged[path] = int(version)
    timer.join()
    child.wait()
    child.stdout.close()
    return acknowledged


def _save_until_killed(scratch: Path, number: int) -> None:
    """Save files one by one and tell of each, while all others change at once beside it."""
    root, folder = scratch / "root", scratch / "index"
    rng = random.Random(number)
    paths = sorted(str(it.relative_to(root)) for it in root.rglob("*.c"))
    index = opened(folder, root)
    print("ready", flush=True)
    others = paths[_SAVED_FILES:]
    threading.Thread(target=_switch, args=(index, root, others), daemon=True).start()
    while True:
        path = rng.choice(paths[:_SAVED_FILES])
        version = _version_on_disk(root, path) + 1
        _replace(root / path, source_of(path, version))
        index.update_files([path])
        print(path, version, flush=True)


def _switch(index: Index, root: Path, paths: list[str]) -> None:
    while True:
        for path in paths:
            _replace(root / path, source_of(path, (_version_on_disk(root, path) + 1) % 1000))
        index.update_files(paths)


def _replace(path: Path, text: str) -> None:
    fresh = path.with_suffix(".tmp")
    fresh.write_text(text)
    fresh.replace(path)


def _version_on_disk(root: Path, path: str) -> int:
    line = next(it for it in (root / path).read_text().splitlines() if "return value +" in it)
    return int(line.split("+")[1])


def lost_saves(index: Index, root: Path, acknowledged: dict[str, int]) -> list[str]:
    """Return what is not found of acknowledged saves, and what is found of versions before them.

    The kill may have come after the next version was taken in, and before it was acknowledged.
    """
    wrong = []
    for path, version in acknowledged.items():
        possible = {version, _version_on_disk(root, path)}
        found = {it for it in {version - 1, *possible} if _is_found(index, path, it)}
        if len(found) != 1 or not found <= possible:
            wrong.append(f"{path} was saved as {version} and is found as {sorted(found)}")
    return wrong


def _is_found(index: Index, path: str, version: int) -> bool:
    name = f"{word_of(path, version)}_0"
    found = index.entities(name, 3, DISK)
    return (path, name) in [(it.path, it.entity.name) for it in found]


# Damages --------------------------------------------------------------------------------------


def damages(
    scratch: Path, rng: random.Random, files: int, functions: int
) -> Iterator[dict[str, Any]]:
    """Damage each store in each way, open, refresh, and compare the answers; yield each case."""
    root, other_root = scratch / "root", scratch / "other"
    paths = make_repository(root, files, functions)
    make_repository(other_root, max(3, files // 4), functions)
    refreshed(scratch / "older", root).close()
    refreshed(scratch / "other-index", other_root).close()
    shutil.copytree(scratch / "older", scratch / "whole")
    versions = dict.fromkeys(paths, 0)
    for path in paths[: max(2, files // 10)]:
        versions[path] = 1
        (root / path).write_text(source_of(path, 1, functions))
    refreshed(scratch / "whole", root).close()
    for store in STORES:
        for name in (*DAMAGES, *WHOLE_DAMAGES):
            yield _damaged(scratch, root, store, name, versions, rng)


def _damaged(
    scratch: Path,
    root: Path,
    store: Store,
    name: str,
    versions: dict[str, int],
    rng: random.Random,
) -> dict[str, Any]:
    folder = scratch / "index"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(scratch / "whole", folder)
    if name in DAMAGES:
        damage_one(store, folder, name, rng)
    else:
        damage_whole(store, folder, name, scratch / "other-index", scratch / "older")
    started = time.monotonic()
    index = refreshed(folder, root)
    try:
        seconds = time.monotonic() - started
        status = index.status()
        wrong = wrong_answers(index, versions, {it: 0 for it, at in versions.items() if at})
        if status.vectors != status.chunks:
            wrong.append(f"{status.vectors} vectors of {status.chunks} chunks")
    finally:
        index.close()
    return {
        "kind": "damage",
        "store": store.name,
        "damage": name,
        "seconds": round(seconds, 2),
        "problems": list(status.problems),
        "wrong": wrong,
    }


# Both -----------------------------------------------------------------------------------------


def refreshed(folder: Path, root: Path) -> Index:
    """Open an index and bring it up to date."""
    index = opened(folder, root)
    index.refresh(lambda _progress: None, lambda: False)
    return index


def wrong_answers(index: Index, versions: dict[str, int], former: dict[str, int]) -> list[str]:
    """Return what an index says wrongly of files, given their versions now and before."""
    wrong = []
    for path, version in versions.items():
        if not _is_found(index, path, version):
            wrong.append(f"{path} is not found by its name at version {version}")
        before = former.get(path, version)
        if before != version and _is_found(index, path, before):
            wrong.append(f"{path} is found as it was at version {before}")
    for path in list(versions)[:: max(1, len(versions) // 10)]:
        hits = index.search(SearchQuery(f"counts the {word_of(path, versions[path])}", limit=1))
        if [it.path for it in hits] != [path]:
            wrong.append(f"{path} is not found by its words")
    return wrong


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="glossator-kills-") as folder:
        yield Path(folder)


_EMBEDDERS: list[static_embedder.StaticEmbedder] = []


def _embedder() -> static_embedder.StaticEmbedder:
    if not _EMBEDDERS:
        _EMBEDDERS.append(static_embedder.load())
    return _EMBEDDERS[0]


if __name__ == "__main__":
    _save_until_killed(Path(sys.argv[1]), int(sys.argv[2]))
