"""Own `glossator index-owner`, the process behind every editor's and command line's index.

Nobody types it: it is started by whoever asks an index that nobody has open.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from glossator_server.app import run_index_owner
from glossator_server.errors import UsageError
from glossator_server.settings import VECTOR_STORES, IndexOptions

# For tests and trials, where nobody waits for minutes.
IDLE_SECONDS = "GLOSSATOR_INDEX_IDLE_SECONDS"


def add_to(commands: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the subcommand to the parser."""
    parser = commands.add_parser("index-owner")
    parser.add_argument("root", type=Path)
    parser.add_argument("--vectors", choices=VECTOR_STORES, default="auto")
    parser.add_argument("--team", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--project")
    parser.add_argument("--idle-minutes", type=float, default=10.0)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Own the index until nobody needs it."""
    chosen = IndexOptions(vectors=options.vectors, team=options.team, project=options.project)
    return run_index_owner(options.root, chosen, _idle_seconds(options))


def _idle_seconds(options: argparse.Namespace) -> float:
    shorter = os.environ.get(IDLE_SECONDS)
    try:
        seconds = float(shorter) if shorter else 60.0 * float(options.idle_minutes)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise UsageError(f"{IDLE_SECONDS} must be a number of seconds above 0.")
    return seconds
