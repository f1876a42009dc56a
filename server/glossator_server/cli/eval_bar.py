"""Own the drawing of a measurement's progress with rich, imported only where it is drawn."""

from __future__ import annotations

from rich import progress as rich_progress
from rich.console import Console

from glossator_server.cli.eval_output import StepPace
from glossator_server.cli.printing import visible
from glossator_server.evals.running import Step


class EvalBar:
    """One bar on standard error, with the case under way and the time left."""

    def __init__(self) -> None:
        self._pace = StepPace()
        self._bars = rich_progress.Progress(
            rich_progress.BarColumn(bar_width=24),
            rich_progress.TextColumn("{task.description}", markup=False),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bars.add_task("", total=None)
        self._bars.start()

    def show(self, step: Step) -> None:
        """Move the bar."""
        words = "; ".join(it for it in (self._pace.in_words(step), step.doing) if it)
        self._bars.update(
            self._task, description=visible(words), completed=step.done, total=step.total or None
        )

    def end(self) -> None:
        """Take the bar away."""
        self._bars.stop()
