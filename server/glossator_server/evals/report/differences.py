"""Own the comparison of two texts word by word.

It must not know where the texts come from.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
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
    """Return how one text becomes another, in words; texts too long to compare are as they are.

    White space at the ends of a run stands outside it, so that no mark is drawn on nothing, and a
    run that was left out is parted from the words around it.
    """
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if max(len(old), len(new)) > MOST_TOKENS or not old:
        return [Words(Change.SAME, after)] if after else []
    found: list[Words] = []
    matcher = SequenceMatcher(str.isspace, old, new, autojunk=False)
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        gone, come = "".join(old[old_start:old_end]), "".join(new[new_start:new_end])
        if tag == "equal":
            found.append(Words(Change.SAME, come))
            continue
        if gone.strip():
            found += [Words(Change.SAME, _gap(found, gone)), Words(Change.LEFT_OUT, gone.strip())]
        if gone.strip() and not come[:1].isspace():
            come = f" {come}" if come.strip() else come or _tail(gone)
        found += _parted(come)
    return [it for it in found if it.text]


def alike(changes: Sequence[Words]) -> float:
    """Return the share of all letters, of both texts, that are the same: 0 to 1."""
    counts = dict.fromkeys(Change, 0)
    for it in changes:
        counts[it.change] += sum(map(len, it.text.split()))
    same = 2 * counts[Change.SAME]
    return same / max(1, same + counts[Change.ADDED] + counts[Change.LEFT_OUT])


def _gap(found: list[Words], gone: str) -> str:
    """Return what parts words that are left out from those before them."""
    return " " if gone[:1].isspace() and found and not found[-1].text[-1:].isspace() else ""


def _tail(gone: str) -> str:
    return " " if gone[-1:].isspace() else ""


def _parted(come: str) -> list[Words]:
    bare = come.strip()
    if not bare:
        return [Words(Change.SAME, come)]
    start = come.index(bare)
    return [
        Words(Change.SAME, come[:start]),
        Words(Change.ADDED, bare),
        Words(Change.SAME, come[start + len(bare) :]),
    ]
