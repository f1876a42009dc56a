"""Own which part of a file a model gets to see: the code around what it is asked about.

Pure; what is left out is marked, and never lies between lines that are shown as neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from glossator_indexer.parsing import ParsedSource
from glossator_indexer.symbols import symbol_at
from glossator_indexer.types import Span
from glossator_server.edits import offset_of_line

# As much as fits beside its background into the context of a common model.
MOST_WHOLE_FILE = 9_000
MOST_CHARACTERS = 16_000
# Where no function is around, or it is too long.
LINES_AROUND = 40
# What a file includes, imports and declares first.
PREAMBLE_LINES = 25
GAP = "[...]"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The text to show, and the spans of the file that it is made of, in order."""

    text: str
    spans: tuple[Span, ...]


def excerpt_around(source: ParsedSource, lines: Sequence[int]) -> Excerpt:
    """Return the file where it is short, else its top and what is around some lines (from 1)."""
    text = source.text
    if len(text) <= MOST_WHOLE_FILE:
        return Excerpt(text, (Span(0, len(text)),))
    wanted = [_around(source, it) for it in dict.fromkeys(lines)] or [Span(0, MOST_CHARACTERS)]
    spans = [wanted[0]]
    left = MOST_CHARACTERS - _length(wanted[0])
    preamble = _of_lines(text, 1, PREAMBLE_LINES)
    for span in (*wanted[1:], preamble):
        if _length(span) <= left:
            spans.append(span)
            left -= _length(span)
    joined = tuple(_joined(sorted(spans)))
    return Excerpt(f"\n{GAP}\n".join(text[it.start : it.end] for it in joined), joined)


def _around(source: ParsedSource, line: int) -> Span:
    """Return the lines of the symbol around a line, or some lines on both sides of it."""
    offset = offset_of_line(source.text, line)
    symbol = symbol_at(source, offset) if offset is not None else None
    if symbol is not None and symbol.extent.end - symbol.extent.start <= MOST_CHARACTERS:
        start = source.text.rfind("\n", 0, symbol.extent.start) + 1
        return Span(start, _end_of_line(source.text, symbol.extent.end))
    around = LINES_AROUND
    while around > 2:
        span = _of_lines(source.text, max(1, line - around), line + around)
        if _length(span) <= MOST_CHARACTERS:
            return span
        around //= 2
    return span


def _of_lines(text: str, first: int, last: int) -> Span:
    start = _start_of_line(text, first)
    return Span(start, _end_of_line(text, _start_of_line(text, last)))


def _start_of_line(text: str, line: int) -> int:
    at = 0
    for _ in range(line - 1):
        end = text.find("\n", at)
        if end < 0:
            break
        at = end + 1
    return at


def _end_of_line(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end


def _joined(spans: Iterable[Span]) -> Iterable[Span]:
    last: Span | None = None
    for span in spans:
        if last is not None and span.start <= last.end + 1:
            last = Span(last.start, max(last.end, span.end))
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last


def _length(span: Span) -> int:
    return span.end - span.start
