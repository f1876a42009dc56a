"""Own `glossator data`: mine documented code, export it for trainers, look at it.

What the subcommands need is imported when one is run: every command of `glossator` loads this.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from glossator_gate.errors import ConfigurationError
from glossator_gate.policy import check_glob

SMALL_PROMPT = "document-small"
# As glossator_server.datasets.formats has them.
FORMAT_NAMES = ("openai", "trl")


def add_to(commands: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the subcommands to the parser."""
    parser = commands.add_parser("data", help="make data to teach a model with, from your own code")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    _add_mine(actions)
    _add_export(actions)
    _add_show(actions)


def _add_mine(actions: Any) -> None:  # noqa: ANN401
    parser = actions.add_parser("mine", help="collect the documented code of repositories")
    parser.add_argument(
        "folders", nargs="+", type=Path, metavar="PATH", help="a repository, or a folder of one"
    )
    parser.add_argument(
        "--out", required=True, type=Path, metavar="FILE", help="where to, a JSON object a line"
    )
    parser.add_argument(
        "--project", metavar="NAME", help="call the repository so (default: its folder's name)"
    )
    _add_jobs(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    parser.set_defaults(run=run_mine)


def _add_export(actions: Any) -> None:  # noqa: ANN401
    parser = actions.add_parser("export", help="write mined data in the form that trainers take")
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="DATA", help="what `data mine` wrote"
    )
    parser.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="where to")
    parser.add_argument(
        "--prompt",
        default=SMALL_PROMPT,
        metavar="NAME",
        help=f"the prompt to fill (default: {SMALL_PROMPT})",
    )
    parser.add_argument("--format", choices=FORMAT_NAMES, default="openai", help="of each line")
    parser.add_argument(
        "--split",
        choices=("auto", "project", "folder", "file"),
        default="auto",
        help="what stays together (auto: the largest of them that there is enough of)",
    )
    parser.add_argument(
        "--hold-out",
        action="append",
        default=[],
        type=_glob,
        metavar="GLOB",
        help="for the test only: paths below a project, or PROJECT/PATH",
    )
    parser.add_argument(
        "--valid", type=_share, default=0.05, metavar="SHARE", help="of all, for validation (0.05)"
    )
    parser.add_argument(
        "--test",
        type=_share,
        metavar="SHARE",
        help="of all, for the test (0.05, or what is held out alone)",
    )
    _add_filters(parser)
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="for another division (0)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    parser.set_defaults(run=run_export)


def _add_filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--licence",
        action="append",
        default=[],
        metavar="GLOB",
        help="keep only these; !GLOB drops",
    )
    parser.add_argument(
        "--all-kinds", action="store_true", help="types too, not only what is called"
    )
    parser.add_argument(
        "--short", action="store_true", help="comments, too, that describe no parameter"
    )
    parser.add_argument("--tests", action="store_true", help="what stands in tests, too")
    parser.add_argument(
        "--ask-all",
        action="store_true",
        help="ask for descriptions, too, that the product takes over from the code around",
    )
    parser.add_argument(
        "--feedback",
        action="store_true",
        help="what you kept, mended or took out of offered comments, too, and pairs of it",
    )


def _add_show(actions: Any) -> None:  # noqa: ANN401
    parser = actions.add_parser("show", help="print some examples of mined or exported data")
    parser.add_argument("file", type=Path, metavar="FILE", help="what `data` wrote")
    parser.add_argument(
        "-n", dest="count", type=_count, default=5, metavar="N", help="how many (5)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="for another draw (0)")
    parser.set_defaults(run=run_show)


def _add_jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=_count,
        default=os.cpu_count() or 1,
        help="processes (default: one a core)",
    )


def run_mine(options: argparse.Namespace) -> int:
    """Mine the repositories and say what was found."""
    from glossator_server.cli import data_runs

    return data_runs.run_mine(options)


def run_export(options: argparse.Namespace) -> int:
    """Export the records and say what was written."""
    from glossator_server.cli import data_runs

    return data_runs.run_export(options)


def run_show(options: argparse.Namespace) -> int:
    """Print a sample of a file."""
    from glossator_server.cli import data_runs

    return data_runs.run_show(options)


def _count(word: str) -> int:
    if not word.isdecimal() or not 1 <= int(word[:9]) <= 256:
        raise argparse.ArgumentTypeError("choose a whole number from 1 to 256")
    return int(word)


def _glob(word: str) -> str:
    try:
        return check_glob(word)
    except ConfigurationError as trouble:
        raise argparse.ArgumentTypeError(f"it {trouble}") from trouble


def _share(word: str) -> float:
    try:
        share = float(word)
    except ValueError:
        share = -1.0
    if not 0 <= share < 1:
        raise argparse.ArgumentTypeError("choose a number from 0 up to 1")
    return share
