"""Own what a C++ text declares: functions, methods, classes, templates, namespaces, macros.

It reads the tree alone; it must not know a style of comment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from glossator_indexer.parsing import Node, ParsedSource
from glossator_indexer.symbols.texts import folded
from glossator_indexer.symbols.tree_placing import Declaration, Meaning, Placing, joined
from glossator_indexer.types import NOTHING, Parameter, Symbol, SymbolKind

_CLASSES = {
    "class_specifier": SymbolKind.CLASS,
    "struct_specifier": SymbolKind.STRUCT,
    "union_specifier": SymbolKind.UNION,
    "enum_specifier": SymbolKind.ENUM,
}
_FUNCTIONS = frozenset({"function_definition", "declaration", "field_declaration"})
_DECLARATORS = frozenset(
    {"pointer_declarator", "reference_declarator", "parenthesized_declarator", "init_declarator"}
)
_NAMES = frozenset(
    {"identifier", "field_identifier", "destructor_name", "operator_name", "operator_cast"}
)
_SCOPES = frozenset({"linkage_specification", "preproc_if", "preproc_ifdef", "preproc_else"})
# What stands before a type and is no part of it.
_STORAGE = frozenset(
    {"static", "inline", "extern", "virtual", "explicit", "constexpr", "friend", "mutable"}
)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where declarations stand."""

    container: str = ""
    in_class: bool = False
    is_private: bool = False
    types: tuple[Parameter, ...] = ()
    outer: Node | None = None


def read(source: ParsedSource) -> Iterator[Symbol]:
    """Yield functions, classes and their members, and macros; what is local is not."""
    yield from _declarations(Placing(source, frozenset({"comment"})), source.root(0), _Place())


def _declarations(placing: Placing, block: Node, place: _Place) -> Iterator[Symbol]:
    hidden = place.is_private
    for node in block.named_children:
        if node.type == "access_specifier":
            hidden = placing.text(node).strip(": ") == "private"
            continue
        yield from _declaration(placing, node, replace(place, is_private=hidden))


def _declaration(placing: Placing, node: Node, place: _Place) -> Iterator[Symbol]:
    body = node.child_by_field_name("body")
    name = node.child_by_field_name("name")
    if node.type == "namespace_definition" and body is not None:
        # What has no name is for this file alone.
        path = place.container if name is None else joined(place.container, _path(placing, name))
        inner = _Place(path, is_private=place.is_private or name is None)
        yield from _declarations(placing, body, inner)
    elif node.type in _SCOPES:
        yield from _declarations(placing, node if body is None else body, place)
    elif node.type == "template_declaration":
        inner = replace(place, types=_type_parameters(placing, node), outer=place.outer or node)
        for it in node.named_children:
            yield from _declaration(placing, it, inner)
    elif node.type in _CLASSES and name is not None and body is not None:
        yield from _class(placing, node, place)
    elif node.type == "type_definition":
        yield from _typedef(placing, node, place)
    elif node.type == "preproc_function_def" and name is not None:
        yield _macro(placing, node, name)
    elif node.type == "alias_declaration" and name is not None:
        declared = Declaration(place.outer or node, node, name, SymbolKind.TYPEDEF, place.container)
        yield placing.symbol(declared, Meaning(place.types, is_private=place.is_private))
    elif node.type in _FUNCTIONS:
        yield from _function(placing, node, place)


def _class(
    placing: Placing, node: Node, place: _Place, outer: Node | None = None
) -> Iterator[Symbol]:
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is None or body is None:
        return
    declared = Declaration(
        outer or place.outer or node, node, name, _CLASSES[node.type], place.container
    )
    yield placing.symbol(declared, Meaning(place.types, is_private=place.is_private))
    if node.type != "enum_specifier":
        path = joined(place.container, _path(placing, name))
        hidden = place.is_private or node.type == "class_specifier"
        yield from _declarations(placing, body, _Place(path, in_class=True, is_private=hidden))


def _typedef(placing: Placing, node: Node, place: _Place) -> Iterator[Symbol]:
    written, name = node.child_by_field_name("type"), node.child_by_field_name("declarator")
    if written is None or name is None or name.type != "type_identifier":
        return
    kind = _CLASSES.get(written.type, SymbolKind.TYPEDEF)
    if written.child_by_field_name("body") is None:
        kind = SymbolKind.TYPEDEF
    declared = Declaration(node, node, name, kind, place.container)
    yield placing.symbol(declared, Meaning(is_private=place.is_private))


def _macro(placing: Placing, node: Node, name: Node) -> Symbol:
    listed = node.child_by_field_name("parameters")
    names = [placing.text(it) for it in listed.named_children] if listed is not None else []
    parameters = tuple(Parameter(it, "") for it in names)
    return placing.symbol(Declaration(node, node, name, SymbolKind.MACRO), Meaning(parameters))


def _function(placing: Placing, node: Node, place: _Place) -> Iterator[Symbol]:
    written = node.child_by_field_name("type")
    if written is not None and written.type in _CLASSES:
        yield from _class(placing, written, place, outer=node)
        return
    declarator = _function_declarator(node.child_by_field_name("declarator"))
    if declarator is None:
        return
    name = declarator.child_by_field_name("declarator")
    container = place.container
    while name is not None and name.type in ("qualified_identifier", "template_function"):
        scope = name.child_by_field_name("scope")
        if scope is not None:
            container = joined(container, _path(placing, scope))
        name = name.child_by_field_name("name")
    if name is None or name.type not in _NAMES:
        return
    is_member = place.in_class or container != place.container
    kind = _kind(placing, node, name, is_member=is_member, container=container)
    declared = Declaration(place.outer or node, node, name, kind, container)
    is_given = any(
        it.type in ("delete_method_clause", "default_method_clause") for it in node.children
    )
    meaning = Meaning(
        (*_parameters(placing, declarator), *place.types),
        _return_type(placing, node, declarator, kind),
        is_private=place.is_private or is_given,
    )
    yield placing.symbol(declared, meaning)


def _kind(
    placing: Placing, node: Node, name: Node, *, is_member: bool, container: str
) -> SymbolKind:
    if is_member:
        is_own = placing.text(name) == container.rpartition(".")[2].partition("<")[0]
        is_constructor = is_own or name.type == "destructor_name"
        return SymbolKind.CONSTRUCTOR if is_constructor else SymbolKind.METHOD
    return SymbolKind.FUNCTION if node.type == "function_definition" else SymbolKind.PROTOTYPE


def _function_declarator(node: Node | None) -> Node | None:
    while node is not None and node.type in _DECLARATORS:
        inner = node.child_by_field_name("declarator")
        node = inner or next((it for it in node.named_children if "declarator" in it.type), None)
    return node if node is not None and node.type == "function_declarator" else None


def _return_type(placing: Placing, node: Node, declarator: Node, kind: SymbolKind) -> str:
    if kind is SymbolKind.CONSTRUCTOR:
        return NOTHING
    trailing = next(
        (it for it in declarator.named_children if it.type == "trailing_return_type"), None
    )
    if trailing is not None:
        return folded(placing.text(trailing)).removeprefix("->").strip()
    outer = node.child_by_field_name("declarator")
    begin = node.start_byte
    end = declarator.start_byte
    words = folded(placing.source.text[begin:end]).split()
    kept = [it for it in words if it not in _STORAGE and not it.startswith("[[")]
    written = " ".join(kept)
    if outer is not None and outer.type == "operator_cast":
        return folded(placing.text(outer))
    return NOTHING if written == "void" else written


def _parameters(placing: Placing, declarator: Node) -> Iterator[Parameter]:
    listed = declarator.child_by_field_name("parameters")
    for it in listed.children if listed is not None else ():
        if it.type == "...":
            yield Parameter("...", "")
        if it.type not in (
            "parameter_declaration",
            "optional_parameter_declaration",
            "variadic_parameter_declaration",
        ):
            continue
        value = it.child_by_field_name("default_value")
        name = _parameter_name(it.child_by_field_name("declarator"))
        end = it.end_byte if name is None else name.start_byte
        kind = folded(placing.source.text[it.start_byte : end])
        if name is None and kind == "void":
            continue
        default = None if value is None else folded(placing.text(value))
        yield Parameter("" if name is None else placing.text(name), kind, default=default)


def _parameter_name(node: Node | None) -> Node | None:
    while node is not None and node.type != "identifier":
        inner = node.child_by_field_name("declarator")
        node = inner or next(
            (
                it
                for it in node.named_children
                if it.type == "identifier" or "declarator" in it.type
            ),
            None,
        )
    return node


def _type_parameters(placing: Placing, node: Node) -> tuple[Parameter, ...]:
    listed = node.child_by_field_name("parameters")
    found: list[Parameter] = []
    for it in listed.named_children if listed is not None else ():
        name = it.child_by_field_name("declarator") or it.child_by_field_name("name")
        name = name or next(
            (part for part in it.named_children if part.type == "type_identifier"), None
        )
        name = _parameter_name(name) or name
        if name is not None and it.type.endswith("parameter_declaration"):
            found.append(Parameter(f"<{placing.text(name).strip('. ')}>", ""))
    return tuple(found)


def _path(placing: Placing, name: Node) -> str:
    return folded(placing.text(name)).partition("<")[0].replace("::", ".")
