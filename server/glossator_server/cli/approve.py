"""Own `glossator approve`: a person's word that a command of a project may run in the sandbox."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from typing import Any

from glossator_server.app import load_application, open_approvals
from glossator_server.cli.printing import complain, visible
from glossator_server.cli.status import ExitStatus
from glossator_server.cli.targets import workspace_of
from glossator_server.errors import UsageError


def add_to(commands: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the subcommand to the parser."""
    parser = commands.add_parser(
        "approve",
        help="let a command of a project run in the sandbox",
        epilog="The command has to stand under [execute] in config.toml too. What it names, such "
        "as the Makefile, is pinned by its hash: where it changes, approve it again.",
    )
    parser.add_argument("--workspace", metavar="FOLDER", type=Path, help="the project (this one)")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--list", action="store_true", help="show what is approved")
    mode.add_argument("--revoke", action="store_true", help="take an approval back")
    parser.add_argument("argv", nargs="*", metavar="WORD", help="the command, after --")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Approve a command, take it back, or show what is approved."""
    approvals = open_approvals()
    if options.list:
        for entry in approvals.entries():
            print(visible(f"{entry.root}: {shlex.join(entry.argv)}"))
        return ExitStatus.DONE
    argv = tuple(options.argv)
    if not argv:
        raise UsageError(
            "Name the command after --, for example `glossator approve -- make check`."
        )
    root = _root(options.workspace)
    if options.revoke:
        approvals.revoke(root, argv)
        print(visible(f"revoked {shlex.join(argv)} in {root}"), file=sys.stderr)
        return ExitStatus.DONE
    approvals.approve(root, argv)
    print(visible(f"approved {shlex.join(argv)} in {root}"), file=sys.stderr)
    if argv not in load_application(root).policy.commands:
        words = ", ".join(f'"{it}"' for it in argv)
        complain(f"It runs once config.toml lists it: [execute] commands = [[{words}]].")
    return ExitStatus.DONE


def _root(named: Path | None) -> Path:
    if named is not None and not named.is_dir():
        raise UsageError(f"{named} is no folder; name the project's.")
    folder = (named or Path.cwd()).resolve()
    # As for a file in it, so that both mean the same folder.
    return (workspace_of(folder / "file") or folder).resolve()
