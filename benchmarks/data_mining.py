"""How fast documented code becomes data: files, records and examples a second, and the memory.

A folder of linux-source-6.1 (`GLOSSATOR_BENCH_FOLDER`, all of it where none is named) is mined with
every core and exported in the prompt of the embedded model, in one run.
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.kernel_tree import kernel_tree
from glossator_clients.types import ModelInfo
from glossator_server.app import load_application
from glossator_server.datasets.examples import ExampleOptions
from glossator_server.datasets.exporting import ExportOptions, export
from glossator_server.datasets.mining import Repository, mine
from glossator_server.datasets.splitting import Split
from glossator_server.prompts import load_template

FOLDER = os.environ.get("GLOSSATOR_BENCH_FOLDER", "")
SMALL = ModelInfo("export", "embedded", "export", "", None, local=True)


def rows() -> Iterator[dict[str, object]]:
    """Yield one row for mining and one for exporting."""
    application = load_application()
    folder = kernel_tree() / FOLDER
    place = Repository(folder, "linux", application.policy, application.settings)
    with tempfile.TemporaryDirectory() as work:
        data = Path(work, "data.jsonl")
        began = time.monotonic()
        mined = mine([place], data, os.cpu_count() or 1, lambda _: None)
        seconds = time.monotonic() - began
        yield {
            "step": "mine",
            "files": mined.files_total,
            "documented": mined.documented,
            "kept": mined.kept,
            "seconds": round(seconds, 1),
            "files a second": round(mined.files_total / seconds, 1),
            "records a second": round(mined.documented / seconds, 1),
            "megabytes": round(data.stat().st_size / 1e6, 1),
        }
        began = time.monotonic()
        options = ExportOptions(ExampleOptions(load_template("document-small"), SMALL))
        exported = export([data], Path(work, "export"), options, lambda _: None)
        seconds = time.monotonic() - began
        examples = sum(exported.examples.values())
        yield {
            "step": "export",
            "examples": examples,
            "train": exported.examples[Split.TRAIN],
            "seconds": round(seconds, 1),
            "examples a second": round(examples / seconds, 1),
            "peak megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000,
        }


def summary(found: Sequence[dict[str, object]]) -> dict[str, object]:
    """Return both rows by their step."""
    return {str(it["step"]): {k: v for k, v in it.items() if k != "step"} for it in found}
