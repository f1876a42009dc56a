"""Own the symbols of a text that is cut into pieces: C, where each piece declares at most one.

It must not know tree-sitter; `c_symbols` reads what a piece declares.
"""

from __future__ import annotations

from collections.abc import Iterator

from glossator_indexer.languages import Piece, PieceKind
from glossator_indexer.parsing import ParsedSource, problems_of_piece
from glossator_indexer.symbols.c_symbols import Shape, shape_of
from glossator_indexer.symbols.texts import line_start
from glossator_indexer.types import Comment, Span, Symbol

# Stands for "was looked at, and declares nothing".
_NOTHING = "nothing"
_WHITE = " \t\f\v"


def all_symbols(source: ParsedSource) -> tuple[Symbol, ...]:
    """Return every symbol in order of position."""
    known = source.overview.get(__name__)
    if isinstance(known, tuple):
        return known
    symbols = tuple(_symbols(source, range(len(source.pieces))))
    source.overview[__name__] = symbols
    return symbols


def symbol_at(source: ParsedSource, offset: int) -> Symbol | None:
    """Return the symbol whose comment, signature or body is at `offset`, its end included."""
    index = source.index_at(offset)
    if index < 0:
        return None
    for candidate in (index, index - 1, index + 1):
        symbol = _symbol_or_none(source, candidate)
        if symbol is not None and _covers(source, symbol, offset):
            return symbol
    return None


def symbols_in(source: ParsedSource, span: Span) -> tuple[Symbol, ...]:
    """Return the symbols whose comment or declaration overlaps `span`; an empty span is a place."""
    first = max(0, source.index_at(span.start) - 1)
    last = min(len(source.pieces), source.index_at(max(span.start, span.end - 1)) + 2)
    return tuple(
        it
        for it in _symbols(source, range(first, last))
        if _whole(it).start < max(span.end, span.start + 1) and span.start <= _whole(it).end
    )


def find_symbols(source: ParsedSource, name: str) -> tuple[Symbol, ...]:
    """Return the symbols of that name in order of position."""
    candidates = (at for at, it in enumerate(source.pieces) if _may_declare(it, name))
    return tuple(it for it in _symbols(source, candidates) if it.name == name)


def _may_declare(piece: Piece, name: str) -> bool:
    # A macro may put a prefix before the name that stands in the text, as `sys_`.
    return piece.kind is not PieceKind.COMMENT and name.rpartition("_")[2] in piece.text


def _symbols(source: ParsedSource, indexes: Iterator[int] | range) -> Iterator[Symbol]:
    for index in indexes:
        symbol = _symbol_or_none(source, index)
        if symbol is not None:
            yield symbol


def _symbol_or_none(source: ParsedSource, index: int) -> Symbol | None:
    if not 0 <= index < len(source.pieces):
        return None
    notes = source.notes[index]
    if notes.meaning is None:
        notes.meaning = shape_of(source.pieces[index], source.language.macros) or _NOTHING
    return _placed(source, index, notes.meaning) if isinstance(notes.meaning, Shape) else None


def _placed(source: ParsedSource, index: int, shape: Shape) -> Symbol:
    """Return the shape with what stands around it: its comment and the place for a new one."""
    piece, start = source.pieces[index], source.starts[index]
    first = line_start(source.text, start)
    before = source.text[first:start]
    own_line = not before.strip(_WHITE)
    return Symbol(
        name=shape.name,
        kind=shape.kind,
        extent=Span(start, start + len(piece.text)),
        name_span=_moved(shape.name_span, start),
        signature=_moved(shape.signature, start),
        body=None if shape.body is None else _moved(shape.body, start),
        parameters=shape.parameters,
        return_type=shape.return_type,
        comment=_comment_above(source, index),
        insertion=first if own_line else start,
        indent=before if own_line else "",
        has_syntax_errors=bool(problems_of_piece(source, index)),
    )


def _moved(span: Span, distance: int) -> Span:
    return Span(span.start + distance, span.end + distance)


def _comment_above(source: ParsedSource, index: int) -> Comment | None:
    """Return the comment that ends right above the piece, with at most one blank line between."""
    if index == 0 or source.pieces[index - 1].kind is not PieceKind.COMMENT:
        return None
    text = source.text
    start = source.starts[index - 1]
    end = start + len(source.pieces[index - 1].text)
    gap = text[end : source.starts[index]].replace("\r\n", "\n").replace("\r", "\n")
    if gap.count("\n") > 2:
        return None
    # What shares its line with the code before it speaks of that code.
    if text[line_start(text, start) : start].strip(_WHITE):
        return None
    return Comment(Span(start, end), text[start:end])


def _whole(symbol: Symbol) -> Span:
    start = symbol.extent.start if symbol.comment is None else symbol.comment.span.start
    return Span(start, symbol.extent.end)


def _covers(source: ParsedSource, symbol: Symbol, offset: int) -> bool:
    """Say whether `offset` is on the symbol, or before or behind it on the same line."""
    whole = _whole(symbol)
    return line_start(source.text, whole.start) <= offset <= whole.end
