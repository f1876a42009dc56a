"""Own what another assistant is shown of a file: lines as they are, without secrets, cut and told.

It must not decide whether it may be shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from glossator_gate.redaction import redact
from glossator_server.agent.data import shown
from glossator_server.files import read_source

MOST_LINE_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines of a file from `start` to `end`; `left` counts those that were asked for besides."""

    start: int
    end: int
    text: str
    left: int = 0

    @property
    def numbered(self) -> str:
        """Return the lines with their numbers, and what is left out."""
        numbers = range(self.start, self.end + 1)
        lines = [f"{at}\t{it}" for at, it in zip(numbers, self.text.split("\n"), strict=False)]
        if self.left:
            lines.append(f"[{self.left} more lines are left out]")
        return "\n".join(lines)


def lines_of_file(path: Path) -> list[str]:
    """Return the lines of a source file, with nothing hidden in them and without its secrets.

    Raises `UsageError` where it is none.
    """
    # Of the whole: what is secret may span lines. Shown first, so that nothing hides in a secret.
    text = redact(shown(read_source(path))).text
    return [_cut(it) for it in text.removesuffix("\n").split("\n")]


def excerpt(lines: list[str], wanted: range, most: int) -> Excerpt | None:
    """Return at most so many of some lines (from 1), None where the file has none of them."""
    start, end = max(wanted.start, 1), min(wanted.stop - 1, len(lines))
    if start > end:
        return None
    last = min(end, start + most - 1)
    return Excerpt(start, last, "\n".join(lines[start - 1 : last]), end - last)


def _cut(line: str) -> str:
    left = len(line) - MOST_LINE_CHARACTERS
    if left <= 0:
        return line
    return f"{line[:MOST_LINE_CHARACTERS]}[{left} more characters are left out]"
