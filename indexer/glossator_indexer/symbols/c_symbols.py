"""Own what a top-level piece of C declares, in offsets within the piece.

It must not decide where pieces start or end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from glossator_indexer.languages import Piece, PieceKind
from glossator_indexer.languages import c_patterns as patterns
from glossator_indexer.languages.c_macros import MacroTable
from glossator_indexer.languages.c_words import STORAGE, TAGS
from glossator_indexer.symbols.c_aggregates import enumerators, members
from glossator_indexer.symbols.c_declarators import (
    declarator,
    parameters_of,
    without_annotations,
)
from glossator_indexer.symbols.c_functions import function_head
from glossator_indexer.symbols.c_inline_docs import with_inline_docs
from glossator_indexer.symbols.c_tokens import Token, Tokens, closing, split, tokens_of, top_level
from glossator_indexer.types import Parameter, Span, SymbolKind

_MACRO = re.compile(
    r"#[ \t]*define[ \t]+(?P<name>[A-Za-z_$][\w$]*)\((?P<parameters>[^()]*)\)"
    r"(?P<gap>(?:[^\S\r\n]|\\\s*?(?:\r\n|\r|\n))*)"
)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a piece declares, before its surroundings are looked at."""

    name: str
    kind: SymbolKind
    name_span: Span
    signature: Span
    body: Span | None
    parameters: tuple[Parameter, ...]
    return_type: str | None


def shape_of(piece: Piece, macros: MacroTable) -> Shape | None:
    """Return what the piece declares, or None where no comment could describe it."""
    if piece.kind is PieceKind.DIRECTIVE:
        return _macro(piece)
    if piece.kind is PieceKind.FUNCTION:
        return _function(piece, macros)
    if piece.kind is PieceKind.DECLARATION:
        return _declaration(piece, macros)
    return None


def _macro(piece: Piece) -> Shape | None:
    found = _MACRO.match(piece.text)
    if found is None:
        return None
    names = [it.strip() for it in found["parameters"].replace("\\", " ").split(",")]
    end = len(piece.text)
    body_start = found.end()
    return Shape(
        name=found["name"],
        kind=SymbolKind.MACRO,
        name_span=Span(found.start("name"), found.end("name")),
        signature=Span(0, found.end("parameters") + 1),
        body=Span(body_start, end) if body_start < end else None,
        parameters=tuple(Parameter(_without_dots(it), "") for it in names if it),
        return_type=None,
    )


def _without_dots(name: str) -> str:
    """Name the variadic part of `F(args...)` as the body does; the plain `...` keeps its dots."""
    return name if name == "..." else name.removesuffix("...").strip()


def _head_tokens(piece: Piece, end: int) -> list[Token]:
    """Return the tokens before `end` in the piece, without what its holes hide."""
    text = _without_holes(piece, end)
    return tokens_of(text)


def _without_holes(piece: Piece, end: int) -> str:
    parts: list[str] = []
    position = 0
    for hole_start, hole_end in piece.holes:
        if hole_start >= end:
            break
        if hole_start >= position:
            parts += (piece.text[position:hole_start], " " * (hole_end - hole_start))
            position = hole_end
    parts.append(piece.text[position:end])
    return "".join(parts)[:end]


def _function(piece: Piece, macros: MacroTable) -> Shape | None:
    tokens = _head_tokens(piece, piece.body)
    head = function_head(tokens, macros)
    if head is None:
        return None
    end = len(piece.text)
    return Shape(
        name=head.name,
        kind=SymbolKind.FUNCTION,
        name_span=head.name_span,
        signature=Span(0, tokens[-1].end),
        body=Span(piece.body, end),
        parameters=head.parameters,
        return_type=head.return_type,
    )


def _declaration(piece: Piece, macros: MacroTable) -> Shape | None:
    if piece.body >= 0:
        return _aggregate(piece, macros)
    tokens = _head_tokens(piece, len(piece.text))
    plain = without_annotations(tokens, macros)
    if plain and plain[-1].text == ";":
        plain.pop()
    if not plain or any(it.text == "=" for _, it in top_level(plain)):
        return None
    if plain[0].text == "typedef":
        return _typedef(plain[1:], _whole(tokens), macros)
    return _prototype(tokens, _whole(tokens), macros)


def _whole(tokens: Tokens) -> Span:
    return Span(0, tokens[-1].start if tokens[-1].text == ";" else tokens[-1].end)


def _prototype(tokens: Tokens, signature: Span, macros: MacroTable) -> Shape | None:
    head = function_head([it for it in tokens if it.text != ";"], macros)
    if head is None or not head.is_typed or ";" in (it.text for it in tokens[:-1]):
        return None
    return Shape(
        name=head.name,
        kind=SymbolKind.PROTOTYPE,
        name_span=head.name_span,
        signature=signature,
        body=None,
        parameters=head.parameters,
        return_type=head.return_type,
    )


def _typedef(tokens: Tokens, signature: Span, macros: MacroTable) -> Shape | None:
    runs = split(tokens, ",")
    declared = declarator(runs[0], macros)
    if declared.name is None:
        return None
    parameters = () if declared.parameters is None else parameters_of(declared.parameters, macros)
    return Shape(
        name=declared.name.text,
        kind=SymbolKind.TYPEDEF,
        name_span=Span(declared.name.start, declared.name.end),
        signature=signature,
        body=None,
        parameters=parameters,
        return_type=None,
    )


def _aggregate(piece: Piece, macros: MacroTable) -> Shape | None:
    """Return a struct, union or enum: by its tag, else by the name that a typedef gives it."""
    head = without_annotations(_head_tokens(piece, piece.body), macros)
    tag_at = next((at for at in reversed(range(len(head))) if head[at].text in TAGS), None)
    if tag_at is None:
        return None
    body_text = _inside(piece)
    end_of_body = piece.body + len(body_text)
    inside = tokens_of(body_text, piece.body)
    tail = without_annotations(tokens_of(piece.text[end_of_body:], end_of_body), macros)
    name = _aggregate_name(head, tag_at, tail)
    if name is None:
        return None
    kind = SymbolKind(head[tag_at].text)
    # The opening brace stands first; a closing one may be missing in half-written code.
    inner = inside[1 : closing(inside, 0)] if len(inside) > 1 else ()
    found = enumerators(inner) if kind is SymbolKind.ENUM else members(inner, macros)
    return Shape(
        name=name.text,
        kind=kind,
        name_span=Span(name.start, name.end),
        signature=Span(0, head[-1].end),
        body=Span(piece.body, end_of_body),
        parameters=with_inline_docs(found, piece.text[piece.body : end_of_body]),
        return_type=None,
    )


def _aggregate_name(head: Tokens, tag_at: int, tail: Tokens) -> Token | None:
    words = [it for it in head[tag_at + 1 :] if it.is_word]
    if words:
        return words[-1]
    if not any(it.text == "typedef" for it in head):
        return None
    names = [it for it in split(tail, ",")[0] if it.is_word and it.text not in STORAGE]
    return names[-1] if names else None


def _inside(piece: Piece) -> str:
    """Return the piece from its brace to the one that closes it, directives blanked."""
    end = next((b + 1 for a, b in piece.holes if a == piece.body + 1), len(piece.text))
    text = piece.text[piece.body : end]
    if "#" not in text:
        return text
    return patterns.DIRECTIVE_LINE.sub(lambda found: " " * len(found[0]), text)
