"""Mend thirty easy faults with the built-in model: what a user gets with nothing configured.

A row a fault; what compilers suggest is tried first, as the product does it. Easy are faults that a
compiler sees, one a program. Aim: nothing wrong is shown.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.fixes import mended
from glossator_clients.embedded import EmbeddedModel, EmbeddedOptions
from glossator_server.edits import apply_changes
from glossator_server.evals.faults import COMMANDS, Fault, easy_faults
from glossator_server.proposal import FixProposal


def rows() -> Iterator[dict[str, Any]]:
    """Yield a row a fault."""
    for fault in easy_faults():
        yield asyncio.run(row_of(fault))


async def row_of(fault: Fault) -> dict[str, Any]:
    """Return the row of one fault."""
    model = EmbeddedModel("smollm2", "smollm2", EmbeddedOptions())
    try:
        with tempfile.TemporaryDirectory(prefix="fix-") as name:
            root = Path(os.path.realpath(name))  # noqa: ASYNC240 -- alone on its loop
            path = fault.lay_out(root)
            outcome, _, seconds = await mended(fault, root, path, model, suggests=True)
    finally:
        await model.close()
    shown = isinstance(outcome, FixProposal)
    text = apply_changes(fault.faulty, outcome.edits[0].changes) if shown else ""
    return {
        "language": fault.language,
        "program": fault.program,
        "fault": fault.id,
        "kind": fault.kind,
        "shown": shown,
        "by": outcome.model if shown else "",
        "as_the_author_had_it": text == fault.right,
        "passes": shown and await asyncio.to_thread(_passes, fault, text),
        "reason": "" if shown else outcome.reason,
        "seconds": round(seconds, 2),
    }


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return how many were mended, by whom, and how many were shown that do not pass."""
    return {
        "faults": len(rows),
        "solved": sum(row["passes"] for row in rows),
        "solved_by_the_model": sum(row["passes"] and row["by"] == "smollm2" for row in rows),
        "refused": sum(not row["shown"] for row in rows),
        "wrong_shown": sum(row["shown"] and not row["passes"] for row in rows),
        "as_the_author_had_it": sum(row["as_the_author_had_it"] for row in rows),
    }


def _passes(fault: Fault, text: str) -> bool:
    """Tell whether the program's own tests pass with a text in the place of the broken file."""
    with tempfile.TemporaryDirectory() as name:
        path = fault.lay_out(Path(name))
        path.write_text(text, "utf-8")
        done = subprocess.run(
            COMMANDS[fault.language], cwd=name, capture_output=True, timeout=60, check=False
        )
        return done.returncode == 0
