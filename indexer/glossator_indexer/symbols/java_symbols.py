"""Own what a Java text declares: types, methods, constructors, components of records.

It reads the tree alone; it must not know a style of comment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from glossator_indexer.parsing import Node, ParsedSource
from glossator_indexer.symbols.texts import folded
from glossator_indexer.symbols.tree_placing import (
    Declaration,
    Meaning,
    Placing,
    joined,
    or_nothing,
)
from glossator_indexer.types import Parameter, Symbol, SymbolKind

_TYPES = {
    "class_declaration": SymbolKind.CLASS,
    "record_declaration": SymbolKind.CLASS,
    "enum_declaration": SymbolKind.ENUM,
    "interface_declaration": SymbolKind.INTERFACE,
    "annotation_type_declaration": SymbolKind.INTERFACE,
}
_METHODS = {
    "method_declaration": SymbolKind.METHOD,
    "annotation_type_element_declaration": SymbolKind.METHOD,
    "constructor_declaration": SymbolKind.CONSTRUCTOR,
}
_PUBLISHED = frozenset({"interface_declaration", "annotation_type_declaration"})
_COMMENTS = frozenset({"line_comment", "block_comment"})


def read(source: ParsedSource) -> Iterator[Symbol]:
    """Yield the types and their methods and constructors; what is local to a method is not."""
    placing = Placing(source, _COMMENTS)
    yield from _members(placing, source.root(0), _Place())


@dataclass(frozen=True, slots=True)
class _Place:
    """Where members stand: in which type, are they published by it, or hidden with it."""

    container: str = ""
    is_published: bool = False
    is_hidden: bool = False


def _members(placing: Placing, body: Node, place: _Place) -> Iterator[Symbol]:
    for node in body.named_children:
        name = node.child_by_field_name("name")
        if node.type == "enum_body_declarations":
            yield from _members(placing, node, place)
        elif name is None:
            continue
        elif node.type in _TYPES:
            declared = Declaration(node, node, name, _TYPES[node.type], place.container)
            meaning = Meaning(
                parameters=(*_components(placing, node), *_type_parameters(placing, node)),
                is_private=_is_private(placing, node, place),
            )
            yield placing.symbol(declared, meaning)
            inner = node.child_by_field_name("body")
            if inner is not None:
                path = joined(place.container, placing.text(name))
                is_hidden = place.is_hidden or "private" in _modifiers(placing, node)
                yield from _members(
                    placing, inner, _Place(path, node.type in _PUBLISHED, is_hidden)
                )
        elif node.type in _METHODS:
            declared = Declaration(node, node, name, _METHODS[node.type], place.container)
            yield placing.symbol(declared, _method(placing, node, place))


def _method(placing: Placing, node: Node, place: _Place) -> Meaning:
    written = node.child_by_field_name("type")
    throws = next((it for it in node.named_children if it.type == "throws"), None)
    returned = "void" if written is None else folded(placing.text(written))
    return Meaning(
        parameters=(*_components(placing, node), *_type_parameters(placing, node)),
        return_type=or_nothing(returned, frozenset({"void"})),
        raises=tuple(folded(placing.text(it)) for it in throws.named_children) if throws else (),
        is_private=_is_private(placing, node, place),
    )


def _components(placing: Placing, node: Node) -> Iterator[Parameter]:
    listed = node.child_by_field_name("parameters")
    for it in listed.named_children if listed is not None else ():
        name = it.child_by_field_name("name")
        if it.type == "spread_parameter":
            declarator = next(
                (part for part in it.named_children if part.type == "variable_declarator"), None
            )
            name = declarator.child_by_field_name("name") if declarator is not None else None
        if name is not None and it.type in ("formal_parameter", "spread_parameter"):
            before = placing.source.text[it.start_byte : name.start_byte]
            yield Parameter(placing.text(name), folded(before))


def _type_parameters(placing: Placing, node: Node) -> Iterator[Parameter]:
    listed = node.child_by_field_name("type_parameters")
    for it in listed.named_children if listed is not None else ():
        name = next((part for part in it.named_children if part.type == "type_identifier"), None)
        if name is not None:
            yield Parameter(f"<{placing.text(name)}>", "")


def _is_private(placing: Placing, node: Node, place: _Place) -> bool:
    """Say whether others cannot use it, or know it from what it overrides."""
    words = _modifiers(placing, node)
    if place.is_hidden or "@Override" in words or "private" in words:
        return True
    return not place.is_published and not {"public", "protected"} & set(words)


def _modifiers(placing: Placing, node: Node) -> list[str]:
    modifiers = next((it for it in node.named_children if it.type == "modifiers"), None)
    return placing.text(modifiers).split() if modifiers is not None else []
