"""Own `glossator mcp`: the MCP server on standard input and output, for other assistants."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from glossator_server.app import load_application, run_mcp_server
from glossator_server.cli.printing import complain
from glossator_server.cli.status import ExitStatus
from glossator_server.cli.targets import workspace_of
from glossator_server.errors import UsageError


def add_to(commands: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the subcommand to the parser."""
    parser = commands.add_parser(
        "mcp",
        help="an MCP server, for other assistants",
        epilog="It answers on standard input and output until its client hangs up, and writes "
        "nothing. Needs the extra `mcp`: pip install 'glossator[mcp]'.",
    )
    parser.add_argument(
        "--workspace", metavar="W", type=Path, default=Path(), help="the folder that is served"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve until the client leaves."""
    folder = _folder(options.workspace)
    # The file of the project that the folder lies in forbids things in it, too.
    root = workspace_of(folder / "any") or folder
    for problem in load_application(root).problems:
        complain(problem)
    run_mcp_server(folder, root)
    return ExitStatus.DONE


def _folder(path: Path) -> Path:
    """Return the real path of a project's folder; raises `UsageError` where it is none."""
    try:
        folder = path.resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as trouble:
        raise UsageError(f"{path} does not exist; name a project's folder.") from trouble
    if not folder.is_dir():
        raise UsageError(f"{path} is no folder; name a project's folder.")
    if folder == Path(folder.anchor) or Path.home().resolve().is_relative_to(folder):
        raise UsageError(
            f"{folder} holds more than a project; name a project's folder with --workspace."
        )
    return folder
