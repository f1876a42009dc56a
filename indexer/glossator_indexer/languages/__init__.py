"""Own the list of languages that Glossator knows and how a file's language is found.

It must not parse anything; each language lives in modules of its own. A `Language` is how comments
are written in one; a `TreeLanguage` is how it is indexed, and `indexed_language` tells by the name
of a file which one that is. C is read by our own scanner for both.
"""

from __future__ import annotations

from functools import cache
from pathlib import PurePath

from glossator_indexer.languages.c import C, c_language
from glossator_indexer.languages.cpp import CPP
from glossator_indexer.languages.detection import (
    TREE_LANGUAGES,
    indexed_language,
    language_of_shebang,
    language_of_text,
    tree_language,
)
from glossator_indexer.languages.go import GO
from glossator_indexer.languages.java import JAVA
from glossator_indexer.languages.javascript import JAVASCRIPT
from glossator_indexer.languages.language import Language, Piece, PieceKind
from glossator_indexer.languages.python import PYTHON
from glossator_indexer.languages.rust import RUST
from glossator_indexer.languages.tree_language import TreeLanguage
from glossator_indexer.languages.typescript import TYPESCRIPT
from glossator_indexer.languages.whole import whole_language, with_grammar, without

_TYPESCRIPT = whole_language(TYPESCRIPT)
_JSX = (".tsx", "typescriptreact")

LANGUAGES = (
    C,
    whole_language(CPP),
    whole_language(PYTHON),
    whole_language(JAVASCRIPT),
    without(_TYPESCRIPT, *_JSX),
    with_grammar(_TYPESCRIPT, TYPESCRIPT.grammars[1], *_JSX),
    whole_language(GO),
    whole_language(RUST),
    whole_language(JAVA),
)


def language_for_path(path: PurePath) -> Language | None:
    """Return the language of a file by its suffix, or None where we know none.

    A header `.h` is C until `language_of_text` has seen it; `.C` is C++ by custom.
    """
    suffix = path.suffix.lower() if path.suffix != ".C" else ".cc"
    return next((it for it in LANGUAGES if suffix in it.suffixes), None)


def language_for_id(lsp_id: str) -> Language | None:
    """Return the language that the Language Server Protocol calls `lsp_id`, or None."""
    return next((it for it in LANGUAGES if lsp_id in it.lsp_ids), None)


def language_of_file(path: PurePath, text: str) -> Language | None:
    """Return the language of a file by its suffix, for a header also by what it says."""
    language = language_for_path(path)
    if language is C and path.suffix.lower() == ".h":
        return language_called(language_of_text(C.id, text))
    return language


def language_called(language_id: str) -> Language | None:
    """Return the language with this id, or None."""
    return next((it for it in LANGUAGES if it.id == language_id), None)


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
    "language_called",
    "language_for_id",
    "language_for_path",
    "language_of_file",
    "language_of_shebang",
    "language_of_text",
    "tree_language",
    "with_annotations",
]
