"""Own `glossator explain`: what a symbol, some lines or a file do, with the lines that say so."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

from glossator_server.actions.explain import ExplainTarget, explain
from glossator_server.cli.ask import AnswerPrinter, add_common, asked_about, meant, sources_for
from glossator_server.cli.status import ExitStatus
from glossator_server.cli.targets import Target, read_target
from glossator_server.cli.workbench import Place
from glossator_server.errors import UsageError
from glossator_server.files import read_snapshot


def add_to(commands: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the subcommand to the parser."""
    parser = commands.add_parser(
        "explain", help="say what code does; every sentence says where it stands"
    )
    parser.add_argument("target", metavar="TARGET", help="FILE, FILE:LINE or FILE::SYMBOL")
    add_common(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the explanation."""
    target = read_target(options.target)
    if target.path.is_dir():
        raise UsageError(f"{target.path} is a folder; name one file to be explained.")
    if not target.path.exists():
        raise UsageError(f"There is no file {target.path}; name another one.")
    place = asked_about(options, target.path.absolute().parent, target.path)
    return asyncio.run(_explain(place, _wanted(target, place), options))


async def _explain(place: Place, target: ExplainTarget, options: argparse.Namespace) -> int:
    printer = AnswerPrinter(options)
    async with sources_for(place) as sources:
        answer = await explain(target, sources, printer)
    printer.end(answer)
    return ExitStatus.DONE if answer.found else ExitStatus.FINDINGS


def _wanted(target: Target, place: Place) -> ExplainTarget:
    if target.line is None and target.symbol is None:
        return ExplainTarget(target.path)
    snapshot = read_snapshot(target.path, place.application.settings)
    return ExplainTarget(target.path, *meant(target, snapshot))
