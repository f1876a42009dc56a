"""Own how a run over things that are counted beforehand is followed on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from glossator_server.cli.pace import duration
from glossator_server.cli.printing import visible
from glossator_server.cli.progress import LINE_SECONDS

# A bar that moves more often costs more than it tells.
_DRAW_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Counted:
    """How far a run is; `told` is what else there is to say."""

    done: int
    total: int
    told: str = ""


class CountedProgress(Protocol):
    """Shows how far a run is."""

    def show(self, counted: Counted) -> None:
        """Show the latest."""
        ...


@contextmanager
def counted_progress(things: str, *, quiet: bool = False) -> Iterator[CountedProgress]:
    """Show progress while the block runs: a bar on a terminal, else a line now and then."""
    if quiet or sys.stderr is None:
        yield _Silent()
    elif sys.stderr.isatty():
        with _drawn(things) as bar:
            yield bar
    else:
        yield _Lines(things)


def in_words(counted: Counted, things: str, seconds: float) -> str:
    """Return for example `1,200 of 8,462 files, 3 min left, 4,100 records`."""
    parts = [f"{counted.done:,} of {counted.total:,} {things}"]
    if counted.done and seconds > 1:
        parts.append(f"{duration(seconds / counted.done * (counted.total - counted.done))} left")
    return ", ".join(filter(None, (*parts, counted.told)))


class _Silent:
    def show(self, counted: Counted) -> None:
        """Show nothing."""


class _Lines:
    def __init__(self, things: str) -> None:
        self._things = things
        self._began = time.monotonic()
        self._next = self._began + LINE_SECONDS

    def show(self, counted: Counted) -> None:
        """Print a line, if the last one is old enough."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + LINE_SECONDS
            line = in_words(counted, self._things, now - self._began)
            print(visible(line), file=sys.stderr, flush=True)


@contextmanager
def _drawn(things: str) -> Iterator[CountedProgress]:
    from rich import progress as rich_progress
    from rich.console import Console

    bars = rich_progress.Progress(
        rich_progress.BarColumn(bar_width=24),
        rich_progress.TextColumn("{task.description}", markup=False),
        console=Console(stderr=True),
        transient=True,
    )
    task = bars.add_task("", total=None)
    began = time.monotonic()
    drawn = 0.0

    class Bar:
        def show(self, counted: Counted) -> None:
            """Move the bar."""
            nonlocal drawn
            now = time.monotonic()
            if now - drawn < _DRAW_SECONDS:
                return
            drawn = now
            words = visible(in_words(counted, things, now - began))
            bars.update(task, description=words, completed=counted.done, total=counted.total or None)

    with bars:
        yield Bar()
