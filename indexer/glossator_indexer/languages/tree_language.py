"""Own `TreeLanguage`: a language that is indexed by its tree-sitter grammar and one query.

It must not know any single language, and it parses nothing: it says what a capture may be called.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

# Captures that are an entity are called after the values of `EntityKind`; these are the others:
#   name         the name of the entity that the same pattern captures
#   declarator   a C-like declarator that ends in the name, where pointers may stand around it
#   body         where the declaration ends and the rest begins; without it, the field `body` is it
#   scope        what the entity belongs to where it does not stand in it (the receiver of a method)
#   container    no entity, but what stands in it belongs to what `name` says (`impl` in Rust)
#   package      what the whole file belongs to
#   nothing      no entity, so that a later pattern does not make one of the same name
#   wrapper      what belongs to the entity `wrapped` and makes it longer (a decorator, `export`)
#   wrapped      see `wrapper`
#   lead         what may stand above an entity as a sibling and belongs to it (`#[inline]`)
#   documented   an entity that a text inside it documents
#   comment      a comment
#   call, use    the name of what is called; the name of a type that is used
#   import       what the file imports
#   importer     the pattern counts only where this is one of the language's `importers`
# Predicates (`#eq?`) are not to be used: they read texts that a parse with a time limit lets go of.
OTHER_CAPTURES = frozenset(
    {
        *("name", "declarator", "body", "scope", "container", "package", "nothing"),
        *("wrapper", "wrapped", "lead", "documented", "comment", "call", "use"),
        *("import", "importer"),
    }
)

ANY_COMMENT = re.compile("")


@dataclass(frozen=True, slots=True)
class TreeLanguage:
    """A programming language as the index reads it: a grammar, a query and how names are joined.

    `grammars` name modules without their `tree_sitter_` (`name`, or `name:function`); the first
    that reads a file without error is used. Where two patterns of `query` capture one name, the
    earlier one counts. A comment above an entity documents it where its text begins with
    `doc_comment`. `transparent` matches parts of a container's name that say nothing, `importers`
    are functions that import, `has_brackets` says that brackets end blocks. `masked(source)` is
    what the grammars see, of the same length, where that is not the source.
    """

    id: str
    grammars: tuple[str, ...]
    suffixes: frozenset[str]
    lsp_ids: frozenset[str]
    query: str
    separator: str = "."
    doc_comment: re.Pattern[str] = ANY_COMMENT
    interpreters: frozenset[str] = frozenset()
    transparent: re.Pattern[str] | None = None
    importers: frozenset[str] = frozenset()
    masked: Callable[[bytes], bytes] | None = None
    has_brackets: bool = True
