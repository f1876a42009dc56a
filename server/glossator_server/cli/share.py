"""Own `glossator index --push` and `--prune`: what they print, and how they are broken off.

It must not talk to a server itself.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from typing import TYPE_CHECKING

from glossator_server.cli.status import ExitStatus
from glossator_server.sharing import Sharing, prune_index, push_index

if TYPE_CHECKING:
    from glossator_indexer.team import PushProgress, PushReport

SHARING = frozenset({"push", "prune"})


async def share(action: str, sharing: Sharing, *, as_json: bool) -> int:
    """Push or prune and say what was done; an interrupt ends a push after its batch."""
    if action == "prune":
        gone = await asyncio.to_thread(prune_index, sharing)
        print(json.dumps({"schema": 1, "gone": gone}) if as_json else f"{gone:,} chunks are gone")
        return ExitStatus.DONE
    ended = threading.Event()
    shows = not as_json and sys.stderr.isatty()
    pushing = asyncio.to_thread(push_index, sharing, _shown if shows else _silent, ended.is_set)
    try:
        report = await asyncio.shield(asyncio.ensure_future(pushing))
    finally:
        ended.set()
    print(json.dumps(_as_json(report)) if as_json else _in_words(report))
    return ExitStatus.DONE


def _shown(progress: PushProgress) -> None:
    counts = f"{progress.sent:,} chunks sent, {progress.present:,} there already"
    print(f"\r{progress.files:,} files, {counts}", end="", file=sys.stderr, flush=True)


def _silent(_: PushProgress) -> None:
    pass


def _as_json(report: PushReport) -> dict[str, object]:
    return {
        "schema": 1,
        "sent": report.sent,
        "present": report.present,
        "moved": report.moved,
        "without_vectors": report.without_vectors,
        "seconds": round(report.seconds, 3),
    }


def _in_words(report: PushReport) -> str:
    words = f"{report.sent:,} chunks sent, {report.present:,} there already"
    if report.moved:
        words += f", {report.moved:,} at new places"
    if report.without_vectors:
        words += f"; {report.without_vectors:,} have no vectors yet: push again later"
    return words
