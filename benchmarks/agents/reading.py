"""Own how a script reads what the tools tell: places, numbered lines, whether a check was clean.

It knows the words of the tools and must not know anything else of the product.
"""

from __future__ import annotations

import re
from collections.abc import Generator

from benchmarks.agents.conversation import Act, Say

_PLACE = re.compile(
    r"^(?P<path>[^\s:][^:\n]*):(?P<line>\d+)(?::| \w+) ?(?P<text>.*)$", re.MULTILINE
)
_NUMBERED = re.compile(r"^(?P<line>\d+)\t(?P<text>.*)$", re.MULTILINE)
_RANGE = re.compile(r"lines \d+ to \d+(?:, of (?P<all>\d+))?")

# What a script does in several turns and returns something from.
Steps = Generator[Say, str, "str"]


def places_in(told: str) -> list[tuple[str, int, str]]:
    """Return the places that a search told: path, line, text."""
    return [(it["path"], int(it["line"]), it["text"]) for it in _PLACE.finditer(told)]


def paths_in(told: str) -> list[str]:
    """Return the paths of the places that a search told, each once, in order."""
    return list(dict.fromkeys(path for path, _, _ in places_in(told)))


def listed_in(told: str) -> list[str]:
    """Return the paths that a list of files told."""
    return [
        it for it in told.split("\n") if it and not it.startswith(("---", "[")) and " " not in it
    ]


def whole_text(path: str) -> Steps:
    """Read a file to its end, piece by piece."""
    lines: list[str] = []
    while True:
        told = yield Act("read_file", {"path": path, "start_line": len(lines) + 1})
        found = [it["text"] for it in _NUMBERED.finditer(told)]
        match = _RANGE.search(told)
        lines += found
        if not found or match is None or match["all"] is None or len(lines) >= int(match["all"]):
            return "\n".join(lines) + "\n"


def is_clean(told: str) -> bool:
    """Tell whether nothing is worse, and no test fails that failed before."""
    return "Nothing is worse" in told and "failing test" not in told


def block_between(before: str, after: str) -> tuple[str, str] | None:
    """Return the lines to be replaced, and theirs, so that they stand once; None where equal."""
    old, new = before.split("\n"), after.split("\n")
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    if head == len(old) == len(new):
        return None
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    while not _is_one_place(old, head, len(old) - tail):
        if head == 0 and tail == 0:
            break
        head, tail = max(0, head - 1), max(0, tail - 1)
    return "\n".join(old[head : len(old) - tail]), "\n".join(new[head : len(new) - tail])


def _is_one_place(lines: list[str], start: int, end: int) -> bool:
    wanted = lines[start:end]
    # Empty lines at the ends are taken for the frame of the block.
    if not wanted or not wanted[0].strip() or not wanted[-1].strip():
        return False
    size = len(wanted)
    return sum(lines[at : at + size] == wanted for at in range(len(lines) - size + 1)) == 1
