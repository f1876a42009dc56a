"""Own what symbol readers ask of a text around a place: its line, its indentation, comments above.

It must not know any language.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from glossator_indexer.parsing import Node
from glossator_indexer.types import Comment, Span

_WHITE = " \t\f\v"
_LINE_END = re.compile(r"[\r\n]|\Z")


def line_start(text: str, offset: int) -> int:
    """Return where the line of `offset` begins; a byte order mark stays before the first."""
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    return start + 1 if start == 0 < offset and text.startswith("\ufeff") else start


def line_end_after(text: str, offset: int) -> int:
    """Return where the line of `offset` ends, before its line feed."""
    found = _LINE_END.search(text, offset)
    return len(text) if found is None else found.start()


def indent_before(text: str, offset: int) -> str | None:
    """Return what stands before `offset` on its line where that is white space, else None."""
    before = text[line_start(text, offset) : offset]
    return None if before.strip(_WHITE) else before


def span_of(node: Node) -> Span:
    """Return where a node of a whole text's tree stands; its bytes are code points."""
    return Span(node.start_byte, node.end_byte)


def folded(text: str) -> str:
    """Return a piece of code on one line."""
    return " ".join(text.split())


def comment_above(text: str, start: int, comments: Sequence[Span]) -> Comment | None:
    """Return the comment that ends on the line right above the line of `start`.

    `comments` are all of the text, in order. Line comments on lines that follow each other,
    indented alike, are one; what shares its line with code before it speaks of that code. Block
    comments stand alone.
    """
    before = _last_before(comments, start)
    if before >= 0 and not text[comments[before].end : start].strip(_WHITE):
        # On the same line, before the declaration.
        beside = comments[before]
        is_own = indent_before(text, beside.start) is not None
        return Comment(beside, text[beside.start : beside.end]) if is_own else None
    first = _last_before(comments, line_start(text, start))
    if first < 0 or indent_before(text, start) is None:
        return None
    if not _is_right_above(text, comments[first], start):
        return None
    last = first
    while first > 0 and _continues(text, comments[first - 1], comments[first]):
        first -= 1
    span = Span(comments[first].start, comments[last].end)
    return Comment(span, text[span.start : span.end])


def _last_before(comments: Sequence[Span], offset: int) -> int:
    low, high = 0, len(comments)
    while low < high:
        middle = (low + high) // 2
        if comments[middle].end <= offset:
            low = middle + 1
        else:
            high = middle
    return low - 1


def _is_right_above(text: str, comment: Span, start: int) -> bool:
    gap = text[comment.end : line_start(text, start)].replace("\r\n", "\n").replace("\r", "\n")
    # A line comment may end with its line feed, as Rust's grammar has it.
    ended = text[comment.end - 1 : comment.end] in ("\n", "\r")
    return (
        not gap.strip()
        and gap.count("\n") + ended <= 1
        and indent_before(text, comment.start) is not None
    )


def _continues(text: str, above: Span, below: Span) -> bool:
    """Say whether two comments are lines of one."""
    if not all(text.startswith(("//", "#"), it.start) for it in (above, below)):
        return False
    return _is_right_above(text, above, below.start)
