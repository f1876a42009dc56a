"""Own the translation between the editor's positions and offsets in code points.

The only place that knows UTF-16 and UTF-8 columns; it must not know documents or versions.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from lsprotocol import types

from glossator_indexer.types import Span, TextChange

# The protocol knows these three line ends; `str.splitlines` knows eight more.
_LINE_END = re.compile(r"\r\n|\r|\n")
_SURROGATES = re.compile("[\ud800-\udfff]")
_WIDTHS = {"utf-16-le": 2, "utf-8": 1}
_CODECS = {
    types.PositionEncodingKind.Utf8: "utf-8",
    types.PositionEncodingKind.Utf16: "utf-16-le",
    types.PositionEncodingKind.Utf32: None,
}


def choose_encoding(offered: Sequence[str] | None) -> types.PositionEncodingKind:
    """Return the first encoding that the editor offers and we speak, UTF-16 where it is mute.

    An editor that runs several servers is best served when all follow its own order.
    """
    for it in offered or ():
        if it in set(_CODECS):
            return types.PositionEncodingKind(it)
    return types.PositionEncodingKind.Utf16


class LineTable:
    """Where the lines of one text start; kept up to date change by change.

    Typing in one place costs the same in a text of any length: starts behind the place of the last
    change are moved only when the next change is elsewhere.
    """

    def __init__(self, text: str) -> None:
        self._starts = [0, *(it.end() for it in _LINE_END.finditer(text))]
        # Starts from this index on are too small by `_shift`.
        self._shifted_from = len(self._starts)
        self._shift = 0

    def __len__(self) -> int:
        return len(self._starts)

    def start(self, line: int) -> int:
        """Return the offset at which a line starts."""
        return self._starts[line] + (self._shift if line >= self._shifted_from else 0)

    def line_at(self, offset: int) -> int:
        """Return the line that an offset is in."""
        border = self._shifted_from
        if border < len(self._starts) and offset >= self._starts[border] + self._shift:
            return bisect_right(self._starts, offset - self._shift, lo=border) - 1
        return bisect_right(self._starts, offset, hi=border) - 1

    def replace(self, change: TextChange, after: str) -> None:
        """Follow a change, given the text after it."""
        growth = len(change.new_text) - (change.span.end - change.span.start)
        # A carriage return before the change may now belong to a line feed in it.
        first = max(0, self.line_at(change.span.start) - 1)
        last = self.line_at(change.span.end) + 1
        begin = self.start(first)
        self._move_border(last)
        self._shift += growth
        # What follows the last line looked at starts a line in the new text as in the old one.
        end = self.start(last) if last < len(self._starts) else None
        found = _LINE_END.finditer(after, begin, len(after) if end is None else end)
        starts = [begin, *(it.end() for it in found)]
        if end is not None and starts[-1] == end:
            starts.pop()
        self._starts[first:last] = starts
        self._shifted_from = first + len(starts)

    def _move_border(self, line: int) -> None:
        low, high = sorted((line, self._shifted_from))
        shift = self._shift if line > self._shifted_from else -self._shift
        if shift:
            self._starts[low:high] = [it + shift for it in self._starts[low:high]]
        self._shifted_from = line


class PositionMap:
    """Positions and offsets of one text, in one encoding."""

    def __init__(self, text: str, encoding: types.PositionEncodingKind) -> None:
        self._text = text
        self._codec = _CODECS[encoding]
        self._lines = LineTable(text)

    @property
    def text(self) -> str:
        """Return the text as it is now."""
        return self._text

    def offset(self, position: types.Position) -> int:
        """Return the offset of a position; what lies outside is moved to the nearest place inside.

        A position in the middle of a character means the start of it.
        """
        return self._locate(position)[0]

    def span(self, where: types.Range) -> Span:
        """Return the span of a range, its ends put in order."""
        return Span(*sorted((self.offset(where.start), self.offset(where.end))))

    def position(self, offset: int) -> types.Position:
        """Return the position of an offset."""
        line = self._lines.line_at(offset)
        before = self._text[self._lines.start(line) : offset]
        return types.Position(line=line, character=self._units(before))

    def range(self, span: Span) -> types.Range:
        """Return the range of a span."""
        return types.Range(start=self.position(span.start), end=self.position(span.end))

    def change(self, where: types.Range, new_text: str) -> TextChange:
        """Return an editor's change of a range in code points.

        An editor may cut a pair of surrogates in two, or make one out of halves; the change then
        covers the characters concerned, so that the text is the editor's, unit by unit.
        """
        (start, high), (end, low) = sorted((self._locate(where.start), self._locate(where.end)))
        if high:
            new_text = _halves(self._text[start])[0] + new_text
        if low:
            new_text += _halves(self._text[end])[1]
            end += 1
        if start and _SURROGATES.match(self._text, start - 1):
            start -= 1
            new_text = self._text[start] + new_text
        if end < len(self._text) and _SURROGATES.match(self._text, end):
            new_text += self._text[end]
            end += 1
        if _SURROGATES.search(new_text):
            new_text = new_text.encode("utf-16-le", "surrogatepass").decode(
                "utf-16-le", "surrogatepass"
            )
        return TextChange(Span(start, end), new_text)

    def apply(self, change: TextChange) -> None:
        """Make a change in the text."""
        span = change.span
        self._text = self._text[: span.start] + change.new_text + self._text[span.end :]
        self._lines.replace(change, self._text)

    def _units(self, text: str) -> int:
        if self._codec is None or text.isascii():
            return len(text)
        return len(text.encode(self._codec, "surrogatepass")) // _WIDTHS[self._codec]

    def _locate(self, position: types.Position) -> tuple[int, bool]:
        """Return the offset, and whether the position is behind the first half of a pair there."""
        if position.line >= len(self._lines):
            return len(self._text), False
        start = self._lines.start(position.line)
        if position.line + 1 < len(self._lines):
            end = self._lines.start(position.line + 1)
            end -= 2 if self._text[max(start, end - 2) : end] == "\r\n" else 1
        else:
            end = len(self._text)
        line = self._text[start:end]
        if self._codec is None or line.isascii():
            return min(start + position.character, end), False
        within, is_cut = _code_points(line, self._codec, position.character)
        return start + within, is_cut


def selected_lines(where: types.Range) -> range:
    """Return the lines (from 1) of a selection; who selects whole lines ends before the next."""
    is_before = where.end.character == 0 and where.end.line > where.start.line
    return range(where.start.line + 1, where.end.line + (1 if is_before else 2))


def range_as_sent(place: types.Range) -> dict[str, object]:
    """Return a range as it stands in a command's argument."""
    return {
        "start": {"line": place.start.line, "character": place.start.character},
        "end": {"line": place.end.line, "character": place.end.character},
    }


def _code_points(line: str, codec: str, units: int) -> tuple[int, bool]:
    """Return how many whole characters fit in the units, and whether a surrogate pair is cut."""
    raw = line.encode(codec, "surrogatepass")
    cut = units * _WIDTHS[codec]
    if cut >= len(raw):
        return len(line), False
    if codec == "utf-8":
        # A byte of the form 10xxxxxx continues a character.
        while cut and raw[cut] & 0xC0 == 0x80:
            cut -= 1
        return len(raw[:cut].decode(codec, "surrogatepass")), False
    whole = raw[:cut].decode(codec, "surrogatepass")
    if whole and whole[-1] != line[len(whole) - 1]:
        return len(whole) - 1, True
    return len(whole), False


def _halves(character: str) -> tuple[str, str]:
    first, second = (
        character.encode("utf-16-le")[at : at + 2].decode("utf-16-le", "surrogatepass")
        for at in (0, 2)
    )
    return first, second
