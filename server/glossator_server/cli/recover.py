"""Own `glossator recover`: what a killed command left half written is taken back, or closed."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from glossator_server.changes.writing import Recovered, journal_folder, recover
from glossator_server.cli.printing import complain, visible
from glossator_server.cli.status import ExitStatus
from glossator_server.cli.workspaces import workspace_root


def add_to(commands: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the subcommand to the parser."""
    parser = commands.add_parser("recover", help="take back what a killed command half wrote")
    parser.add_argument(
        "--workspace", type=Path, metavar="W", help="only for this repository; default: all"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Recover, and tell what was done."""
    root = None if options.workspace is None else workspace_root(options.workspace).resolve()
    done = recover(journal_folder(), root)
    if options.json:
        print(json.dumps({"recovered": list(map(_as_json, done))}, indent=2))
        return ExitStatus.DONE
    if not done:
        print("Nothing was left half written.")
    for it in done:
        print(visible(f"{it.root}: a change of {len(it.paths)} files was {it.outcome}"))
        if it.left:
            complain(
                f"{', '.join(it.left)} changed meanwhile and stayed as it is; look at it yourself."
            )
    return ExitStatus.DONE


def _as_json(done: Recovered) -> dict[str, object]:
    return {
        "root": str(done.root),
        "outcome": done.outcome,
        "paths": list(done.paths),
        "left": list(done.left),
    }
