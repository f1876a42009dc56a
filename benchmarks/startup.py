"""How long a language server takes to start, and how much memory it then holds.

The servers take turns, so that what else the machine does falls on all of them alike.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

from benchmarks.lsp_client import initialize_params, lsp_server
from benchmarks.servers import CLANGD, GLOSSATOR, JEDI

RUNS = 15
# A quarter of a second without any work is idle; a server that never rests is measured anyway.
QUIET_S = 0.25
LONGEST_WAIT_S = 15.0
SERVERS = (
    ("glossator", GLOSSATOR, "c", "int add(int a, int b)\n{\n\treturn a + b;\n}\n"),
    ("jedi-language-server", JEDI, "python", "def add(a, b):\n    return a + b\n"),
    ("clangd", CLANGD, "c", "int add(int a, int b)\n{\n\treturn a + b;\n}\n"),
)


def rows() -> Iterator[dict[str, object]]:
    """Yield one row a start: seconds until `initialize` is answered, megabytes when idle."""
    with tempfile.TemporaryDirectory() as folder:
        for run in range(-1, RUNS):
            for name, command, language, text in SERVERS:
                row = _measured(Path(folder), command, language, text)
                # The first round warms the page cache, and counts for nobody.
                if run >= 0:
                    yield {"server": name, "run": run, **row}


def summary(found: Sequence[dict[str, object]]) -> dict[str, object]:
    """Return the medians, and ours in relation to the others'."""
    figures: dict[str, object] = {"runs": RUNS}
    medians: dict[tuple[str, str], float] = {}
    for name, *_ in SERVERS:
        mine = [it for it in found if it["server"] == name]
        for key in ("seconds", "rss_mb", "uss_mb"):
            medians[name, key] = statistics.median(float(str(it[key])) for it in mine)
        figures[name] = {
            "initialize_ms": round(medians[name, "seconds"] * 1000, 1),
            "rss_mb": round(medians[name, "rss_mb"], 1),
            "uss_mb": round(medians[name, "uss_mb"], 1),
        }
    for other in ("jedi-language-server", "clangd"):
        for key in ("seconds", "rss_mb"):
            ratio = medians["glossator", key] / medians[other, key]
            figures[f"ours / {other}, {key}"] = round(ratio, 2)
    return figures


def _measured(folder: Path, command: Sequence[str], language: str, text: str) -> dict[str, object]:
    suffix = ".c" if language == "c" else ".py"
    started = time.perf_counter()
    with lsp_server(command) as client:
        client.request("initialize", initialize_params(folder.as_uri()))
        seconds = time.perf_counter() - started
        client.notify("initialized", {})
        client.open((folder / f"small{suffix}").as_uri(), text, language)
        process = psutil.Process(client.process.pid)
        _wait_until_idle(process)
        family = [process, *process.children(recursive=True)]
        memory = [it.memory_full_info() for it in family]
        return {
            "seconds": seconds,
            "processes": len(family),
            "rss_mb": sum(it.rss for it in memory) / 1e6,
            "uss_mb": sum(it.uss for it in memory) / 1e6,
        }


def _wait_until_idle(process: psutil.Process) -> None:
    deadline = time.monotonic() + LONGEST_WAIT_S
    used = -1.0
    while time.monotonic() < deadline:
        before, used = used, _processor_seconds(process)
        if used == before:
            return
        time.sleep(QUIET_S)


def _processor_seconds(process: psutil.Process) -> float:
    family = [process, *process.children(recursive=True)]
    return sum(it.cpu_times().user + it.cpu_times().system for it in family)
