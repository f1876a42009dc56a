"""Own where in a kernel-doc comment each of its parts stands, by lines.

It must not read what the parts say; the grammar does.
"""

from __future__ import annotations

import re

from glossator_indexer.styles.kernel_doc_grammar import (
    DESCRIPTION,
    JOINED,
    RETURN,
    ScannedComment,
    logical_lines,
)
from glossator_indexer.styles.parsed import Entry, Part
from glossator_indexer.types import Span

_EMPTY = re.compile(r"\s*\*?\s*", re.ASCII)


def entries_of(comment: str, scanned: ScannedComment) -> tuple[Entry, ...]:
    """Return the parts of a comment in order, none where its lines are not what they look like."""
    lines = comment.split("\n")
    if scanned.faults or JOINED in logical_lines(comment):
        return ()
    begins = [(scanned.name_line.line, Part.SUMMARY, scanned.name_line.name)]
    begins += [(it.line, Part.PARAMETER, it.label) for it in scanned.parameters]
    begins += [
        (it.line, _PARTS.get(it.label, Part.SECTION), "" if it.label in _PARTS else it.label)
        for it in scanned.sections
    ]
    begins.sort()
    ends = [*(first for first, _, _ in begins[1:]), _last_line(lines)]
    found: list[Entry] = []
    for (begin, part, label), end in zip(begins, ends, strict=True):
        filled = [at for at in range(begin, end) if not _EMPTY.fullmatch(lines[at])]
        if not filled:
            return ()
        name = _place_of(lines, filled[0], label) if part in _NAMED else None
        called = "" if part is Part.SUMMARY else label
        found.append(Entry(part, called, filled[0], filled[-1] + 1, name))
    return tuple(found)


_PARTS = {DESCRIPTION: Part.DETAILS, RETURN: Part.RETURNS}
_NAMED = frozenset({Part.SUMMARY, Part.PARAMETER})


def _last_line(lines: list[str]) -> int:
    """Return the line of `*/`, which stands alone in a comment without faults."""
    return len(lines) - 1 if _EMPTY.fullmatch(lines[-1].partition("*/")[0]) else len(lines)


def _place_of(lines: list[str], line: int, name: str) -> Span | None:
    start = sum(len(it) + 1 for it in lines[:line])
    column = lines[line].find(name)
    if column < 0 or not name:
        return None
    return Span(start + column, start + column + len(name))
