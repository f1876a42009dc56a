"""Own the Doxygen style as pure functions: read a comment, judge it, write it.

How each works is in the grammar, the rules and the layout; this module must hold no rule itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from glossator_indexer.styles.doxygen_grammar import Piece, Scanned, scan
from glossator_indexer.styles.doxygen_layout import layout
from glossator_indexer.styles.doxygen_rules import check, wanted
from glossator_indexer.styles.options import RenderOptions
from glossator_indexer.styles.parsed import Entry, ParsedDoc, Part
from glossator_indexer.types import DocFields, Span, Symbol

_NAME = re.compile(r"[^\s,]+")


def parse(comment: str) -> ParsedDoc | None:
    """Return what `comment` says, or None where it describes nothing that follows it."""
    scanned = scan(comment)
    if scanned is None:
        return None
    return ParsedDoc("", None, _fields(scanned), _entries(scanned))


def render(fields: DocFields, symbol: Symbol, options: RenderOptions) -> str:
    """Write the whole comment, each line with the symbol's indent, without a newline at the end."""
    return layout(fields, symbol, options)


def _fields(scanned: Scanned) -> DocFields:
    pieces = scanned.pieces
    parameters: list[tuple[str, str]] = []
    for it in pieces:
        if it.part is Part.PARAMETER:
            names = it.label.split(",") if "," in it.label else [it.label]
            parameters += ((name.strip(), it.text) for name in names)
    return DocFields(
        summary=" ".join(" ".join(it.text for it in _of(pieces, Part.SUMMARY)).split()),
        parameters=tuple(parameters),
        returns=_joined(pieces, Part.RETURNS),
        details=_joined(pieces, Part.DETAILS),
        raises=tuple((it.label, it.text) for it in _of(pieces, Part.RAISES)),
        sections=tuple((it.label, it.text) for it in _of(pieces, Part.SECTION)),
    )


def _of(pieces: tuple[Piece, ...], part: Part) -> list[Piece]:
    return [it for it in pieces if it.part is part]


def _joined(pieces: tuple[Piece, ...], part: Part) -> str | None:
    return "\n\n".join(it.text for it in _of(pieces, part) if it.text.strip()) or None


def _entries(scanned: Scanned) -> tuple[Entry, ...]:
    """Return the pieces as stretches of whole lines, none where lines are shared."""
    last = len(scanned.lines) - 1
    pieces = scanned.pieces
    is_block = scanned.opening.startswith("/*")
    # The comment's own ends stand on lines that are never taken away.
    shares_frame = is_block and any(
        it.end > last or (it.first == 0 and it.part is not Part.SUMMARY) for it in pieces
    )
    shares_line = any(it.is_inside for it in pieces) or any(
        above.end > below.first for above, below in pairwise(pieces)
    )
    if shares_line or shares_frame:
        return ()
    return tuple(entry for it in pieces for entry in _entries_of(it))


def _entries_of(piece: Piece) -> Iterator[Entry]:
    """Yield an entry for each name that a piece describes, on the lines that they share."""
    if piece.part is not Part.PARAMETER or piece.name is None or "," not in piece.label:
        yield Entry(piece.part, piece.label, piece.first, piece.end, piece.name)
        return
    for found in _NAME.finditer(piece.label):
        span = Span(piece.name.start + found.start(), piece.name.start + found.end())
        yield Entry(piece.part, found[0], piece.first, piece.end, span)


__all__ = ["check", "parse", "render", "wanted"]
