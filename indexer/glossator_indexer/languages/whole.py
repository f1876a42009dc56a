"""Own how a language that a grammar reads in one go becomes a `Language` that is written in.

It must not know any single language: what it needs stands in the `TreeLanguage`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from glossator_indexer.languages.language import Language, Piece, PieceKind
from glossator_indexer.languages.plain_text import as_ascii
from glossator_indexer.languages.tree_language import TreeLanguage


def whole_language(indexed: TreeLanguage) -> Language:
    """Return the language as it is written in, its files being one piece each."""
    return Language(
        id=indexed.id,
        lsp_ids=indexed.lsp_ids,
        suffixes=indexed.suffixes,
        grammar=indexed.grammars[0],
        outline=_outline,
        readings=partial(_readings, indexed.masked),
    )


def with_grammar(language: Language, grammar: str, suffix: str, lsp_id: str) -> Language:
    """Return the part of a language that another grammar reads."""
    return replace(
        language, grammar=grammar, suffixes=frozenset({suffix}), lsp_ids=frozenset({lsp_id})
    )


def without(language: Language, suffix: str, lsp_id: str) -> Language:
    """Return a language without what another grammar reads."""
    return replace(
        language, suffixes=language.suffixes - {suffix}, lsp_ids=language.lsp_ids - {lsp_id}
    )


def _outline(text: str, start: int) -> Iterator[tuple[int, Piece]]:
    # Whatever changes, all of the text was examined: so it is never resumed but at its start.
    yield start, Piece(PieceKind.WHOLE, text[start:], examined=len(text) - start + 1)


def _readings(masked: Callable[[bytes], bytes] | None, piece: Piece) -> Iterator[bytes]:
    plain = as_ascii(piece.text)
    yield masked(plain) if masked else plain
