"""Own what stands right above an entity: comments, and attributes that belong to it.

It must not know a language: which nodes are comments or attributes its query has said.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from glossator_indexer.languages.tree_language import ANY_COMMENT
from glossator_indexer.parsing import Node


@dataclass(frozen=True, slots=True)
class Head:
    """Where the comment above an entity begins and the entity itself with what belongs to it.

    Rows count from 0. `is_documented` means that one of the comments is documentation.
    """

    first_row: int
    start_row: int
    is_documented: bool


class Above:
    """What may stand above entities in one text, found by the byte where the entity starts."""

    def __init__(self, source: bytes, leads: Sequence[Node], comments: Sequence[Node]) -> None:
        self._source = source
        found = [(it.start_byte, it, True) for it in leads]
        found += [(it.start_byte, it, False) for it in comments]
        found.sort(key=lambda it: it[0])
        self._starts = [start for start, _, _ in found]
        self._nodes = [(node, is_lead) for _, node, is_lead in found]
        self._comment_ends = {it.end_byte: it.start_byte for it in comments}

    def head(self, start: int, row: int, doc_comment: re.Pattern[str]) -> Head:
        """Return the head of the entity that starts at byte `start` in `row`."""
        first_row = start_row = row
        documented = False
        # An empty line may follow what only documentation looks like.
        may_stand_off = doc_comment is not ANY_COMMENT
        at = bisect_left(self._starts, start) - 1
        while at >= 0:
            node, is_lead = self._nodes[at]
            begin = node.start_byte
            gap = self._source[node.end_byte : start]
            text = self._source[begin : begin + 8].decode("utf-8", "replace")
            documents = not is_lead and doc_comment.match(text) is not None
            if (gap and not gap.isspace()) or row - last_row(node) > 1 + (
                documents and may_stand_off
            ):
                break
            if row != node.end_point[0] and not self._begins_line(at):
                break
            start, row = begin, node.start_point[0]
            first_row = row
            if is_lead:
                start_row = row
            documented = documented or documents
            at -= 1
        return Head(first_row, start_row, documented)

    def rows_of_trailing_comments(self, start: int, end: int) -> int:
        """Return how many rows the comments (and gaps before them) take at the end of an entity.

        Where blocks have no closing bracket, a comment below the last statement is in the block.
        """
        code_end = end
        while code_end > start and (comment := self._comment_ends.get(code_end)) is not None:
            code_end = comment
            while code_end > start and self._source[code_end - 1 : code_end].isspace():
                code_end -= 1
        return self._source.count(b"\n", code_end, end)

    def _begins_line(self, at: int) -> bool:
        """Tell whether a node, or other such nodes before it, is the first on its line."""
        while True:
            start = self._starts[at]
            line = self._source.rfind(b"\n", 0, start) + 1
            before = self._source[line:start]
            if not before or before.isspace():
                return True
            if at == 0 or self._nodes[at - 1][0].end_byte <= line:
                return False
            end = self._nodes[at - 1][0].end_byte
            if end < start and not self._source[end:start].isspace():
                return False
            at -= 1


def last_row(node: Node) -> int:
    """Return the row of a node's last character; some nodes end behind their line's end."""
    row, column = node.end_point
    return row - 1 if column == 0 and row > node.start_point[0] else row
