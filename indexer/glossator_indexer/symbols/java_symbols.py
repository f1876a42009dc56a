"""Own what a Java text declares: types, methods, constructors, components of records.

It reads the tree alone; it must not know a style of comment.
"""

from __future__ import annotations

from collections.abc import Iterator

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
    yield from _members(placing, source.root(0), "", published=False)


def _members(placing: Placing, body: Node, container: str, *, published: bool) -> Iterator[Symbol]:
    for node in body.named_children:
        name = node.child_by_field_name("name")
        if node.type == "enum_body_declarations":
            yield from _members(placing, node, container, published=published)
        elif name is None:
            continue
        elif node.type in _TYPES:
            declared = Declaration(node, node, name, _TYPES[node.type], container)
            meaning = Meaning(
                parameters=(*_components(placing, node), *_type_parameters(placing, node)),
                is_private=_is_private(placing, node, published=published),
            )
            yield placing.symbol(declared, meaning)
            inner = node.child_by_field_name("body")
            if inner is not None:
                path = joined(container, placing.text(name))
                yield from _members(placing, inner, path, published=node.type in _PUBLISHED)
        elif node.type in _METHODS:
            declared = Declaration(node, node, name, _METHODS[node.type], container)
            yield placing.symbol(declared, _method(placing, node, published=published))


def _method(placing: Placing, node: Node, *, published: bool) -> Meaning:
    written = node.child_by_field_name("type")
    throws = next((it for it in node.named_children if it.type == "throws"), None)
    returned = "void" if written is None else folded(placing.text(written))
    is_annotation = node.type == "annotation_type_element_declaration"
    return Meaning(
        parameters=(*_components(placing, node), *_type_parameters(placing, node)),
        return_type=or_nothing(returned, frozenset({"void"})),
        raises=tuple(folded(placing.text(it)) for it in throws.named_children) if throws else (),
        is_private=_is_private(placing, node, published=published or is_annotation),
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


def _is_private(placing: Placing, node: Node, *, published: bool) -> bool:
    """Say whether others cannot use it, or know it from what it overrides."""
    modifiers = next((it for it in node.named_children if it.type == "modifiers"), None)
    words = placing.text(modifiers).split() if modifiers is not None else []
    if "@Override" in words or "private" in words:
        return True
    return not published and not {"public", "protected"} & set(words)
