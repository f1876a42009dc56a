"""Run benchmarks and store what they found: `python -m benchmarks [NAME...]`.

Each benchmark is a module of this package with `rows() -> Iterable[dict]`, one row an item, and
`summary(rows) -> dict`. A result file names the commit, whether the tree was clean, the command and
the machine; documents quote figures from there.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
# In the order in which they run: the quick ones first.
NAMES = (
    "startup",
    "code_action",
    "did_change",
    "editor_latency",
    "vscode_editor",
    "first_comment",
    "extents",
    "extents_languages",
    "index_extents",
    "extraction",
    "sandbox_probes",
    "redaction",
    "policy",
    "faults",
    "overhead",
    "network_proof",
    "intent",
    "judge",
    "lsp_sync",
    "lsp_messages",
    "garbage",
    "never_worse",
    "change_kills",
    "interleaving",
    "parted_edits",
    "fixes",
    "fix_small",
    "edit_tasks",
    "hostile_agents",
    "ask_questions",
    "action_turns",
    "doc_styles",
    "words",
    "data_mining",
    "eval_document",
    "adapter_gate",
    "eval_suites",
    "index_fresh",
    "index_kernel",
    "index_kills",
    "chroma",
    "index_editors",
    "index_hover",
    "search_latency",
    "retrieval",
)


def main() -> int:
    """Run the benchmarks named on the command line, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}")
    names = parser.parse_args().names or NAMES
    if unknown := set(names) - set(NAMES):
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}")
    for name in names:
        run_one(name)
    return 0


def run_one(name: str) -> None:
    """Run one benchmark, print its summary and store its rows."""
    print(f"== {name}", flush=True)
    benchmark = importlib.import_module(f"benchmarks.{name}")
    started = time.monotonic()
    rows = list(benchmark.rows())
    summary = benchmark.summary(rows)
    for key, value in summary.items():
        print(f"{key}: {value}", flush=True)
    commit, clean = _commit()
    head = {
        "benchmark": name,
        "commit": commit,
        "clean": clean,
        "command": f"make bench ONLY={name}",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {sys.version.split()[0]}",
        "seconds": round(time.monotonic() - started, 1),
        "summary": summary,
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}-{commit}.jsonl"
    path.write_text("".join(f"{json.dumps(it)}\n" for it in (head, *rows)), "utf-8")
    print(f"stored in {path.relative_to(Path.cwd())}", flush=True)


def _commit() -> tuple[str, bool]:
    def git(*words: str) -> str:
        return subprocess.run(
            ["git", *words], check=True, capture_output=True, text=True
        ).stdout.strip()

    # Results of earlier runs are not what was measured.
    changed = git("status", "--porcelain", "--", ".", ":!benchmarks/results")
    return git("rev-parse", "--short=10", "HEAD"), not changed


if __name__ == "__main__":
    sys.exit(main())
