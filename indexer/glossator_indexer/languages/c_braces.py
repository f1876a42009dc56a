"""Own the way from a `{` in C to its `}`, through text that may be half written.

It must not look at what stands before the brace.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from glossator_indexer.languages import c_patterns as patterns
from glossator_indexer.languages.deadline import NO_DEADLINE, STEPS, Deadline

_BODY = re.compile(
    rf"{patterns.COMMENT}|{patterns.STRING}|{patterns.CHARACTER}|[{{}}]"
    r"|[\r\n](?:[ \t]*(?=#)|(?=[A-Za-z_]))"
)
_LABEL = re.compile(r"\w+[ \t]*:")
_INDENT = re.compile(r"[ \t]*")
# A forced end goes back to the first `}` in column 0 only this far, so that text made of such
# traps is not read again and again.
_FAR = 8000


@dataclass(frozen=True, slots=True)
class Body:
    """Where a body ends.

    `closed` is False where it was ended by force, `broken` is True where any brace is off.
    """

    end: int
    examined: int
    closed: bool
    broken: bool


def scan_body(text: str, open_brace: int, deadline: Deadline = NO_DEADLINE) -> Body:
    """Return where the body that opens at `open_brace` ends.

    Of the branches of an `#if` the first one counts. A body ends by force where a line in column 0
    opens the next definition, because no brace of a finished function is still open there.
    """
    return _BodyScan(text, open_brace).run(deadline)


class _BodyScan:
    def __init__(self, text: str, open_brace: int) -> None:
        self._text = text
        self._open = open_brace
        self._depth = 1
        # One entry for each open `#if`: depth before it, depth after its first branch.
        self._branches: list[tuple[int, int | None]] = []
        self._trivia: list[tuple[int, int]] = []
        self._first_close_in_column_0 = -1
        self._examined = open_brace + 1
        self._broken = False
        self._end = -1
        self._closed = True

    def run(self, deadline: Deadline) -> Body:
        text, position = self._text, self._open + 1
        search = _BODY.search
        steps = 0
        while self._end < 0:
            steps += 1
            if steps % STEPS == 0:
                deadline.check()
            found = search(text, position)
            if found is None:
                self._force_end(len(text.rstrip()))
                self._examined = len(text) + 1
                break
            start = found.start()
            position = found.end()
            character = text[start]
            if character == "{":
                self._depth += 1
            elif character == "}":
                self._close(start)
            elif character == "/":
                position = self._comment(start, position)
            elif character in "\r\n":
                position = self._line(position)
        examined = max(self._examined, self._end)
        return Body(self._end, examined, self._closed, self._broken or not self._closed)

    def _force_end(self, end: int) -> None:
        self._closed = False
        self._end = max(end, self._open + 1)

    def _comment(self, start: int, end: int) -> int:
        if self._text[start + 1] == "*":
            end, examined = patterns.block_comment(self._text, start)
            self._examined = max(self._examined, examined)
        self._trivia.append((start, end))
        return end

    def _close(self, position: int) -> None:
        self._depth -= 1
        if self._depth == 0:
            if self._is_one_too_many(position):
                self._depth = 1
                self._broken = True
            else:
                self._end = position + 1
        elif self._text[position - 1] in "\r\n":
            if self._first_close_in_column_0 < 0:
                self._first_close_in_column_0 = position + 1
            if self._next_is_top_level(position + 1):
                self._force_end(position + 1)

    def _is_one_too_many(self, close: int) -> bool:
        """Say whether the body goes on after the `}` that should close it.

        That is so where it stands deeper than the line of its `{` and the next line is deeper, too.
        """
        text = self._text
        if text[close - 1] in "\r\n":
            return False
        open_indent = _line_indent(text, self._open)
        close_indent = _line_indent(text, close)
        if close_indent is None or open_indent is None or close_indent <= open_indent:
            return False
        following = patterns.end_of(patterns.GAPS, text, close + 1)
        self._examined = max(self._examined, following + 1)
        if following >= len(text) or not any(it in "\r\n" for it in text[close + 1 : following]):
            return False
        if text[following] == "}":
            return text[following - 1] in "\r\n" and open_indent == 0
        return text[following - 1] in " \t" and text[following] != "#"

    def _next_is_top_level(self, position: int) -> bool:
        """Say whether a definition in column 0 follows, stepping over comments and directives."""
        text = self._text
        for _ in range(20):
            position = patterns.end_of(patterns.GAPS, text, position)
            if not text.startswith("#", position):
                break
            position = patterns.end_of(patterns.DIRECTIVE, text, position)
        self._examined = max(self._examined, position + patterns.LOOKAHEAD)
        if position >= len(text) or text[position - 1] not in "\r\n":
            return False
        return patterns.is_definition_head(text, position) or patterns.is_bare_head(text, position)

    def _line(self, position: int) -> int:
        text = self._text
        if text.startswith("#", position):
            return self._directive(position)
        if _LABEL.match(text, position):
            return position
        self._examined = max(self._examined, position + patterns.LOOKAHEAD)
        seen_close = self._first_close_in_column_0 >= 0
        if patterns.is_definition_head(text, position) or (
            seen_close and patterns.is_bare_head(text, position)
        ):
            end = patterns.before_trivia(text, self._open + 1, position, self._trivia)
            if seen_close and end - self._first_close_in_column_0 < _FAR:
                end = self._first_close_in_column_0
            self._force_end(end)
        return position

    def _directive(self, position: int) -> int:
        text = self._text
        name = patterns.directive_name(text, position)
        end = patterns.end_of(patterns.DIRECTIVE, text, position)
        if name == "if 0":
            self._branches.append((self._depth, None))
            end = patterns.skip_false_branch(text, end)
        elif name in patterns.OPENING_DIRECTIVES:
            self._branches.append((self._depth, None))
        elif name in patterns.ALTERNATIVE_DIRECTIVES and self._branches:
            before, first = self._branches[-1]
            self._branches[-1] = (before, self._depth if first is None else first)
            self._depth = before
        elif name == "endif" and self._branches:
            _, first = self._branches.pop()
            self._depth = self._depth if first is None else first
        self._trivia.append((position, end))
        return end


def _line_indent(text: str, position: int) -> int | None:
    """Return the indent of the line of `position`, or None where other code stands before it."""
    start = max(text.rfind("\n", 0, position), text.rfind("\r", 0, position)) + 1
    indent = patterns.end_of(_INDENT, text, start)
    if text[position] == "}" and indent != position:
        return None
    return len(text[start:indent].expandtabs())
