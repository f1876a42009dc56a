"""Own strings that go on in the next literal: `"abc" "def"`, `"abc" + "def"`, over line ends too.

It must not know what is looked for in them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# A literal's end and the beginning of the next one.
_JOIN = re.compile(
    r"[\"'`][ \t]{0,40}(?:\+|\.\.?|&|~|\|\|)?[ \t]{0,40}\\?\r?\n?[ \t]{0,80}(?:\+|\.)?[ \t]{0,40}"
    r"[fbruLR@]{0,2}[\"'`]"
)
_MOST_PARTS = 32
_MOST_CHARACTERS = 4_000

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class JoinedText:
    """A text as it reads when its literals are put together; `parts` are where they stand."""

    text: str
    parts: Spans

    def places(self, start: int, end: int) -> Spans:
        """Return where characters of it stand in the file."""
        places: list[tuple[int, int]] = []
        at = 0
        for first, last in self.parts:
            size = last - first
            low, high = max(start - at, 0), min(end - at, size)
            if low < high:
                places.append((first + low, first + high))
            at += size
        return tuple(places)


def goes_on(text: str, end: int) -> bool:
    """Return whether a literal that ends here goes on in another one."""
    return _JOIN.match(text, end) is not None


def joined(text: str, start: int, end: int) -> JoinedText:
    """Return what stands from `start` to the end of a literal, and in those that continue it."""
    parts = [(start, end)]
    size = end - start
    while (join := _JOIN.match(text, end)) is not None and len(parts) < _MOST_PARTS:
        begin = join.end()
        end = _LITERAL.match(text, begin, begin + _MOST_CHARACTERS).end()  # type: ignore[union-attr]
        parts.append((begin, end))
        size += end - begin
        if size > _MOST_CHARACTERS:
            break
    return JoinedText("".join(text[first:last] for first, last in parts), tuple(parts))


# Up to what ends a literal, or a line; it matches everywhere.
_LITERAL = re.compile(r"[^\"'`\\\r\n]*+")
