"""Own what a measurement looks like on a terminal: its progress, and its table.

It reads the published shape of a result and nothing else.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glossator_server.cli.pace import duration
from glossator_server.cli.printing import visible
from glossator_server.cli.progress import LINE_SECONDS

if TYPE_CHECKING:
    from glossator_server.evals.running import Step


@contextmanager
def shown_steps(*, silent: bool) -> Iterator[Callable[[Step], None]]:
    """Show how far a run is while the block runs: a bar on a terminal, else a line now and then."""
    if silent or sys.stderr is None:
        yield lambda _: None
    elif sys.stderr.isatty():
        from glossator_server.cli.eval_bar import EvalBar

        bar = EvalBar()
        try:
            yield bar.show
        finally:
            bar.end()
    else:
        yield _Lines().show


class StepPace:
    """How far a run is and how long the rest takes, in words."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._begin: tuple[float, int] | None = None

    def in_words(self, step: Step) -> str:
        """Return for example `12/100, 3 min left`, nothing where no total is known."""
        if not step.total:
            return ""
        if self._begin is None:
            # What an earlier run did says nothing of the pace.
            self._begin = self._now(), step.done
        since, before = self._begin
        words = f"{step.done}/{step.total}"
        if step.done > before:
            each = (self._now() - since) / (step.done - before)
            words += f", {duration(each * (step.total - step.done))} left"
        return words


class _Lines:
    def __init__(self) -> None:
        self._pace = StepPace()
        self._shown = time.monotonic()

    def show(self, step: Step) -> None:
        """Print a line where the last one is some time ago."""
        words = self._pace.in_words(step)
        if words and time.monotonic() - self._shown >= LINE_SECONDS:
            self._shown = time.monotonic()
            print(visible(words), file=sys.stderr, flush=True)


def print_result(report: Mapping[str, Any], folder: Path) -> None:
    """Print the table of a result, and what follows from it in words."""
    from glossator_server.cli.eval_table import print_table

    print_table(report, folder)
