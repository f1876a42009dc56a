"""Own the comparison of two texts word by word.

It must not know where the texts come from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
# The comparison takes time of the square of it, and nobody reads more beside another.
MOST_TOKENS = 1_500


class Change(StrEnum):
    """What became of a run of words."""

    SAME = "same"
    ADDED = "added"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class Words:
    """A run of words with the white space around them."""

    change: Change
    text: str


def word_changes(before: str, after: str) -> list[Words]:
    """Return how one text becomes another, in words; texts too long to compare are one addition."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if max(len(old), len(new)) > MOST_TOKENS or not old:
        return [Words(Change.SAME, after)] if after else []
    found: list[Words] = []
    matcher = SequenceMatcher(_is_blank, old, new, autojunk=False)
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            found.append(Words(Change.SAME, "".join(new[new_start:new_end])))
            continue
        if gone := "".join(old[old_start:old_end]).strip():
            found.append(Words(Change.LEFT_OUT, gone))
        if come := "".join(new[new_start:new_end]):
            found.append(Words(Change.ADDED if come.strip() else Change.SAME, come))
    return found


def _is_blank(token: str) -> bool:
    return token.isspace()
