"""Ask an 800-file C project that nobody has indexed: from nothing running, and with the owner up.

Beside it, in the same rounds, semble's pipeline with our embedder: GLOSSATOR_SEMBLE_PYTHON, or the
cache's `semble-venv`, has it. semble answers when all is indexed; for us both moments are given.
About a minute.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import platformdirs

from benchmarks.kernel_tree import kernel_tree
from glossator_indexer import static_embedder
from glossator_indexer.index import IndexParts, open_index
from glossator_indexer.records import SearchQuery
from glossator_indexer.walking import RepositoryWalker, WalkOptions

_FILES = 800
_FROM = "drivers/net/ethernet"
_QUESTION = "set the mac address of the interface"
_ROUNDS = 5
# An owner that nobody asks any more is gone before the next round.
_IDLE_SECONDS = "1"


def rows() -> Iterator[dict[str, Any]]:
    """Yield one row a round."""
    with tempfile.TemporaryDirectory(prefix="glossator-fresh-") as scratch:
        root = Path(scratch) / "project"
        megabytes = _make_project(root)
        for number in range(_ROUNDS):
            yield {
                "round": number,
                "megabytes": megabytes,
                **_owner_up(root, Path(scratch) / f"index{number}"),
                "nothing running": _from_nothing(root, Path(scratch) / f"home{number}"),
                "semble": _semble(root, Path(scratch) / f"semble{number}"),
            }


def summary(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the median of each moment in seconds."""
    moments = (
        ("nothing running", "from nothing running to the first answer"),
        ("first", "with the owner up to the first hybrid answer"),
        ("all", "with the owner up until all is indexed"),
        ("semble", "semble's pipeline with our embedder, from nothing running"),
    )
    medians: dict[str, float | str] = {}
    for key, said in moments:
        values = [it[key] for it in found if it[key] is not None]
        medians[said] = round(statistics.median(values), 2) if values else "not there"
    return {"files": _FILES, "megabytes": found[0]["megabytes"], **medians}


def _make_project(root: Path) -> float:
    source = kernel_tree() / _FROM
    files = sorted(it for it in source.rglob("*.[ch]") if it.stat().st_size < 1 << 20)[:_FILES]
    for path in files:
        target = root / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    return round(sum(it.stat().st_size for it in files) / 1e6, 1)


def _owner_up(root: Path, folder: Path) -> dict[str, float]:
    """Time a refresh in a process that has everything loaded, as a running owner has."""
    walker = RepositoryWalker(root, WalkOptions())
    parts = IndexParts(walker, static_embedder.load(), static_embedder.load)
    index = open_index(folder, root, parts)
    done = threading.Event()
    answered: list[float] = []
    started = time.monotonic()

    def ask() -> None:
        while not answered and not done.wait(0.02):
            if index.search(SearchQuery(_QUESTION)):
                answered.append(time.monotonic() - started)

    asking = threading.Thread(target=ask)
    asking.start()
    index.refresh(lambda _progress: None, lambda: False)
    all_of_it = time.monotonic() - started
    done.set()
    asking.join()
    index.close()
    return {"first": answered[0] if answered else all_of_it, "all": all_of_it}


def _from_nothing(root: Path, home: Path) -> float:
    folders = {f"XDG_{it}_HOME": str(home / it) for it in ("CACHE", "CONFIG", "DATA", "STATE")}
    home.mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "GLOSSATOR_INDEX_IDLE_SECONDS": _IDLE_SECONDS,
        **folders,
    }
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "glossator_server", "search", _QUESTION, "--json"],
        cwd=root,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    seconds = time.monotonic() - started
    assert json.loads(done.stdout), "the first answer must have hits"
    return seconds


def _semble(root: Path, home: Path) -> float | None:
    cache = Path(platformdirs.user_cache_dir("glossator-parts"))
    python = Path(os.environ.get("GLOSSATOR_SEMBLE_PYTHON", cache / "semble-venv/bin/python"))
    if not python.exists():
        return None
    here = Path(__file__).parent
    folders = (here.parent / "indexer", here.parent / "clients")
    started = time.monotonic()
    subprocess.run(
        [str(python), str(here / "semble_peer.py"), str(root)],
        input=json.dumps([_QUESTION]),
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": ":".join(map(str, folders)), "HOME": str(home)},
    )
    return time.monotonic() - started
