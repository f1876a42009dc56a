"""Own the console on which results are printed for people.

It is imported only by who prints, because rich takes longer to import than some commands to run.
"""

from __future__ import annotations

from rich.console import Console
from rich.segment import Segment, Segments

from glossator_server.cli.printing import visible


class PipeConsole(Console):
    """A console whose reader may leave early, as `head` does, without that being a failure."""

    def on_broken_pipe(self) -> None:
        """Leave the error to the command line; rich would end the process with status 1."""
        raise  # noqa: PLE0704 -- called by rich while it handles the BrokenPipeError

    def print_code(self, line: str, style: str) -> None:
        """Print a line of code as it is; on a terminal, with what that would obey spelled out.

        Rich's own texts turn tabs into spaces and drop carriage returns: no patch would apply.
        """
        if self.is_terminal:
            line = visible(line.removesuffix("\r"))
        self.print(Segments([Segment(f"{line}\n", self.get_style(style))]), end="")
