"""Own the list of languages that Glossator knows and how a file's language is found.

It must not parse anything; each language lives in modules of its own.
"""

from __future__ import annotations

from pathlib import PurePath

from glossator_indexer.languages.c import C
from glossator_indexer.languages.language import Language, Piece, PieceKind

LANGUAGES = (C,)


def language_for_path(path: PurePath) -> Language | None:
    """Return the language of a file by its suffix, or None where we know none."""
    suffix = path.suffix.lower()
    return next((it for it in LANGUAGES if suffix in it.suffixes), None)


def language_for_id(lsp_id: str) -> Language | None:
    """Return the language that the Language Server Protocol calls `lsp_id`, or None."""
    return next((it for it in LANGUAGES if lsp_id in it.lsp_ids), None)


__all__ = ["LANGUAGES", "Language", "Piece", "PieceKind", "language_for_id", "language_for_path"]
