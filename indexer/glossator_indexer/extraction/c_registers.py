"""Own how headers that a tool wrote out of a hardware description are told and read.

A third of the kernel's text are millions of register names in a few hundred such files. They are
found by their words; as named things of the program they would only stand in everybody's way.
"""

from __future__ import annotations

from glossator_indexer.extraction.outline import Outline
from glossator_indexer.records import Trust

_LEAST_CHARACTERS = 256 << 10
_LEAST_SHARE = 0.8
_SAMPLE = 256 << 10


def is_register_dump(text: str) -> bool:
    """Say whether a text is large and nearly all `#define` lines."""
    if len(text) < _LEAST_CHARACTERS:
        return False
    # The middle is as the rest; only a text that looks like one is counted as a whole.
    middle = len(text) // 2 - _SAMPLE // 2
    if text.count("\n#define ", middle, middle + _SAMPLE) < _LEAST_SHARE / 2 * text.count(
        "\n", middle, middle + _SAMPLE
    ):
        return False
    lines = text.count("\n") - text.count("\n\n")
    return text.count("\n#define ") > _LEAST_SHARE * lines


def outline_of(text: str) -> Outline:
    """Return that a text was generated; none of its names is an entity."""
    del text
    return Outline(trust=Trust.GENERATED)
