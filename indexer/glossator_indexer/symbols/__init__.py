"""Own the answers to "what is declared in this text, and where": symbols with their comments.

It must not know editors; modules of each language read what a declaration says.
"""

from __future__ import annotations

from glossator_indexer.languages.c import C
from glossator_indexer.parsing import ParsedSource
from glossator_indexer.symbols import of_pieces, of_trees
from glossator_indexer.types import Span, Symbol, SymbolKind


def all_symbols(source: ParsedSource) -> tuple[Symbol, ...]:
    """Return every symbol in order of position, what contains others before them."""
    if _is_in_pieces(source):
        return of_pieces.all_symbols(source)
    return of_trees.all_symbols(source)


def symbol_at(source: ParsedSource, offset: int) -> Symbol | None:
    """Return the innermost symbol whose comment, signature or body is at `offset`, end included."""
    if _is_in_pieces(source):
        return of_pieces.symbol_at(source, offset)
    return of_trees.symbol_at(source, offset)


def symbols_in(source: ParsedSource, span: Span) -> tuple[Symbol, ...]:
    """Return the symbols whose comment or declaration overlaps `span`; an empty span is a place."""
    if _is_in_pieces(source):
        return of_pieces.symbols_in(source, span)
    return of_trees.symbols_in(source, span)


def find_symbols(source: ParsedSource, name: str) -> tuple[Symbol, ...]:
    """Return the symbols of that name, plain or qualified (`Outer.inner`), in order of position."""
    if _is_in_pieces(source):
        return of_pieces.find_symbols(source, name)
    return of_trees.find_symbols(source, name)


def own_code(text: str, symbol: Symbol) -> str:
    """Return the code that a symbol's comment speaks of, without that comment.

    Where comments inside of it come and go (a class with methods) that is its head alone.
    """
    if symbol.kind in _HOLDS_OTHERS:
        return text[symbol.signature.start : symbol.signature.end]
    code = text[symbol.extent.start : symbol.extent.end]
    comment = symbol.comment
    if comment is None or comment.span.start < symbol.extent.start:
        return code
    # A docstring stands inside.
    before, after = comment.span.start - symbol.extent.start, comment.span.end - symbol.extent.start
    return code[:before].rstrip() + code[after:]


_HOLDS_OTHERS = frozenset(
    {SymbolKind.CLASS, SymbolKind.INTERFACE, SymbolKind.TRAIT, SymbolKind.MODULE}
)


def _is_in_pieces(source: ParsedSource) -> bool:
    return source.language.id == C.id


__all__ = ["all_symbols", "find_symbols", "own_code", "symbol_at", "symbols_in"]
