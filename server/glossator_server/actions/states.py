"""Own the question whether a symbol's comment is missing, drifted or in order.

Pure and fast: code actions, hovers and `--check` answer from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from glossator_indexer.styles import STYLES, Style, style_named
from glossator_indexer.styles.kernel_doc import drift
from glossator_indexer.symbols import all_symbols
from glossator_indexer.types import Finding, Symbol, SymbolKind
from glossator_server.settings import AUTO_STYLE
from glossator_server.snapshot import Snapshot


class CommentState(StrEnum):
    """What can be said of a symbol's doc comment without a model."""

    MISSING = "missing"
    DRIFTED = "drifted"
    PRESENT = "present"
    OTHER_STYLE = "other-style"


@dataclass(frozen=True, slots=True)
class CommentStatus:
    """The state, and for a drifted comment what code and comment disagree about."""

    state: CommentState
    findings: tuple[Finding, ...] = ()


def style_for(setting: str) -> Style:
    """Return the style that a setting means; C speaks kernel-doc unless told otherwise."""
    return STYLES["kernel-doc"] if setting == AUTO_STYLE else style_named(setting)


def comment_status(symbol: Symbol, style: Style) -> CommentStatus:
    """Say how the symbol's comment stands; an ordinary comment above it is no doc comment."""
    if symbol.comment is None:
        return CommentStatus(CommentState.MISSING)
    text = symbol.comment.text
    if not style.recognises(text):
        if text.startswith(("/**", "/*!", "///", "//!")) and not text.startswith("/***"):
            return CommentStatus(CommentState.OTHER_STYLE)
        return CommentStatus(CommentState.MISSING)
    findings = drift(text, symbol)
    return CommentStatus(CommentState.DRIFTED if findings else CommentState.PRESENT, findings)


def symbols_to_document(snapshot: Snapshot) -> tuple[Symbol, ...]:
    """Return what `document all` works on, in order: symbols whose comment is missing or drifted.

    A missing comment counts for function definitions and named types. A prototype would only repeat
    its definition's comment, most macros are private, and nobody calls `main`: under the cursor
    they can be documented all the same.
    """
    style = style_for(AUTO_STYLE)
    return tuple(
        symbol
        for symbol in all_symbols(snapshot.source)
        if symbol.name and _is_wanted(symbol, comment_status(symbol, style).state)
    )


def _is_wanted(symbol: Symbol, state: CommentState) -> bool:
    if state is CommentState.MISSING:
        return symbol.kind in _DOCUMENTED_KINDS and symbol.name != "main"
    return state is CommentState.DRIFTED


_DOCUMENTED_KINDS = frozenset(
    {SymbolKind.FUNCTION, SymbolKind.STRUCT, SymbolKind.UNION, SymbolKind.ENUM}
)
