"""Own what stands above a declaration as a code lens, for who switched them on.

It answers from the syntax tree alone: no I/O, no model.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from glossator_indexer.styles import styles_of
from glossator_indexer.symbols import all_symbols
from glossator_indexer.types import Span, Symbol
from glossator_server.actions.states import (
    CommentState,
    comment_status,
    is_documented_kind,
    style_of,
)
from glossator_server.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Lens:
    """A lens on a symbol's name: its title, and the command with which it runs."""

    span: Span
    title: str
    command: str
    symbol: str


def lenses(snapshot: Snapshot) -> list[Lens]:
    """Return the lenses of a text in order, none in a language whose comments cannot be written."""
    if not styles_of(snapshot.source.language.id):
        return []
    source, style = snapshot.source, style_of(snapshot)
    return [
        lens
        for it in all_symbols(source)
        if it.name and is_documented_kind(it)
        for lens in _of_symbol(it, comment_status(it, style, source).state)
    ]


def _of_symbol(symbol: Symbol, state: CommentState) -> Iterator[Lens]:
    name, span = symbol.qualified_name, symbol.name_span
    match state:
        case CommentState.MISSING:
            yield Lens(span, "Document", "glossator.document", name)
        case CommentState.DRIFTED:
            yield Lens(span, "Update comment", "glossator.document", name)
        case _:
            pass
    if symbol.body is not None:
        yield Lens(span, "Explain", "glossator.explain", name)
