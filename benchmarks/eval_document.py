"""How long `glossator eval document` takes on 200 functions with the embedded model, and why.

It is run as a user runs it, on functions of `kernel` of linux-source-6.1, from the drawing of the
cases to the result. The aim is ten minutes on two quiet cores, with less than 5 % of the model's
time on top. On a machine that does other things wall time says little: what the command itself took
of the processor is told beside it, the engine being a process of its own.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.kernel_tree import kernel_tree

FUNCTIONS = int(os.environ.get("GLOSSATOR_BENCH_FUNCTIONS", "200"))
AIM_SECONDS = 600
AIM_SHARE = 0.05
FOLDER = "kernel"
_COMMAND = (sys.executable, "-P", "-m", "glossator_server", "eval", "document", "--json", "--quiet")


def rows() -> Iterator[dict[str, object]]:
    """Yield the whole run first, then one row a function."""
    words = ["--workspace", str(kernel_tree() / FOLDER), "-n", str(FUNCTIONS)]
    with tempfile.TemporaryDirectory() as state:
        # An engine that is up already would not be paid for; one that starts is not measured.
        subprocess.run(
            [*_COMMAND, *words[:-1], "1"], check=True, capture_output=True, env=_with_state(state)
        )
        before, began = _processor_seconds(), time.monotonic()
        done = subprocess.run(
            [*_COMMAND, *words], check=True, capture_output=True, env=_with_state(state)
        )
        wall, own = time.monotonic() - began, _processor_seconds() - before
    report: dict[str, Any] = json.loads(done.stdout)
    (told,) = report["configurations"]
    yield {
        "run": told["model"],
        "wall_s": round(wall, 1),
        "processor_s": round(own, 1),
        "scores": report["scores"][told["name"]],
        **told["seconds"],
    }
    for it in report["outcomes"]:
        kept = ("path", "title", "measures", "problem", "seconds", "model_seconds", "tokens")
        yield {key: it[key] for key in kept}


def summary(found: Sequence[dict[str, Any]]) -> dict[str, object]:
    """Tell the time of the whole run, of whom it was, and what came of it."""
    run, *cases = found
    own = [it["seconds"] - it["model_seconds"] for it in cases]
    # Words that do not pass are asked for again, with the answer and what is wrong with it.
    first = [it["tokens"]["first_prompt"] for it in cases]
    return {
        "functions": len(cases),
        "failed": sum(it["problem"] is not None for it in cases),
        f"wall seconds, aim {AIM_SECONDS} for 200 on 2 quiet cores": run["wall_s"],
        "of these the model's": run["model_total"],
        f"on top of the model's time, aim {AIM_SHARE}": run["overhead_share"],
        "milliseconds on top, median": round(statistics.median(own) * 1000, 1),
        "the command's processor seconds a function": round(run["processor_s"] / len(cases), 3),
        "prompt tokens of the first question, median": statistics.median(first),
        "prompt tokens of the first question, most, aim 600": max(first),
        "prompt tokens of all questions about a function, most": max(
            it["tokens"]["prompt"] for it in cases
        ),
        "means": {name: it["mean"] for name, it in run["scores"].items()},
    }


def _with_state(folder: str) -> dict[str, str]:
    return {**os.environ, "XDG_STATE_HOME": folder}


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
