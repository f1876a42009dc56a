"""Own what a Rust text declares: functions, types, traits, modules and what stands in an `impl`.

It reads the tree alone; it must not know a style of comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from glossator_indexer.parsing import Node, ParsedSource, walk_frame
from glossator_indexer.symbols.texts import folded
from glossator_indexer.symbols.tree_placing import (
    Declaration,
    Meaning,
    Placing,
    joined,
    or_nothing,
)
from glossator_indexer.types import NOTHING, Parameter, Symbol, SymbolKind

_ITEMS = {
    "function_item": SymbolKind.FUNCTION,
    "function_signature_item": SymbolKind.FUNCTION,
    "struct_item": SymbolKind.STRUCT,
    "union_item": SymbolKind.UNION,
    "enum_item": SymbolKind.ENUM,
    "trait_item": SymbolKind.TRAIT,
    "type_item": SymbolKind.TYPEDEF,
    "const_item": SymbolKind.VARIABLE,
    "static_item": SymbolKind.VARIABLE,
    "macro_definition": SymbolKind.MACRO,
}
_COMMENTS = frozenset({"line_comment", "block_comment"})
_ABOVE = frozenset({"attribute_item"})
_INNER_ITEMS = frozenset({"function_item", "impl_item", "mod_item", "trait_item"})
_PANICS = re.compile(r"(?:panic|unreachable|todo|unimplemented|assert(?:_eq|_ne)?)")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where items stand: what they belong to, and whether their names are the outside's."""

    container: str = ""
    is_method: bool = False
    is_published: bool = False
    is_private: bool = False


def read(source: ParsedSource) -> Iterator[Symbol]:
    """Yield the items of a text, those of modules, traits and implementations too."""
    yield from _items(Placing(source, _COMMENTS), source.root(0), _Place())


def _items(placing: Placing, block: Node, place: _Place) -> Iterator[Symbol]:
    for node in block.named_children:
        name = node.child_by_field_name("name")
        body = node.child_by_field_name("body")
        if node.type == "impl_item" and body is not None:
            yield from _implementation(placing, node, body, place)
        elif node.type == "mod_item" and name is not None and body is not None:
            inner = _Place(
                joined(place.container, placing.text(name)), is_private=_is_test(placing, node)
            )
            yield from _items(placing, body, inner)
        elif node.type in _ITEMS and name is not None:
            kind = _ITEMS[node.type]
            if place.is_method and kind is SymbolKind.FUNCTION:
                kind = SymbolKind.METHOD
            declared = Declaration(node, node, name, kind, place.container, _start(node))
            yield placing.symbol(declared, _meaning(placing, node, place))
            if node.type == "trait_item" and body is not None:
                path = joined(place.container, placing.text(name))
                yield from _items(placing, body, _Place(path, is_method=True, is_published=True))


def _implementation(placing: Placing, node: Node, body: Node, place: _Place) -> Iterator[Symbol]:
    of = node.child_by_field_name("type")
    named = placing.text(of).partition("<")[0].rpartition("::")[2] if of is not None else ""
    # What a trait demands is described by the trait.
    is_trait = node.child_by_field_name("trait") is not None
    inner = _Place(
        joined(place.container, named), is_method=True, is_private=is_trait or place.is_private
    )
    yield from _items(placing, body, inner)


def _start(node: Node) -> int:
    """Return where the attributes above an item begin."""
    start, above = node.start_byte, node.prev_named_sibling
    while above is not None and above.type in _ABOVE:
        start, above = above.start_byte, above.prev_named_sibling
    return start


def _meaning(placing: Placing, node: Node, place: _Place) -> Meaning:
    is_open = place.is_published or any(it.type == "visibility_modifier" for it in node.children)
    is_open |= any("macro_export" in it for it in _attributes(placing, node))
    is_private = place.is_private or not is_open
    if node.type not in ("function_item", "function_signature_item"):
        is_unsafe = node.type == "trait_item" and any(it.type == "unsafe" for it in node.children)
        return Meaning(raises=("Safety",) if is_unsafe else (), is_private=is_private)
    returned = node.child_by_field_name("return_type")
    written = NOTHING if returned is None else folded(placing.text(returned))
    return Meaning(
        parameters=tuple(_parameters(placing, node)),
        return_type=or_nothing(written, frozenset({"()", "!"})),
        raises=tuple(_sections(placing, node, written)),
        is_private=is_private,
    )


def _parameters(placing: Placing, node: Node) -> Iterator[Parameter]:
    listed = node.child_by_field_name("parameters")
    for it in listed.named_children if listed is not None else ():
        pattern, written = it.child_by_field_name("pattern"), it.child_by_field_name("type")
        if it.type != "parameter" or pattern is None or pattern.type == "self":
            continue
        kind = "" if written is None else folded(placing.text(written))
        is_name = pattern.type == "identifier"
        yield Parameter(placing.text(pattern) if is_name else "", kind)


def _sections(placing: Placing, node: Node, returned: str) -> Iterator[str]:
    if re.match(r"(?:\w+::)*Result\b", returned):
        yield "Errors"
    body = node.child_by_field_name("body")
    if body is not None and any(_may_panic(placing, it) for it in walk_frame(body, _INNER_ITEMS)):
        yield "Panics"
    modifiers = (it for it in node.children if it.type == "function_modifiers")
    if any("unsafe" in placing.text(it).split() for it in modifiers):
        yield "Safety"


def _may_panic(placing: Placing, node: Node) -> bool:
    """Say what clippy's `missing_panics_doc` says of an expression."""
    if node.type == "macro_invocation":
        name = node.child_by_field_name("macro")
        return name is not None and _PANICS.fullmatch(placing.text(name)) is not None
    called = node.child_by_field_name("function") if node.type == "call_expression" else None
    method = called.child_by_field_name("field") if called is not None else None
    return method is not None and placing.text(method) in ("unwrap", "expect")


def _is_test(placing: Placing, node: Node) -> bool:
    return any("cfg(test)" in it for it in _attributes(placing, node))


def _attributes(placing: Placing, node: Node) -> Iterator[str]:
    """Yield the attributes above an item, the nearest first; comments may stand between them."""
    above = node.prev_named_sibling
    while above is not None and (above.type in _ABOVE or above.type in _COMMENTS):
        if above.type in _ABOVE:
            yield placing.text(above)
        above = above.prev_named_sibling
