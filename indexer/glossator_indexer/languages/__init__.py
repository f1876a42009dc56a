"""Own the list of languages that Glossator knows and how a file's language is found.

It must not parse anything; each language lives in modules of its own. A `Language` is written in
(only C); a `TreeLanguage` is indexed. `indexed_language` knows both, `language_for_path` the first.
"""

from __future__ import annotations

from functools import cache
from pathlib import PurePath

from glossator_indexer.languages.c import C, c_language
from glossator_indexer.languages.detection import (
    TREE_LANGUAGES,
    indexed_language,
    language_of_shebang,
    language_of_text,
    tree_language,
)
from glossator_indexer.languages.language import Language, Piece, PieceKind
from glossator_indexer.languages.tree_language import TreeLanguage

LANGUAGES = (C,)


def language_for_path(path: PurePath) -> Language | None:
    """Return the language of a file by its suffix, or None where we know none."""
    suffix = path.suffix.lower()
    return next((it for it in LANGUAGES if suffix in it.suffixes), None)


def language_for_id(lsp_id: str) -> Language | None:
    """Return the language that the Language Server Protocol calls `lsp_id`, or None."""
    return next((it for it in LANGUAGES if lsp_id in it.lsp_ids), None)


@cache
def with_annotations(language: Language, names: frozenset[str]) -> Language:
    """Return the language as it reads with a user's own annotation macros; only C has any."""
    if language.id != C.id or not names:
        return language
    return c_language(C.macros.extended(annotations=names))


__all__ = [
    "LANGUAGES",
    "TREE_LANGUAGES",
    "Language",
    "Piece",
    "PieceKind",
    "TreeLanguage",
    "indexed_language",
    "language_for_id",
    "language_for_path",
    "language_of_shebang",
    "language_of_text",
    "tree_language",
    "with_annotations",
]
