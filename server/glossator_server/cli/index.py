"""Own `glossator index`: bring the index of a repository up to date, pause it, say what it holds.

The owner does the work; this process asks, shows and may leave at any time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glossator_indexer.languages import LANGUAGES, TREE_LANGUAGES
from glossator_indexer.owner_client import IndexClient
from glossator_indexer.owner_client.discarding import discard_index
from glossator_indexer.records import IndexPhase, IndexStatus
from glossator_server.app import index_places, load_application
from glossator_server.cli.indexing import (
    described,
    duration,
    progress_shown,
    size_in_words,
)
from glossator_server.cli.printing import complain, visible
from glossator_server.cli.share import SHARING, share
from glossator_server.cli.status import ExitStatus
from glossator_server.cli.workspaces import client_of, workspace_root
from glossator_server.sharing import Sharing

# Opening takes a second or two; a damaged one is repaired meanwhile, and says so itself.
_OPENING_SECONDS = 10.0
_LOOK_SECONDS = 0.05

LANGUAGE_NAMES = tuple(it.id for it in (*LANGUAGES, *TREE_LANGUAGES))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What to do before saying how the index stands; `waits` is until it is up to date."""

    action: str
    waits: bool
    as_json: bool
    sharing: Sharing


def add_to(commands: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the subcommand to the parser."""
    parser = commands.add_parser("index", help="bring the index of a repository up to date")
    parser.add_argument(
        "workspace", nargs="?", type=Path, default=Path(), metavar="WORKSPACE", help="default: here"
    )
    action = parser.add_mutually_exclusive_group()
    for name, text in (
        ("status", "only say what is indexed"),
        ("pause", "stop taking files in, for all who use this index"),
        ("resume", "go on"),
        ("rebuild", "throw the index away and make it anew"),
        ("push", "send what the team's index lacks, once all is indexed"),
        ("prune", "delete from the team's index what nobody has pushed for a month"),
    ):
        action.add_argument(
            f"--{name}", dest="action", action="store_const", const=name, default="", help=text
        )
    parser.add_argument(
        "--wait",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="return when all is indexed (the default), or leave that to the background",
    )
    parser.add_argument("--server", metavar="ID", help="with --push: which index server")
    parser.add_argument("--project", metavar="NAME", help="with --push: under which name")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Do what was asked for and print how the index stands."""
    root = workspace_root(options.workspace)
    project = options.project or load_application(root).settings.index.project
    sharing = Sharing(root, options.server, project)
    wanted = _Wanted(options.action, options.wait, options.json, sharing)
    return asyncio.run(_run(root, wanted))


async def _run(root: Path, wanted: _Wanted) -> int:
    if wanted.action == "rebuild":
        await discard_index(index_places(root))
    async with client_of(root) as index:
        status = await _brought_to(index, wanted)
    if wanted.action in SHARING:
        return await share(wanted.action, wanted.sharing, as_json=wanted.as_json)
    if wanted.as_json:
        print(json.dumps(status_as_json(status), indent=2))
    else:
        for line in lines_about(status):
            print(visible(line))
    for problem in status.problems:
        complain(problem)
    is_behind = status.progress.phase is IndexPhase.PAUSED and wanted.action in {"", "rebuild"}
    return ExitStatus.INDEX_UNAVAILABLE if is_behind else ExitStatus.DONE


async def _brought_to(index: IndexClient, wanted: _Wanted) -> IndexStatus:
    """Do what is wanted; return how the index stands then."""
    if wanted.action == "pause":
        await index.pause()
    elif wanted.action == "resume":
        await index.resume()
    status = await _status_once_open(index)
    if wanted.action in {"status", "pause"} or status.progress.phase is IndexPhase.PAUSED:
        return status
    if wanted.waits:
        async with progress_shown(index, lines=not wanted.as_json):
            await index.refresh()
    return await index.status()


async def _status_once_open(index: IndexClient) -> IndexStatus:
    """Return how the index stands; one that nobody had open is waited for a little."""
    until = time.monotonic() + _OPENING_SECONDS
    while True:
        status = await index.status()
        if status.progress.phase is not IndexPhase.OPENING or time.monotonic() > until:
            return status
        await asyncio.sleep(_LOOK_SECONDS)


def status_as_json(status: IndexStatus) -> dict[str, object]:
    """Return the status in the documented `--json` shape."""
    return {
        "schema": 1,
        "root": status.root,
        "phase": str(status.progress.phase),
        "files_done": status.progress.files_done,
        "files_total": status.progress.files_total,
        "files": status.files,
        "entities": status.entities,
        "chunks": status.chunks,
        "vectors": status.vectors,
        "vector_store": status.vector_store,
        "embedder": status.embedder,
        "bytes_on_disk": status.bytes_on_disk,
        "updated": status.updated,
        "languages": dict(status.languages),
        "problems": list(status.problems),
    }


def lines_about(status: IndexStatus) -> list[str]:
    """Return what people want to know of an index, a line each."""
    progress = status.progress
    if not status.embedder:
        # Nothing can be said of an index before it is open.
        return [f"{status.root}: {described(progress)}"]
    if progress.phase is IndexPhase.READY and not status.files:
        known = ", ".join(LANGUAGE_NAMES)
        return [f"{status.root} holds nothing to index: no file in {known}."]
    counts = f"{status.files:,} files, {status.entities:,} named things, {status.chunks:,} chunks"
    lines = [f"{status.root}: {counts}"]
    if status.languages:
        lines.append("  " + ", ".join(f"{name} {count:,}" for name, count in status.languages))
    model = f"{status.embedder}, {status.vectors:,} vectors in {status.vector_store}"
    lines.append(f"  {model}, {size_in_words(status.bytes_on_disk)} on disk")
    if status.updated is not None:
        # The clock may have been set back meanwhile.
        lines.append(f"  changed {duration(max(0.0, time.time() - status.updated))} ago")
    if progress.phase is not IndexPhase.READY:
        lines.append(f"  {described(progress)}")
    return lines
