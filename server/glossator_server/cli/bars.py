"""Own the drawing of progress bars with rich, imported only where there is a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich import progress as rich_progress
from rich.console import Console

from glossator_server.cli.printing import visible
from glossator_server.cli.progress import Progress, Steps


@contextmanager
def drawn_progress() -> Iterator[Progress]:
    """Draw one bar a file on standard error until the block ends."""
    bars = rich_progress.Progress(
        rich_progress.TextColumn("{task.description}", markup=False),
        rich_progress.BarColumn(bar_width=24),
        rich_progress.MofNCompleteColumn(),
        rich_progress.TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bars:
        yield _DrawnProgress(bars)


class _DrawnProgress(Progress):
    def __init__(self, bars: rich_progress.Progress) -> None:
        self._bars = bars

    @contextmanager
    def file(self, path: str, total: int) -> Iterator[Steps]:
        """Draw the bar of one file while the block runs."""
        task = self._bars.add_task(visible(path), total=total)
        try:
            yield _DrawnSteps(self._bars, task)
        finally:
            self._bars.remove_task(task)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Take the bar away while the block prints: both may be on the same terminal."""
        self._bars.stop()
        try:
            yield
        finally:
            self._bars.start()


class _DrawnSteps:
    def __init__(self, bars: rich_progress.Progress, task: rich_progress.TaskID) -> None:
        self._bars = bars
        self._task = task
        self._name = ""

    def begin(self, name: str) -> None:
        """Show the symbol."""
        self._name = name
        self._bars.update(self._task, description=name)

    def report(self, what: str) -> None:
        """Show what happens to it."""
        self._bars.update(self._task, description=f"{self._name}: {what}")

    def end(self) -> None:
        """Move the bar by one."""
        self._bars.advance(self._task)
