"""Own the choices that a comment is laid out by.

Where they come from (settings, the repository's habits) is not decided here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Habits:
    """How the comments around write what a style leaves open; "" and None where nobody has a habit.

    `opening` is how a comment begins (`/**`, `/*!`, `///`, `//!`, a docstring's quotes), `command`
    what stands before a command (`@` or a backslash). `summary_below`: the summary stands on the
    line below the opening. `brief`: a summary has a tag of its own. `full_stop`: a summary ends
    with one. `third_person`: "Returns", not "Return". `types`: descriptions give types.
    """

    opening: str = ""
    command: str = ""
    summary_below: bool | None = None
    brief: bool | None = None
    full_stop: bool | None = None
    third_person: bool | None = None
    types: bool | None = None


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How wide a comment may be, how much prose it may hold, and the habits of its surroundings.

    `max_lines` limits the lines of prose: what the summary needs beyond its first line, and the
    details. Lines that the style demands (opening, names, `Return:`, closing) do not count.
    """

    width: int = 80
    max_lines: int | None = None
    habits: Habits = Habits()
