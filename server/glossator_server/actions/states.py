"""Own the question in which style a file is commented, and how a symbol's comment stands.

Pure and fast: code actions, hovers and `--check` answer from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from glossator_indexer.neighbourhood import comments_of
from glossator_indexer.parsing import ParsedSource
from glossator_indexer.styles import Style, style_named, styles_of
from glossator_indexer.styles.detecting import style_among
from glossator_indexer.styles.drift import MISSING_RETURN, drifted
from glossator_indexer.styles.wanted import Need
from glossator_indexer.symbols import all_symbols
from glossator_indexer.types import Finding, Symbol, SymbolKind
from glossator_server.errors import UsageError
from glossator_server.settings import AUTO_STYLE
from glossator_server.snapshot import Snapshot

ItemT = TypeVar("ItemT")


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


def style_of(snapshot: Snapshot) -> Style:
    """Return the style of a file: the one that is set, else its own comments', else the default.

    A style that is set counts for files in its languages. Raises `UsageError` for a language that
    has no style.
    """
    return chosen_style(snapshot) or default_style(snapshot.source.language.id)


def chosen_style(snapshot: Snapshot) -> Style | None:
    """Return the style that is set for a file's language, else that of its own comments, if any."""
    if snapshot.style != AUTO_STYLE:
        style = style_named(snapshot.style)
        if snapshot.source.language.id in style.languages:
            return style
    return _own_style(snapshot.source)


def default_style(language_id: str) -> Style:
    """Return the style of a language where nobody has chosen; raises `UsageError` where none is."""
    styles = styles_of(language_id)
    if not styles:
        raise UsageError(f"Comments in {language_id} cannot be written yet; name another file.")
    return styles[0]


def _own_style(source: ParsedSource) -> Style | None:
    known = source.lasting.get(__name__) or source.overview.get(__name__, ())
    if isinstance(known, Style) or known is None:
        return known
    found = style_among(_some(comments_of(source)), source.language.id)
    # The next comment may be the first that shows a style.
    (source.overview if found is None else source.lasting)[__name__] = found
    return found


# Enough to see how a file is written; an editor's first question waits for it.
MOST_LOOKED_AT = 40


def _some(items: Sequence[ItemT]) -> Sequence[ItemT]:
    """Return some of many items, spread over all of them."""
    return items[:: -(-len(items) // MOST_LOOKED_AT) or 1]


def comment_status(symbol: Symbol, style: Style, source: ParsedSource) -> CommentStatus:
    """Say how the symbol's comment stands; an ordinary comment above it is no doc comment."""
    if symbol.comment is None:
        return CommentStatus(CommentState.MISSING)
    text = symbol.comment.text
    if not style.recognises(text):
        others = (it for it in styles_of(source.language.id) if it is not style)
        if _looks_like_documentation(text) or any(it.recognises(text) for it in others):
            return CommentStatus(CommentState.OTHER_STYLE)
        return CommentStatus(CommentState.MISSING)
    findings = drift_of(symbol, style, source, text)
    return CommentStatus(CommentState.DRIFTED if findings else CommentState.PRESENT, findings)


def drift_of(
    symbol: Symbol, style: Style, source: ParsedSource, comment: str
) -> tuple[Finding, ...]:
    """Return what a comment and its code disagree about, as comments are in this file."""
    return drifted(style.check(comment, symbol), tells_values=_tells_values(source, style))


# With fewer comments than that, the style's own custom counts.
FEWEST_THAT_TELL = 5
_SHARE_THAT_TELLS = 0.9


def _tells_values(source: ParsedSource, style: Style) -> bool:
    """Say whether the comments of a file that describe parameters tell of values too."""
    key = f"{__name__}.{style.id}"
    known = source.lasting.get(key)
    if isinstance(known, bool):
        return known
    commented = [it for it in all_symbols(source) if it.comment is not None]
    told = [
        not any(it.rule == MISSING_RETURN for it in style.check(symbol.comment.text, symbol))
        for symbol in _some(commented)
        if symbol.comment is not None and _tells_of_parameters(symbol, style)
    ]
    tells = style.tells_values
    if len(told) >= FEWEST_THAT_TELL:
        tells = sum(told) >= len(told) * _SHARE_THAT_TELLS
    source.lasting[key] = tells
    return tells


def _tells_of_parameters(symbol: Symbol, style: Style) -> bool:
    if symbol.comment is None or style.wanted(symbol).returns is not Need.REQUIRED:
        return False
    parsed = style.parse(symbol.comment.text)
    return parsed is not None and bool(parsed.fields.parameters)


def _looks_like_documentation(comment: str) -> bool:
    return comment.startswith(("/**", "/*!", "///", "//!")) and not comment.startswith("/***")


def symbols_to_document(snapshot: Snapshot) -> tuple[Symbol, ...]:
    """Return what `document all` works on, in order: symbols whose comment is missing or drifted.

    A missing comment counts for what others use: definitions of functions and types that are not
    private. A prototype would only repeat its definition's comment, most macros are private, and
    nobody calls `main`: under the cursor they can be documented all the same.
    """
    style = style_of(snapshot)
    return tuple(
        symbol
        for symbol in all_symbols(snapshot.source)
        if symbol.name and _is_wanted(symbol, comment_status(symbol, style, snapshot.source).state)
    )


def drifted_symbols(snapshot: Snapshot) -> tuple[Symbol, ...]:
    """Return the symbols whose comment has drifted, in order; an ordinary comment cannot."""
    style, source = style_of(snapshot), snapshot.source
    return tuple(
        it
        for it in all_symbols(source)
        if it.name and comment_status(it, style, source).state is CommentState.DRIFTED
    )


def _is_wanted(symbol: Symbol, state: CommentState) -> bool:
    if state is CommentState.MISSING:
        return is_documented_kind(symbol) and symbol.name != "main" and not symbol.is_private
    return state is CommentState.DRIFTED


def is_documented_kind(symbol: Symbol) -> bool:
    """Say whether a symbol is of a kind that has a comment where all have one."""
    return symbol.kind in _DOCUMENTED_KINDS


_DOCUMENTED_KINDS = frozenset(
    {
        SymbolKind.FUNCTION,
        SymbolKind.METHOD,
        SymbolKind.CONSTRUCTOR,
        SymbolKind.STRUCT,
        SymbolKind.UNION,
        SymbolKind.ENUM,
        SymbolKind.CLASS,
        SymbolKind.INTERFACE,
        SymbolKind.TRAIT,
    }
)
