"""How soon hovers and code actions are answered while the whole kernel is being indexed.

The same requests are made first with the index switched off, in the same run. About 2 minutes;
GLOSSATOR_HOVER_SECONDS takes another time for each half.
"""

from __future__ import annotations

import itertools
import os
import random
import re
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from benchmarks.kernel_tree import kernel_tree
from benchmarks.lsp_client import LspClient, lsp_server
from benchmarks.servers import GLOSSATOR

SECONDS = 45.0
FILES = ("mm/page_alloc.c", "kernel/fork.c", "lib/idr.c", "lib/string.c")
_SEED = 3
_DEFINITION = re.compile(r"^[a-z][^;{}()\n]*\b(?P<name>\w+)\(", re.MULTILINE)


def rows(seconds: float | None = None) -> Iterator[dict[str, Any]]:
    """Yield one row a request: what, whether indexing was going on, milliseconds."""
    wanted = seconds or float(os.environ.get("GLOSSATOR_HOVER_SECONDS", SECONDS))
    tree = kernel_tree()
    for is_enabled in (False, True):
        with _own_cache(), lsp_server(GLOSSATOR) as client:
            client.initialize(tree.as_uri(), {"index": {"enabled": is_enabled}})
            places = [it for name in FILES for it in _open(client, tree / name)]
            status = _wait_for_work(client) if is_enabled else {}
            try:
                for row in _asked(client, places, wanted):
                    yield {"indexing": is_enabled, **row}
                if is_enabled:
                    ended = _index(client)
                    yield {
                        "indexing": True,
                        "what": "files",
                        "from": status["filesDone"],
                        "to": ended["filesDone"],
                    }
            finally:
                # Its cache is about to be removed.
                if process := status.get("process"):
                    with suppress(psutil.NoSuchProcess):
                        _end(psutil.Process(process))


@contextmanager
def _own_cache() -> Iterator[None]:
    names = ("XDG_CACHE_HOME", "XDG_RUNTIME_DIR")
    before = {it: os.environ.get(it) for it in names}
    with tempfile.TemporaryDirectory(
        prefix="glossator-hover-", ignore_cleanup_errors=True
    ) as folder:
        for name in names:
            (Path(folder) / name).mkdir(mode=0o700)
            os.environ[name] = str(Path(folder) / name)
        try:
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name)
                if value is not None:
                    os.environ[name] = value


def _open(client: LspClient, path: Path) -> list[dict[str, Any]]:
    text = path.read_text("utf-8")
    client.open(path.as_uri(), text)
    found = []
    for match in _DEFINITION.finditer(text):
        line = text.count("\n", 0, match.start())
        position = {"line": line, "character": match.start("name") - match.start()}
        found.append({"textDocument": {"uri": path.as_uri()}, "position": position})
    return found


def _wait_for_work(client: LspClient) -> Mapping[str, Any]:
    ending = time.monotonic() + 120
    while (index := _index(client)).get("phase") != "reading" or not index.get("filesDone"):
        if time.monotonic() > ending:
            raise RuntimeError(f"indexing did not begin in 2 minutes: {index}")
        time.sleep(0.1)
    return index


def _index(client: LspClient) -> Mapping[str, Any]:
    params = {"command": "glossator.status", "arguments": []}
    found: list[dict[str, Any]] = client.request("workspace/executeCommand", params)["result"][
        "index"
    ]
    return found[0] if found else {}


def _asked(
    client: LspClient, places: Sequence[dict[str, Any]], seconds: float
) -> Iterator[dict[str, Any]]:
    chance = random.Random(_SEED)
    ending = time.monotonic() + seconds
    for number in itertools.count():
        if time.monotonic() > ending:
            return
        place = chance.choice(places)
        at = place["position"]
        action = {
            "textDocument": place["textDocument"],
            "range": {"start": at, "end": at},
            "context": {"diagnostics": []},
        }
        for what, params in (("hover", place), ("codeAction", action)):
            started = time.perf_counter()
            answer = client.request(f"textDocument/{what}", params)
            elapsed = 1000 * (time.perf_counter() - started)
            assert "result" in answer, answer
            # The first look at a text parses it, which no index has to do with.
            if number >= len(FILES) * 5:
                yield {"what": what, "ms": round(elapsed, 3)}
        # A person looks at one place after the other.
        time.sleep(0.01)


def _end(owner: psutil.Process) -> None:
    for process in (*owner.children(recursive=True), owner):
        process.kill()
    owner.wait(10)


def summary(found: Sequence[dict[str, Any]]) -> dict[str, object]:
    """Return the median and the slowest hundredth, with and without indexing."""
    told: dict[str, object] = {}
    for is_enabled, what in itertools.product((False, True), ("hover", "codeAction")):
        times = [it["ms"] for it in found if it["indexing"] is is_enabled and it["what"] == what]
        hundredths = statistics.quantiles(times, n=100)
        when = "while indexing" if is_enabled else "alone"
        told[f"{what} {when}"] = (
            f"{len(times)} requests, p50 {hundredths[49]:.1f} ms, p99 {hundredths[98]:.1f} ms"
        )
    told["files indexed meanwhile"] = sum(
        it["to"] - it["from"] for it in found if it["what"] == "files"
    )
    return told
