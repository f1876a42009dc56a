"""Own the drawing of an index's progress with rich, imported only where there is a terminal."""

from __future__ import annotations

from rich import progress as rich_progress
from rich.console import Console

from glossator_indexer.records import IndexProgress


class IndexBar:
    """One bar on standard error, with files, rate and time left."""

    def __init__(self) -> None:
        self._bars = rich_progress.Progress(
            rich_progress.TextColumn("{task.description}", markup=False),
            rich_progress.BarColumn(bar_width=30),
            rich_progress.TextColumn("{task.fields[told]}", markup=False),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bars.add_task("opening", total=None, told="")
        self._bars.start()

    def show(self, progress: IndexProgress) -> None:
        """Move the bar."""
        from glossator_server.cli.indexing import described

        phase, _, told = described(progress).partition(", ")
        total = progress.files_total or None
        self._bars.update(
            self._task, description=phase, completed=progress.files_done, total=total, told=told
        )

    def end(self) -> None:
        """Take the bar away."""
        self._bars.stop()
