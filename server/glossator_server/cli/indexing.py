"""Own how the progress of an index is shown: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from glossator_indexer.owner_client import IndexClient
from glossator_indexer.records import IndexPhase, IndexProgress
from glossator_server.cli.printing import visible

# A log is read later: a line a second would bury what matters.
SECONDS_BETWEEN_LINES = 2.0


class ProgressView(Protocol):
    """Shows how far an index has come."""

    def show(self, progress: IndexProgress) -> None:
        """Show the latest."""
        ...

    def end(self) -> None:
        """Leave the terminal as it was."""
        ...


@asynccontextmanager
async def progress_shown(index: IndexClient, *, lines: bool) -> AsyncIterator[None]:
    """Show on standard error how the index comes along while the block runs.

    Where that is no terminal, lines are written if `lines` says so, and else nothing.
    """
    if sys.stderr is not None and sys.stderr.isatty():
        from glossator_server.cli.index_bar import IndexBar

        view: ProgressView = IndexBar()
    elif lines:
        view = _Lines()
    else:
        yield
        return
    showing = asyncio.create_task(_show(index, view), name="progress")
    try:
        yield
    finally:
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)
        view.end()


async def _show(index: IndexClient, view: ProgressView) -> None:
    async for progress in index.watch():
        view.show(progress)


class _Lines:
    def __init__(self) -> None:
        self._next = time.monotonic() + SECONDS_BETWEEN_LINES

    def show(self, progress: IndexProgress) -> None:
        """Print a line, if the last one is old enough."""
        if progress.phase is IndexPhase.READY or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + SECONDS_BETWEEN_LINES
        print(visible(described(progress)), file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the lines."""


def described(progress: IndexProgress) -> str:
    """Return one line about progress."""
    words = [str(progress.phase)]
    if progress.files_total:
        words.append(f"{progress.files_done:,} of {progress.files_total:,} files")
    if progress.files_per_second >= 1:
        words.append(f"{progress.files_per_second:,.0f} a second")
    if progress.seconds_left is not None:
        words.append(f"{duration(progress.seconds_left)} left")
    return ", ".join(words)


def duration(seconds: float) -> str:
    """Return a length of time in its largest sensible unit."""
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}s"
    return f"{seconds:.0f} s"


def size_in_words(count: float) -> str:
    """Return a number of bytes in its largest sensible unit."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count:.0f} bytes"
