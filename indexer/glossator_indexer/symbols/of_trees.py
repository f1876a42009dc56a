"""Own the symbols of a text that is read in one go: which language's reader reads it, and lookups.

It must not know what a declaration says; the readers do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from glossator_indexer.parsing import ParsedSource
from glossator_indexer.symbols import (
    cpp_symbols,
    ecmascript_symbols,
    go_symbols,
    java_symbols,
    python_symbols,
    rust_symbols,
)
from glossator_indexer.symbols.texts import line_end_after, line_start
from glossator_indexer.types import Span, Symbol

# Yields the symbols of a whole text; their order is of no matter.
Reader = Callable[[ParsedSource], Iterator[Symbol]]

READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "cpp": cpp_symbols.read,
        "go": go_symbols.read,
        "java": java_symbols.read,
        "javascript": ecmascript_symbols.read,
        "python": python_symbols.read,
        "rust": rust_symbols.read,
        "typescript": ecmascript_symbols.read,
    }
)


def all_symbols(source: ParsedSource) -> tuple[Symbol, ...]:
    """Return every symbol in order of position, what contains others before them."""
    known = source.overview.get(__name__)
    if isinstance(known, tuple):
        return known
    reader = READERS.get(source.language.id)
    found = list(reader(source)) if reader else []
    found.sort(key=lambda it: (it.extent.start, -it.extent.end))
    symbols = source.overview[__name__] = tuple(found)
    return symbols


def symbol_at(source: ParsedSource, offset: int) -> Symbol | None:
    """Return the innermost symbol at `offset`; on one line, what stands before or behind it too."""
    text = source.text
    on_line: list[Symbol] = []
    for symbol in all_symbols(source):
        whole = _whole(symbol)
        if line_start(text, whole.start) > offset:
            break
        if offset <= line_end_after(text, whole.end):
            on_line.append(symbol)
    holders = [it for it in on_line if _holds(it, offset)]
    return min(holders or on_line, key=_size, default=None)


def symbols_in(source: ParsedSource, span: Span) -> tuple[Symbol, ...]:
    """Return the symbols whose comment or declaration overlaps `span`; an empty span is a place."""
    end = max(span.end, span.start + 1)
    return tuple(
        it for it in all_symbols(source) if _whole(it).start < end and span.start <= _whole(it).end
    )


def find_symbols(source: ParsedSource, name: str) -> tuple[Symbol, ...]:
    """Return the symbols of that name, plain or qualified, in order of position."""
    return tuple(it for it in all_symbols(source) if name in (it.name, it.qualified_name))


def _holds(symbol: Symbol, offset: int) -> bool:
    whole = _whole(symbol)
    return whole.start <= offset <= whole.end


def _size(symbol: Symbol) -> int:
    return symbol.extent.end - symbol.extent.start


def _whole(symbol: Symbol) -> Span:
    """Return the declaration with the comment above it; a docstring lies inside."""
    start = symbol.extent.start
    if symbol.comment is not None:
        start = min(start, symbol.comment.span.start)
    return Span(start, symbol.extent.end)
