"""Own `glossator transcript`: what agents did, to be listed, read, and replayed with no model."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from glossator_server.actions.replaying import Replayed, in_lines, replay
from glossator_server.agent.proposals import NoEdit
from glossator_server.agent.transcript import read_transcript
from glossator_server.changes.diffs import diff_of
from glossator_server.cli.output import TerminalPrinter
from glossator_server.cli.printing import complain, visible
from glossator_server.cli.status import ExitStatus
from glossator_server.cli.workbench import place_of, transcripts_folder, workbench_for
from glossator_server.errors import UsageError


def add_to(commands: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the subcommand to the parser."""
    parser = commands.add_parser("transcript", help="read what an edit did, or replay it")
    kinds = parser.add_subparsers(required=True, metavar="WHAT")
    listing = kinds.add_parser("list", help="the transcripts that are kept, newest last")
    listing.set_defaults(run=_list)
    showing = kinds.add_parser("show", help="print one for people")
    showing.add_argument("transcript", type=Path, metavar="FILE", help="a transcript, or its name")
    showing.set_defaults(run=_show)
    replaying = kinds.add_parser("replay", help="do it again with the same answers, and no model")
    replaying.add_argument(
        "transcript", type=Path, metavar="FILE", help="a transcript, or its name"
    )
    replaying.add_argument(
        "--workspace", type=Path, default=Path(), metavar="W", help="a folder of the repository"
    )
    replaying.set_defaults(run=_replay)


def _list(options: argparse.Namespace) -> int:  # noqa: ARG001 -- it takes none
    folder = transcripts_folder()
    found = sorted(folder.glob("*.jsonl")) if folder.is_dir() else []
    for path in found:
        try:
            begin = read_transcript(path)[0]
        except UsageError:
            continue
        words = " ".join(str(begin.get("instruction", "")).split())
        print(visible(f"{path.name}  {begin.get('role')}: {words[:80]}"))
    if not found:
        print("No edit has been made yet.")
    return ExitStatus.DONE


def _show(options: argparse.Namespace) -> int:
    path = _path(options.transcript)
    for line in in_lines(read_transcript(path), path):
        for it in line.split("\n"):
            print(visible(it))
    return ExitStatus.DONE


def _replay(options: argparse.Namespace) -> int:
    entries = read_transcript(_path(options.transcript))

    async def done() -> Replayed:
        place = place_of(options.workspace, None)
        async with workbench_for(place) as workbench:
            editing = place.application.settings.editing
            return await replay(entries, workbench, editing, lambda it: print(visible(it)))

    replayed = asyncio.run(done())
    outcome = replayed.outcome
    if isinstance(outcome, NoEdit):
        complain(outcome.reason)
    if replayed.is_same:
        print("The same changes as then.")
        return ExitStatus.DONE
    if not isinstance(outcome, NoEdit):
        TerminalPrinter().show_diff(diff_of(outcome.changes))
    complain(
        "The changes are others than then: the files, or what checks them, have changed since."
    )
    return ExitStatus.FINDINGS


def _path(named: Path) -> Path:
    kept = transcripts_folder() / named
    return kept if named.parent == Path() and not named.exists() and kept.exists() else named
