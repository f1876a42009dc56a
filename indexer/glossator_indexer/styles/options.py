"""Own the choices that a comment is laid out by.

Where they come from (settings, the repository's habits) is not decided here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How wide a comment may be, and how much prose it may hold.

    `max_lines` limits the lines of prose: what the summary needs beyond its first line, and the
    details. Lines that the style demands (opening, names, `Return:`, closing) do not count.
    """

    width: int = 80
    max_lines: int | None = None
