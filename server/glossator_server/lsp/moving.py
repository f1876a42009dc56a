"""Own where changes of a text go in a newer one, after somebody typed.

Pure; it must not say whether they still fit: that is checked again.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import pairwise

from glossator_indexer.types import Span, TextChange

# Lines around a change that tell it from its like, as a diff has them; fewer where somebody typed
# in those.
MOST_CONTEXT = 3
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


def moved_changes(
    changes: tuple[TextChange, ...], before: str, now: str
) -> tuple[TextChange, ...] | None:
    """Return changes of a text as changes of a newer one, None where a place is gone or unsure.

    What lies before the first difference stays, what lies behind the last moves along. Between
    them a change goes where its lines stand, if they stand there once.
    """
    head = _common(before, now)
    tail = _common(before[head:][::-1], now[head:][::-1])
    start, end = head, len(before) - tail
    delta = len(now) - len(before)
    moved: list[TextChange] = []
    for it in changes:
        if it.span.end < start:
            by: int | None = 0
        elif it.span.start > end:
            by = delta
        else:
            by = _shift(it.span, before, now)
        if by is None:
            return None
        moved.append(TextChange(Span(it.span.start + by, it.span.end + by), it.new_text))
    in_order = all(one.span.end <= other.span.start for one, other in pairwise(moved))
    return tuple(moved) if in_order else None


def _shift(span: Span, before: str, now: str) -> int | None:
    """Return by how much the lines of a span moved, None where they are changed or not unique."""
    starts = [it.start() for it in _LINE.finditer(before) if it.group()] or [0]
    first = bisect_right(starts, span.start) - 1
    last = bisect_right(starts, max(span.start, span.end - 1)) - 1
    for context in range(MOST_CONTEXT, -1, -1):
        begin = starts[max(0, first - context)]
        stop = starts[last + 1 + context] if last + 1 + context < len(starts) else len(before)
        lines = before[begin:stop]
        if not lines.strip():
            continue
        if before.count(lines) == 1 and now.count(lines) == 1:
            return now.index(lines) - begin
    return None


def _common(one: str, other: str) -> int:
    # Compared in halves: a comparison of slices is much faster than one of characters.
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            high = middle - 1
    return low
