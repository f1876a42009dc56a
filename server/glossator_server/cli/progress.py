"""Own the progress bar on standard error; where that is no terminal, nothing is drawn."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Steps(Protocol):
    """The progress of one file."""

    def begin(self, name: str) -> None:
        """Say which symbol is next."""
        ...

    def report(self, what: str) -> None:
        """Say what happens to it."""
        ...

    def end(self) -> None:
        """Count it as done."""
        ...


class Progress:
    """Progress that nobody looks at."""

    @contextmanager
    def file(self, path: str, total: int) -> Iterator[Steps]:  # noqa: ARG002 -- drawn by subclasses
        """Follow the work on one file."""
        yield _SilentSteps()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave the terminal to what the block prints."""
        yield


@contextmanager
def progress_on_terminal() -> Iterator[Progress]:
    """Draw bars while the block runs, if standard error is a terminal."""
    if not sys.stderr.isatty():
        yield Progress()
        return
    from glossator_server.cli.bars import drawn_progress

    with drawn_progress() as progress:
        yield progress


class _SilentSteps:
    def begin(self, name: str) -> None:
        """Draw nothing."""

    def report(self, what: str) -> None:
        """Draw nothing."""

    def end(self) -> None:
        """Draw nothing."""
