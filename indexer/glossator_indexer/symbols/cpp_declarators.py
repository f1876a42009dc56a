"""Own how a C++ declarator is read: the name in its middle, parameters, the type around it.

It must not know where a declaration stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from glossator_indexer.parsing import Node, ParsedSource
from glossator_indexer.symbols.texts import folded, span_of
from glossator_indexer.types import Parameter, Span

_NAMES = frozenset(
    {
        *("identifier", "field_identifier", "destructor_name", "operator_name"),
        *("qualified_identifier", "template_function", "type_identifier", "template_method"),
    }
)
_TYPE_PARTS = frozenset({"type_qualifier"})
_NO_TYPE = re.compile(r"\b(?:constexpr|consteval|constinit|mutable|extern|thread_local)\b\s*")
_TEMPLATE_ARGUMENTS = re.compile(r"<.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class DeclaredFunction:
    """A function's declarator: `whole` with its parameter list, `name` alone."""

    whole: Node
    name: Node


def function_in(declaration: Node) -> DeclaredFunction | None:
    """Return the function that a declaration declares, None where it declares something else."""
    node = declaration.child_by_field_name("declarator")
    found: Node | None = None
    while node is not None:
        if node.type == "operator_cast":
            return DeclaredFunction(node, node)
        if node.type == "qualified_identifier" and _cast_in(node) is not None:
            return DeclaredFunction(node, node)
        if node.type in _NAMES:
            return None if found is None else DeclaredFunction(found, node)
        if node.type == "function_declarator":
            found = node
        elif found is not None:
            # A pointer to a function, unless another function stands inside of the brackets.
            found = None
        node = inner(node)
    return None


def inner(declarator: Node) -> Node | None:
    """Return the declarator inside of another."""
    named = declarator.child_by_field_name("declarator")
    if named is not None:
        return named
    return next(
        (
            it
            for it in declarator.named_children
            if it.type.endswith(("declarator", "identifier", "operator_cast"))
        ),
        None,
    )


def qualified(source: ParsedSource, named: Node, container: str) -> tuple[str, str]:
    """Return the container and the bare name of `A<T>::b`, within `container`."""
    scopes = [container] if container else []
    while named.type == "qualified_identifier":
        scope, name = named.child_by_field_name("scope"), named.child_by_field_name("name")
        if scope is not None:
            written = source.text[scope.start_byte : scope.end_byte]
            scopes.append(_TEMPLATE_ARGUMENTS.sub("", written).strip())
        if name is None:
            break
        named = name
    text = source.text[named.start_byte : named.end_byte]
    if named.type == "operator_cast":
        type_node = named.child_by_field_name("type")
        end = named.end_byte if type_node is None else type_node.end_byte
        text = source.text[named.start_byte : end]
    elif named.type in ("template_type", "template_function", "template_method"):
        text = _TEMPLATE_ARGUMENTS.sub("", text)
    return ".".join(it for it in scopes if it), folded(text)


def name_span(declared: DeclaredFunction) -> Span:
    """Return where the bare name stands."""
    named = declared.name
    while named.type in ("qualified_identifier", "template_function", "template_method"):
        name = named.child_by_field_name("name")
        if name is None:
            break
        named = name
    if named.type == "operator_cast":
        type_node = named.child_by_field_name("type")
        return Span(named.start_byte, named.end_byte if type_node is None else type_node.end_byte)
    return span_of(named)


def return_type(source: ParsedSource, node: Node, declared: DeclaredFunction) -> str | None:
    """Return the type as written: "" for one that is left to the compiler, None for none."""

    def text(start: int, end: int) -> str:
        return folded(source.text[start:end])

    cast = declared.whole if declared.whole.type == "operator_cast" else _cast_in(declared.whole)
    if cast is not None:
        to = cast.child_by_field_name("type")
        return "" if to is None else text(to.start_byte, to.end_byte)
    for child in declared.whole.children:
        if child.type == "trailing_return_type":
            return text(child.start_byte, child.end_byte).removeprefix("->").strip()
    type_node = node.child_by_field_name("type")
    if type_node is None:
        return None
    if type_node.type == "placeholder_type_specifier":
        return ""
    declarator = node.child_by_field_name("declarator")
    marks = "" if declarator is None else text(declarator.start_byte, declared.whole.start_byte)
    qualifiers = [
        text(it.start_byte, it.end_byte)
        for it in node.children
        if it.type in _TYPE_PARTS and it.start_byte < declared.whole.start_byte
    ]
    words = " ".join((*qualifiers, text(type_node.start_byte, type_node.end_byte)))
    return _NO_TYPE.sub("", words + marks).strip()


def parameters(source: ParsedSource, declared: DeclaredFunction) -> tuple[Parameter, ...]:
    """Return the parameters of a function, in order."""
    listed = _parameter_list(declared.whole)
    if listed is None:
        return ()
    found: list[Parameter] = []
    for node in listed.children:
        if node.type == "...":
            found.append(Parameter("...", ""))
        elif node.is_named and node.type.endswith("declaration"):
            found.append(_parameter(source, node))
    if len(found) == 1 and not found[0].name and found[0].type == "void":
        return ()
    return tuple(found)


def template_parameters(source: ParsedSource, listed: Node) -> tuple[Parameter, ...]:
    """Return the named parameters of a template, as `<T>`."""
    found: list[Parameter] = []
    for declared in listed.named_children:
        node = declared
        if declared.type == "template_template_parameter_declaration":
            node = declared.named_children[-1]
        if node.type in ("parameter_declaration", "optional_parameter_declaration"):
            name = _parameter(source, node).name
        else:
            named = node.child_by_field_name("name") or next(
                (it for it in node.named_children if it.type == "type_identifier"), None
            )
            name = "" if named is None else source.text[named.start_byte : named.end_byte]
        if name:
            found.append(Parameter(f"<{name}>", ""))
    return tuple(found)


def _parameter(source: ParsedSource, node: Node) -> Parameter:
    declarator = node.child_by_field_name("declarator")
    value = node.child_by_field_name("default_value")
    default = None if value is None else folded(source.text[value.start_byte : value.end_byte])
    end = node.end_byte
    if value is not None:
        end = value.start_byte
    named = declarator
    while named is not None and named.type not in _NAMES:
        named = inner(named)
    if named is None:
        whole = source.text[node.start_byte : end].rstrip().removesuffix("=")
        return Parameter("", folded(whole), default=default)
    before = source.text[node.start_byte : named.start_byte]
    after = source.text[named.end_byte : end].rstrip().removesuffix("=")
    name = source.text[named.start_byte : named.end_byte]
    return Parameter(name, folded(before + after), default=default)


def _parameter_list(whole: Node) -> Node | None:
    listed = whole.child_by_field_name("parameters")
    if listed is not None:
        return listed
    cast = whole if whole.type == "operator_cast" else _cast_in(whole)
    declarator = None if cast is None else cast.child_by_field_name("declarator")
    while declarator is not None:
        listed = declarator.child_by_field_name("parameters")
        if listed is not None:
            return listed
        declarator = inner(declarator)
    return None


def _cast_in(named: Node) -> Node | None:
    """Return the conversion that `A::operator bool` names."""
    while named.type == "qualified_identifier":
        name = named.child_by_field_name("name")
        if name is None:
            return None
        named = name
    return named if named.type == "operator_cast" else None
