"""Own the drawing of progress bars with rich, imported only where there is a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich import progress as rich_progress
from rich.console import Console

from glossator_server.cli.pace import Pace
from glossator_server.cli.printing import visible
from glossator_server.cli.progress import Progress


@contextmanager
def drawn_progress(pace: Pace) -> Iterator[Progress]:
    """Draw one bar for the whole run on standard error until the block ends."""
    bars = rich_progress.Progress(
        rich_progress.BarColumn(bar_width=24),
        rich_progress.TextColumn("{task.description}", markup=False),
        console=Console(stderr=True),
        transient=True,
    )
    with bars:
        yield _DrawnProgress(pace, bars)


class _DrawnProgress(Progress):
    def __init__(self, pace: Pace, bars: rich_progress.Progress) -> None:
        super().__init__(pace)
        self._bars = bars
        self._task = bars.add_task("", total=None)
        self._doing = ""
        self.show()

    def say(self, name: str, what: str) -> None:
        """Show what happens to a symbol."""
        self._doing = f"; {name}: {what}" if what else f"; {name}"
        self.show()

    def show(self) -> None:
        """Move the bar and its words."""
        words = visible(self.pace.in_words() + self._doing)
        self._bars.update(
            self._task,
            description=words,
            completed=self.pace.symbols_done,
            total=self.pace.symbols or None,
        )

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Take the bar away while the block prints: both may be on the same terminal."""
        self._bars.stop()
        try:
            yield
        finally:
            self._bars.start()
