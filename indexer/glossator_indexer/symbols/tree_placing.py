"""Own how a declaration of a tree becomes a symbol: its extent, its comment, where a new one goes.

It must not know a language; what a declaration says is handed over.
"""

from __future__ import annotations

from dataclasses import dataclass

from glossator_indexer.parsing import Node, ParsedSource, walk
from glossator_indexer.symbols.texts import comment_above, indent_before, line_start, span_of
from glossator_indexer.types import NOTHING, Parameter, Span, Symbol, SymbolKind


@dataclass(frozen=True, slots=True)
class Declaration:
    """A declaration as a reader found it.

    `outer` is all of it with what belongs to it (attributes, `export`), `node` what has the body;
    `start` is where its attributes begin, None where that is the start of `outer`.
    """

    outer: Node
    node: Node
    name: Node
    kind: SymbolKind
    container: str = ""
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a declaration says beyond its place."""

    parameters: tuple[Parameter, ...] = ()
    return_type: str | None = None
    raises: tuple[str, ...] = ()
    is_private: bool = False


class Placing:
    """The comments of one text, and what stands below them."""

    def __init__(self, source: ParsedSource, comment_types: frozenset[str]) -> None:
        self.source = source
        root = source.root(0)
        found = (span_of(it) for it in walk(root) if it.type in comment_types)
        # In some grammars the line feed belongs to a comment.
        self.comments = [Span(it.start, self._end_of_words(it)) for it in found]

    def _end_of_words(self, span: Span) -> int:
        return span.start + len(self.source.text[span.start : span.end].rstrip("\r\n"))

    def text(self, node: Node) -> str:
        """Return the text of a node."""
        return self.source.text[node.start_byte : node.end_byte]

    def symbol(self, declared: Declaration, meaning: Meaning) -> Symbol:
        """Return a declaration as a symbol."""
        text, node = self.source.text, declared.node
        start = declared.outer.start_byte if declared.start is None else declared.start
        end = declared.outer.end_byte
        body = node.child_by_field_name("body")
        indent = indent_before(text, start)
        return Symbol(
            name=self.text(declared.name),
            kind=declared.kind,
            extent=Span(start, end),
            name_span=span_of(declared.name),
            signature=Span(start, end if body is None else body.start_byte),
            body=None if body is None else span_of(body),
            parameters=meaning.parameters,
            return_type=meaning.return_type,
            comment=comment_above(text, start, self.comments),
            insertion=line_start(text, start) if indent is not None else start,
            indent=indent or "",
            has_syntax_errors=node.has_error,
            container=declared.container,
            raises=meaning.raises,
            is_private=meaning.is_private,
        )


def joined(container: str, name: str) -> str:
    """Return the path of what belongs to a container."""
    return f"{container}.{name}" if container else name


def or_nothing(written: str, none: frozenset[str]) -> str:
    """Return a type that is written, `NOTHING` for a word that stands for no value."""
    return NOTHING if written in none else written
