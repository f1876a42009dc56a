"""Own what a C++ text declares: functions, methods, types, aliases and macros with their comments.

It reads the tree alone; it must not know a style of comment. What stands inside of a function is
not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from glossator_indexer.parsing import Node, ParsedSource
from glossator_indexer.symbols import cpp_declarators as declarators
from glossator_indexer.symbols.cpp_throws import thrown
from glossator_indexer.symbols.texts import (
    comment_above,
    indent_before,
    line_start,
    span_of,
)
from glossator_indexer.types import NOTHING, Parameter, Span, Symbol, SymbolKind

_KINDS = {
    "class_specifier": SymbolKind.CLASS,
    "struct_specifier": SymbolKind.STRUCT,
    "union_specifier": SymbolKind.UNION,
    "enum_specifier": SymbolKind.ENUM,
}
_DECLARATIONS = frozenset({"declaration", "field_declaration", "function_definition"})
_ALIASES = frozenset({"type_definition", "alias_declaration", "concept_definition"})
_LISTS = frozenset(
    {
        *("preproc_if", "preproc_ifdef", "preproc_else", "preproc_elif", "preproc_elifdef"),
        *("declaration_list", "ERROR"),
    }
)
# Namespaces that people keep for themselves.
_INTERNAL = re.compile(r"(?:detail|details|internal|impl|_\w*|\w*_(?:detail|internal|impl))\Z")
_MACRO_ALONE = re.compile(r"[ \t]*[A-Z][A-Z0-9]*_[A-Z0-9_]*(?:\([^()\n]*\))?[ \t]*\Z")


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where a declaration stands: `owner` is the class around it, "" outside of any.

    `outer` is the template around the declaration, `templates` what that one declares.
    """

    container: str = ""
    owner: str = ""
    is_private: bool = False
    outer: Node | None = None
    templates: tuple[Parameter, ...] = ()


@dataclass(slots=True)
class _Found:
    """What one look over the text finds, in no order."""

    comments: list[Span] = field(default_factory=list)
    declared: list[tuple[Node, _Scope]] = field(default_factory=list)


def read(source: ParsedSource) -> Iterator[Symbol]:
    """Yield what a text declares, members of classes too."""
    found = _Found()
    pending: list[tuple[Node, _Scope]] = [(source.root(0), _Scope())]
    while pending:
        node, scope = pending.pop()
        pending += _inside(source, node, scope, found)
    found.comments.sort()
    for node, scope in found.declared:
        symbol = _symbol(source, node, scope)
        if symbol is not None:
            start = symbol.extent.start
            yield replace(symbol, comment=comment_above(source.text, start, found.comments))


def _inside(
    source: ParsedSource, block: Node, scope: _Scope, found: _Found
) -> Iterator[tuple[Node, _Scope]]:
    """Note the declarations and comments that a block holds; yield the blocks in it."""
    for node in block.children:
        if node.type == "access_specifier":
            access = source.text[node.start_byte : node.end_byte]
            scope = replace(scope, is_private="private" in access)
        elif node.type == "comment":
            found.comments.append(span_of(node))
        elif node.type in _LISTS:
            yield node, scope
        else:
            yield from _declared(source, node, scope, found)


def _declared(
    source: ParsedSource, node: Node, scope: _Scope, found: _Found
) -> Iterator[tuple[Node, _Scope]]:
    if node.type == "template_declaration":
        listed = node.child_by_field_name("parameters")
        names = declarators.template_parameters(source, listed) if listed else ()
        # In `template <A> template <B> void C<A>::f()` A is the class's, where it is described.
        of_class = (replace(it, described_inside=True) for it in scope.templates)
        inner = replace(scope, outer=scope.outer or node, templates=(*of_class, *names))
        if node.named_children:
            yield from _declared(source, node.named_children[-1], inner, found)
    elif node.type == "friend_declaration" and node.named_children:
        # A comment stands above the whole of it.
        inner = replace(scope, outer=scope.outer or node)
        yield from _declared(source, node.named_children[-1], inner, found)
    elif node.type in ("namespace_definition", "linkage_specification"):
        yield from _namespace(source, node, scope, found)
    elif node.type in _DECLARATIONS or node.type in _ALIASES:
        type_node = node.child_by_field_name("type")
        if type_node is not None and _is_defined_here(type_node):
            wrapper = node if scope.outer is None else scope.outer
            yield from _type(source, type_node, replace(scope, outer=wrapper), found)
        else:
            found.declared.append((node, scope))
    elif node.type == "preproc_function_def":
        found.declared.append((node, scope))
    elif _is_defined_here(node):
        yield from _type(source, node, scope, found)


def _namespace(
    source: ParsedSource, node: Node, scope: _Scope, found: _Found
) -> Iterator[tuple[Node, _Scope]]:
    body = node.child_by_field_name("body")
    if body is None:
        return
    if node.type == "namespace_definition":
        named = node.child_by_field_name("name")
        name = "" if named is None else source.text[named.start_byte : named.end_byte]
        parts = [it.strip() for it in name.replace("inline", "").split("::")]
        is_private = scope.is_private or not name or any(map(_INTERNAL.match, parts))
        container = ".".join(filter(None, (scope.container, *parts)))
        scope = replace(scope, container=container, is_private=is_private)
    if body.type == "declaration_list":
        yield body, scope
    else:
        yield from _declared(source, body, scope, found)


def _is_defined_here(node: Node) -> bool:
    return node.type in _KINDS and node.child_by_field_name("body") is not None


def _type(
    source: ParsedSource, node: Node, scope: _Scope, found: _Found
) -> Iterator[tuple[Node, _Scope]]:
    found.declared.append((node, scope))
    body = node.child_by_field_name("body")
    if body is None or node.type == "enum_specifier":
        return
    container, name = _type_name(source, node, scope)
    is_private = node.type == "class_specifier"
    inner = _Scope(
        container=".".join(filter(None, (container, name))),
        owner=name or scope.owner,
        is_private=is_private or scope.is_private,
    )
    # An access specifier opens what the class closes; an internal namespace stays one.
    yield from _inside(source, body, inner, found)


def _type_name(source: ParsedSource, node: Node, scope: _Scope) -> tuple[str, str]:
    named = node.child_by_field_name("name")
    outer = scope.outer
    if named is None and outer is not None and outer.type == "type_definition":
        named = next(
            (
                it
                for it in outer.children_by_field_name("declarator")
                if it.type == "type_identifier"
            ),
            None,
        )
    if named is None:
        return scope.container, ""
    return declarators.qualified(source, named, scope.container)


def _symbol(source: ParsedSource, node: Node, scope: _Scope) -> Symbol | None:
    if node.type in _KINDS:
        container, name = _type_name(source, node, scope)
        named = node.child_by_field_name("name") or _typedef_name(scope)
        if not name or named is None:
            return None
        parts = _Parts(name, container, _KINDS[node.type], _last(named))
        return _placed(source, node, scope, replace(parts, parameters=scope.templates))
    if node.type in _ALIASES:
        return _alias(source, node, scope)
    if node.type == "preproc_function_def":
        return _macro(source, node, scope)
    return _function(source, node, scope)


def _typedef_name(scope: _Scope) -> Node | None:
    outer = scope.outer
    if outer is None or outer.type != "type_definition":
        return None
    return outer.child_by_field_name("declarator")


def _last(named: Node) -> Span:
    while named.type in ("qualified_identifier", "template_type", "template_function"):
        inner = named.child_by_field_name("name")
        if inner is None:
            break
        named = inner
    return span_of(named)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the different kinds of declarations say in different ways."""

    name: str
    container: str
    kind: SymbolKind
    name_span: Span
    parameters: tuple[Parameter, ...] = ()
    return_type: str | None = None
    is_private: bool = False
    raises: tuple[str, ...] = ()


def _alias(source: ParsedSource, node: Node, scope: _Scope) -> Symbol | None:
    named = node.child_by_field_name("name") or node.child_by_field_name("declarator")
    while named is not None and not named.type.endswith("identifier"):
        named = declarators.inner(named)
    if named is None:
        return None
    name = source.text[named.start_byte : named.end_byte]
    kind = SymbolKind.TYPEDEF
    parts = _Parts(name, scope.container, kind, span_of(named), parameters=scope.templates)
    return _placed(source, node, scope, parts)


def _macro(source: ParsedSource, node: Node, scope: _Scope) -> Symbol | None:
    named, listed = node.child_by_field_name("name"), node.child_by_field_name("parameters")
    if named is None or listed is None:
        return None
    names = source.text[listed.start_byte : listed.end_byte].strip("()").replace("\\", " ")
    parameters = tuple(Parameter(it.strip(), "") for it in names.split(",") if it.strip())
    name = source.text[named.start_byte : named.end_byte]
    parts = _Parts(name, "", SymbolKind.MACRO, span_of(named), parameters)
    return _placed(source, node, replace(scope, outer=None), parts)


def _function(source: ParsedSource, node: Node, scope: _Scope) -> Symbol | None:
    declared = declarators.function_in(node)
    if declared is None:
        return None
    container, name = declarators.qualified(source, declared.name, scope.container)
    owner = scope.owner if container == scope.container else container.rpartition(".")[2]
    is_own = bool(owner) and name == owner
    returns = declarators.return_type(source, node, declared)
    if returns is None:
        if not is_own and not name.startswith(("~", "operator")):
            return None  # a macro that is called where declarations stand
        returns = NOTHING
    kind = SymbolKind.PROTOTYPE if node.type != "function_definition" else SymbolKind.FUNCTION
    body = node.child_by_field_name("body")
    if owner:
        is_own |= name.startswith("~")
        kind = SymbolKind.CONSTRUCTOR if is_own else SymbolKind.METHOD
    parts = _Parts(
        name,
        container,
        kind,
        declarators.name_span(declared),
        (*declarators.parameters(source, declared), *scope.templates),
        returns,
        is_private=(not owner and _is_of_the_file(source, node)) or _has_no_body_of_its_own(node),
        raises=() if body is None else thrown(source, body),
    )
    return _placed(source, node, scope, parts)


def _is_of_the_file(source: ParsedSource, node: Node) -> bool:
    words = {
        source.text[it.start_byte : it.end_byte]
        for it in node.children
        if it.type == "storage_class_specifier"
    }
    return "static" in words and "inline" not in words


def _has_no_body_of_its_own(node: Node) -> bool:
    return any(it.type in ("default_method_clause", "delete_method_clause") for it in node.children)


def _placed(source: ParsedSource, node: Node, scope: _Scope, parts: _Parts) -> Symbol:
    text = source.text
    whole = scope.outer or node
    start = _with_macros_above(text, whole.start_byte)
    body = node.child_by_field_name("body")
    end = whole.end_byte
    if text[end - 1 : end] == "\n":
        end -= 1  # a macro's node ends with its line
    head = end
    if body is not None:
        declarator = node.child_by_field_name("declarator")
        head = body.start_byte if declarator is None else declarator.end_byte
    signature = text[start:head].rstrip().rstrip(";")
    indent = indent_before(text, start)
    return Symbol(
        name=parts.name,
        kind=parts.kind,
        extent=Span(start, end),
        name_span=parts.name_span,
        signature=Span(start, start + len(signature)),
        body=None if body is None else span_of(body),
        parameters=parts.parameters,
        return_type=parts.return_type,
        comment=None,
        insertion=start if indent is None else line_start(text, start),
        indent=indent or "",
        has_syntax_errors=node.has_error,
        shares_line=indent is None,
        container=parts.container,
        raises=parts.raises,
        is_private=parts.is_private or scope.is_private,
    )


def _with_macros_above(text: str, start: int) -> int:
    """Return where a declaration begins whose first lines are macros of its library alone.

    The grammar was not shown them.
    """
    first = line_start(text, start)
    if text[first:start].strip():
        before = text[first:start]
        # `MY_API int f();` begins with the macro.
        if _MACRO_ALONE.match(before.rstrip()):
            start = first + len(before) - len(before.lstrip())
        else:
            return start
    while first > 0:
        above = line_start(text, first - 1)
        line = text[above:first].rstrip("\r\n")
        if not _MACRO_ALONE.match(line):
            break
        start, first = above + len(line) - len(line.lstrip()), above
    return start
