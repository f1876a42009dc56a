"""Own `Language` and `Piece`: what the rest of the indexer may ask of any programming language.

It must not know any single language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from glossator_indexer.languages.c_macros import NO_MACROS, MacroTable


class PieceKind(StrEnum):
    """What a top-level piece of a file is, as far as its outline tells.

    A MACRO_CALL has no semicolon; an OPENING (`extern "C" {`) has its end in a later STRAY `}`.
    WHOLE is all of a file, in a language that is read in one go.
    """

    WHOLE = "whole"
    COMMENT = "comment"
    DIRECTIVE = "directive"
    FUNCTION = "function"
    DECLARATION = "declaration"
    MACRO_CALL = "macro call"
    OPENING = "opening"
    STRAY = "stray"


@dataclass(frozen=True, slots=True)
class Piece:
    """A top-level piece of a file, free of its position, so that edits elsewhere leave it alone.

    `body` is the offset of the brace that opens its first body, within `text`, or -1. `broken`
    means that the piece was ended by force because its brackets do not close. `holes` are the parts
    of `text` that the preprocessor or the eye skips: comments, directives, alternatives of `#if`.
    `examined` counts the code points from the piece's start that were read to find its end; a
    change beyond them cannot change the piece.
    """

    kind: PieceKind
    text: str
    examined: int
    body: int = -1
    broken: bool = False
    holes: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Language:
    """A programming language, as plain functions over text.

    `outline(text, start)` yields each piece with its offset. It depends on nothing before the line
    of `start`, so it may be resumed at any piece that begins a line. `readings(piece)` yields
    what the grammar may see instead of the piece's text, best guess first: ASCII of the same
    length, so that byte offsets are code points. `code_tokens(text)` is the code without comments
    and white space, for a language with a lexer of its own. Languages that differ in their grammar
    only (TypeScript with and without JSX) share an id.
    """

    id: str
    lsp_ids: frozenset[str]
    suffixes: frozenset[str]
    grammar: str
    outline: Callable[[str, int], Iterator[tuple[int, Piece]]]
    readings: Callable[[Piece], Iterator[bytes]]
    macros: MacroTable = NO_MACROS
    code_tokens: Callable[[str], list[str]] | None = None
