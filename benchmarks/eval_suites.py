"""Measure with the suites of `glossator eval`, as users do: prepared cases, and some of the kernel.

What the embedded model and the index bring in each suite but `document`, which has a benchmark of
its own. A row an outcome. Half an hour on two quiet cores, most of it fixes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.kernel_tree import kernel_tree

_WAYS = ("name=fast", "name=quality,model=quality", "name=words,retrieval=off")
_REFUSED = 4


@dataclass(frozen=True, slots=True)
class Run:
    """One measurement: a suite, the options of its cases, the configurations."""

    name: str
    suite: str
    options: tuple[str, ...]
    ways: tuple[str, ...] = ("name=smollm2,model=smollm2",)
    folder: Path = Path()


def runs() -> Iterator[Run]:
    """Yield what is measured."""
    yield Run("retrieval, prepared", "retrieval", ("--prepared",), _WAYS)
    yield Run("retrieval, kernel", "retrieval", ("--mined", "-n", "200"), _WAYS, kernel_tree())
    yield Run("intent, prepared", "intent", ("--prepared", "-n", "619"))
    yield Run("ask, prepared", "ask", ("--prepared",))
    yield Run("ask, kernel", "ask", ("--mined", "-n", "60"), folder=kernel_tree())
    yield Run("fix, prepared", "fix", ("--prepared",))


def rows() -> Iterator[dict[str, Any]]:
    """Yield a row an outcome, and one for the suite that the embedded model cannot do."""
    for run in runs():
        report = json.loads(_glossator(run).stdout)
        for it in report["outcomes"]:
            kept = ("case", "configuration", "measures", "problem", "seconds", "model_seconds")
            yield {"run": run.name, **{key: it[key] for key in kept}}
        print(f"  {run.name}: {report['scores']}", file=sys.stderr, flush=True)
        yield {"run": run.name, "scores": report["scores"], "seconds": report["seconds"]}
    refused = _glossator(Run("edit, prepared", "edit", ("--prepared",)), (_REFUSED,))
    yield {"run": "edit, prepared", "status": refused.returncode, "said": refused.stderr.strip()}


def summary(found: Sequence[dict[str, Any]]) -> dict[str, object]:
    """Return the means of each run, with their intervals."""
    told: dict[str, object] = {}
    for row in found:
        if "scores" in row:
            told |= {f"{row['run']}: {way}": it for way, it in row["scores"].items()}
            told[f"{row['run']}: seconds"] = row["seconds"]
        elif "status" in row:
            told[row["run"]] = row["said"]
    return told


def _glossator(run: Run, allowed: Container[int] = (0, 1)) -> subprocess.CompletedProcess[str]:
    ways = [word for it in run.ways for word in ("--with", it)]
    command = [
        sys.executable,
        "-P",
        "-m",
        "glossator_server",
        "eval",
        run.suite,
        *run.options,
        *ways,
    ]
    done = subprocess.run(
        [*command, "--json", "--quiet"], cwd=run.folder, capture_output=True, text=True, check=False
    )
    if done.returncode not in allowed:
        raise SystemExit(f"{run.name}: {done.stderr.strip()}")
    return done
