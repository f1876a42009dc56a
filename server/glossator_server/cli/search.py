"""Own `glossator search`: find code by words or names, once or a query a line.

A repository without an index gets one: the answer comes as soon as there is a useful one, and the
rest is indexed in the background.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from glossator_indexer.errors import IndexUnavailableError, QueryError
from glossator_indexer.owner_client import IndexClient
from glossator_indexer.records import (
    EntityKind,
    Hit,
    IndexPhase,
    IndexStatus,
    SearchFilters,
    SearchMode,
    SearchQuery,
)
from glossator_server.cli.hits import HitPrinter, hits_on_one_line
from glossator_server.cli.index import LANGUAGE_NAMES
from glossator_server.cli.indexing import described, progress_shown
from glossator_server.cli.moments import moment
from glossator_server.cli.printing import complain
from glossator_server.cli.status import ExitStatus
from glossator_server.cli.workspaces import client_of, workspace_root
from glossator_server.errors import UsageError

MOST_HITS = 1_000
# A sentence is a good question, a file is none.
MOST_QUERY_CHARACTERS = 10_000
# How long a first index is waited for before it is asked with what it has; a small project is whole
# by then. Later, what changed since the last time is there at once or searched without.
_FIRST_SECONDS = 2.5
_LATER_SECONDS = 0.3
_SECONDS_BETWEEN_TRIES = 0.5
# How long who finds nothing waits for an index that was whole to be compared with the files again;
# with hundreds of thousands of them that takes seconds, and seldom brings what was looked for.
_COMPARED_SECONDS = 1.0


def add_to(commands: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the subcommand to the parser."""
    parser = commands.add_parser("search", help="find code by words or names")
    parser.add_argument(
        "query", metavar="QUERY", help="words or a name; - reads one query a line, answers in JSON"
    )
    parser.add_argument("-k", "--limit", type=int, default=10, metavar="N", help="how many hits")
    parser.add_argument(
        "--workspace",
        type=Path,
        metavar="W",
        help="only below this folder; default: all",
    )
    parser.add_argument(
        "--path", action="append", default=[], metavar="GLOB", help="as in .gitignore; repeatable"
    )
    parser.add_argument("--language", action="append", default=[], metavar="L", help="repeatable")
    parser.add_argument("--kind", action="append", default=[], metavar="K", help="repeatable")
    parser.add_argument("--symbol", metavar="S", help="only what bears this name")
    parser.add_argument(
        "--changed-since", metavar="T", help="a date or time (2026-01-31), or how long ago (3d, 2h)"
    )
    parser.add_argument(
        "--quality", action="store_true", help="look at the best hits again with a transformer"
    )
    parser.add_argument("--explain", action="store_true", help="say what each score is made of")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the hits."""
    query = _query(options)
    root = workspace_root(options.workspace or Path())
    if options.workspace is not None:
        folder = os.path.relpath(options.workspace.resolve(), root)
        folder = "" if folder == os.curdir else folder
        query = replace(query, filters=replace(query.filters, folder=folder))
    if query.text == "-":
        return _answer_lines(root, query)
    _check_text(query.text)
    hits = asyncio.run(_answer(root, query))
    if options.json:
        print(hits_on_one_line(hits, query.filters.folder))
    else:
        HitPrinter(root, explains=options.explain).show(hits)
    return ExitStatus.DONE


def _query(options: argparse.Namespace) -> SearchQuery:
    """Return the query; raises `UsageError` for what cannot be meant, saying what can."""
    if not 1 <= options.limit <= MOST_HITS:
        raise UsageError(f"-k takes a number from 1 to {MOST_HITS}.")
    _check_known("language", options.language, LANGUAGE_NAMES)
    _check_known("kind", options.kind, tuple(EntityKind))
    if not all(it.strip("!/ ") for it in options.path):
        raise UsageError("--path takes a pattern as in .gitignore, for example fs/ext4/ or *.h.")
    since = None if options.changed_since is None else moment(options.changed_since)
    filters = SearchFilters(
        paths=tuple(options.path),
        languages=tuple(options.language),
        kinds=tuple(EntityKind(it) for it in options.kind),
        symbol=options.symbol or None,
        changed_since=since,
    )
    mode = SearchMode.QUALITY if options.quality else SearchMode.FAST
    return SearchQuery(options.query.strip(), options.limit, mode, filters)


def _check_known(what: str, words: list[str], known: tuple[str, ...]) -> None:
    for word in words:
        if word not in known:
            raise UsageError(f"No {what} is called {word!r}; there are {', '.join(known)}.")


def _check_text(text: str) -> None:
    if not text:
        raise UsageError("The query is empty; say what to look for.")
    if len(text) > MOST_QUERY_CHARACTERS:
        raise UsageError(f"The query has more than {MOST_QUERY_CHARACTERS} characters; shorten it.")


async def _answer(root: Path, query: SearchQuery) -> list[Hit]:
    """Return the hits, from a first useful index where there is none yet."""
    async with client_of(root) as index:
        await made_useful(index)
        hits = await index.search(query)
        if not hits and is_growing(await index.status()):
            # That there is nothing can only be said of the whole.
            async with progress_shown(index, lines=True):
                hits = await _first_hits(index, query)
        _say_what_is_missing(await index.status(), hits)
    if (sentence := _why_not_read_again(hits)) is not None:
        complain(sentence)
    return hits


async def _first_hits(index: IndexClient, query: SearchQuery) -> list[Hit]:
    """Return hits as soon as there are any, none once all is indexed, or was the last time."""
    until = time.monotonic() + _COMPARED_SECONDS
    while True:
        status = await index.status()
        hits = await index.search(query)
        if hits or not is_growing(status):
            return hits
        if _is_compared(status) and time.monotonic() > until:
            return hits
        await asyncio.sleep(_SECONDS_BETWEEN_TRIES)


async def made_useful(index: IndexClient) -> None:
    """Wait a little for an index that is being made, less for one that is only looked over."""
    status = await index.status()
    if status.progress.phase is IndexPhase.PAUSED:
        return
    try:
        if status.files:
            async with asyncio.timeout(_LATER_SECONDS):
                await index.refresh()
        else:
            async with asyncio.timeout(_FIRST_SECONDS), progress_shown(index, lines=False):
                await index.refresh()
    except (TimeoutError, IndexUnavailableError):
        # What is in answers all the same, and the status says why there is no more.
        return


def is_growing(status: IndexStatus) -> bool:
    """Tell whether an index is still being made, or looked over."""
    return status.progress.phase not in {IndexPhase.READY, IndexPhase.PAUSED}


def _is_compared(status: IndexStatus) -> bool:
    """Tell whether an index that has files already is looked over for what changed."""
    return bool(status.files) and status.progress.phase is IndexPhase.WALKING


def _say_what_is_missing(status: IndexStatus, hits: Sequence[Hit]) -> None:
    progress = status.progress
    if progress.phase is IndexPhase.PAUSED:
        complain("Indexing is paused, so what changed since is not found; resume it any time.")
    elif progress.phase is IndexPhase.READY and not status.files:
        complain(f"{status.root} holds nothing to search: no file in {', '.join(LANGUAGE_NAMES)}.")
    elif progress.files_total > progress.files_done and is_growing(status):
        complain(f"Indexing goes on ({described(progress)}); ask again for more.")
    elif not hits and _is_compared(status):
        complain("The index is still being compared with the files; ask again for what changed.")
    for sentence in status.urgent:
        complain(sentence)


def _why_not_read_again(hits: Sequence[Hit]) -> str | None:
    """Return why no hit was looked at by a transformer, None where none was wanted or one did."""
    signals = [dict(it.signals) for it in hits]
    if any("transformer score" in it for it in signals):
        return None
    sentences = (it["transformer"] for it in signals if "transformer" in it)
    return next(map(str, sentences), None)


def _answer_lines(root: Path, query: SearchQuery) -> int:
    """Answer each line of standard input with one line, as soon as it is read.

    The loop runs only while a question is asked: a blocked read leaves Ctrl-C to the terminal.
    """
    told: set[str] = set()
    with asyncio.Runner() as runner:
        index = client_of(root)
        try:
            runner.run(_opened(index))
            for text in lines_of_input():
                hits = runner.run(_hits_for(index, query, text))
                print(hits_on_one_line(hits, query.filters.folder), flush=True)
                if (sentence := _why_not_read_again(hits)) is not None and sentence not in told:
                    told.add(sentence)
                    complain(sentence)
        finally:
            runner.run(index.close())
    return ExitStatus.DONE


async def _opened(index: IndexClient) -> None:
    await index.open()
    await made_useful(index)


async def _hits_for(index: IndexClient, query: SearchQuery, text: str) -> list[Hit]:
    """Return the hits for one line; a query that nobody can answer has none and is told."""
    try:
        _check_text(text)
        return await index.search(replace(query, text=text))
    except (UsageError, QueryError) as trouble:
        complain(str(trouble))
        return []


def lines_of_input() -> Iterator[str]:
    """Yield the lines of standard input as they come; raises `UsageError` where there is none."""
    if sys.stdin is None:
        raise UsageError("There is no input to read queries from; pass one as QUERY.")
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace").strip()
