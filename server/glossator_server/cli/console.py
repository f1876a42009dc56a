"""Own the console on which results are printed for people.

It is imported only by who prints, because rich takes longer to import than some commands to run.
"""

from __future__ import annotations

from rich.console import Console


class PipeConsole(Console):
    """A console whose reader may leave early, as `head` does, without that being a failure."""

    def on_broken_pipe(self) -> None:
        """Leave the error to the command line; rich would end the process with status 1."""
        raise  # noqa: PLE0704 -- called by rich while it handles the BrokenPipeError
