"""Own the drawing of a fetch with rich, imported only where there is a terminal."""

from __future__ import annotations

from rich import progress as rich_progress
from rich.console import Console

from glossator_server.cli.printing import visible


class FetchBar:
    """One bar on standard error, with bytes, rate and time left."""

    def __init__(self) -> None:
        self._bars = rich_progress.Progress(
            rich_progress.TextColumn("{task.description}", markup=False),
            rich_progress.BarColumn(bar_width=24),
            rich_progress.DownloadColumn(),
            rich_progress.TransferSpeedColumn(),
            rich_progress.TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bars.add_task("", total=None)
        self._is_counting = False
        self._bars.start()

    def show(self, words: str, done: int, total: int) -> None:
        """Move the bar; what is there from an earlier fetch does not count for the rate."""
        if total and not self._is_counting:
            self._bars.reset(self._task, completed=done)
        self._is_counting = total > 0
        self._bars.update(
            self._task, description=visible(words), completed=done, total=total or None
        )

    def end(self) -> None:
        """Take the bar away."""
        self._bars.stop()
