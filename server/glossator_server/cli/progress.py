"""Own how a run over symbols is followed on standard error: a bar on a terminal, else lines."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from glossator_server.cli.pace import Pace
from glossator_server.cli.printing import visible

# A log of hours stays short, and a run of seconds says nothing.
LINE_SECONDS = 15.0


class Progress:
    """Progress that nobody looks at."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace

    def say(self, name: str, what: str) -> None:
        """Say what happens to a symbol."""

    def show(self) -> None:
        """Show the pace, which has changed."""

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave the terminal to what the block prints."""
        yield


@asynccontextmanager
async def shown_progress(pace: Pace) -> AsyncIterator[Progress]:
    """Show the pace while the block runs, in the way that suits standard error."""
    if sys.stderr is None:
        yield Progress(pace)
    elif sys.stderr.isatty():
        from glossator_server.cli.bars import drawn_progress

        with drawn_progress(pace) as progress:
            yield progress
    else:
        lines = asyncio.create_task(_print_lines(pace), name="progress")
        try:
            yield Progress(pace)
        finally:
            lines.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await lines


@asynccontextmanager
async def silent_progress(pace: Pace) -> AsyncIterator[Progress]:
    """Show nothing."""
    yield Progress(pace)


async def _print_lines(pace: Pace) -> None:
    while True:
        await asyncio.sleep(LINE_SECONDS)
        print(visible(pace.in_words()), file=sys.stderr, flush=True)
