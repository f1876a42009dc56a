"""Own what a Go text declares: functions, methods, types, constants and variables of the package.

It reads the tree alone; it must not know a style of comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from glossator_indexer.parsing import Node, ParsedSource
from glossator_indexer.symbols.texts import folded, line_start
from glossator_indexer.symbols.tree_placing import Declaration, Meaning, Placing
from glossator_indexer.types import NOTHING, Comment, Parameter, Span, Symbol, SymbolKind

_GROUPS = {
    "type_declaration": ("type_spec", "type_alias"),
    "const_declaration": ("const_spec",),
    "var_declaration": ("var_spec",),
}
# Comments for tools (go.dev/doc/comment, "Syntax"), and the markers of code generators.
_DIRECTIVE = re.compile(r"\s*//(?:[a-z0-9]+:[a-z0-9]|(?:export|extern|line) |nolint\b|\s*\+[a-z])")


def read(source: ParsedSource) -> Iterator[Symbol]:
    """Yield what a file declares at its top level; in a group each line by itself."""
    for symbol in _declared(source):
        yield _without_directives(symbol, source.text)


def _without_directives(symbol: Symbol, text: str) -> Symbol:
    """Take the directives above and below a comment's words out of it: nothing may touch them."""
    comment = symbol.comment
    if comment is None or not comment.text.startswith("//"):
        return symbol
    lines = comment.text.splitlines(keepends=True)
    words = [at for at, it in enumerate(lines) if it.strip(" \t\r\n/") and not _DIRECTIVE.match(it)]
    if not words:
        # A new comment goes above them, as gofmt has it.
        at = line_start(text, comment.span.start)
        is_directive = any(map(_DIRECTIVE.match, lines))
        return replace(symbol, comment=None, insertion=at) if is_directive else symbol
    first, last = words[0], words[-1]
    start = comment.span.start + sum(map(len, lines[:first]))
    start += len(lines[first]) - len(lines[first].lstrip())
    end = comment.span.start + sum(map(len, lines[: last + 1]))
    end = start + len(text[start:end].rstrip())
    return replace(symbol, comment=Comment(Span(start, end), text[start:end]))


def _declared(source: ParsedSource) -> Iterator[Symbol]:
    placing = Placing(source, frozenset({"comment"}))
    for node in source.root(0).named_children:
        name = node.child_by_field_name("name")
        if node.type == "function_declaration" and name is not None:
            declared = Declaration(node, node, name, SymbolKind.FUNCTION)
            yield placing.symbol(declared, _function(placing, node, name))
        elif node.type == "method_declaration" and name is not None:
            owner = _receiver(placing, node)
            declared = Declaration(node, node, name, SymbolKind.METHOD, owner)
            yield placing.symbol(declared, _function(placing, node, name, owner))
        elif node.type in _GROUPS:
            yield from _group(placing, node)


def _group(placing: Placing, node: Node) -> Iterator[Symbol]:
    specs = [it for it in _specs(node) if it.type in _GROUPS[node.type]]
    opening = next((it for it in node.children if it.type == "(" or "_list" in it.type), None)
    is_alone = len(specs) == 1 and opening is None
    for spec in specs:
        name = spec.child_by_field_name("name")
        if name is None:
            continue
        outer = node if is_alone else spec
        kind = _kind(spec)
        names = spec.children_by_field_name("name")
        is_private = all(_is_private(placing, it) for it in names)
        yield placing.symbol(Declaration(outer, spec, name, kind), Meaning(is_private=is_private))
        body = spec.child_by_field_name("type")
        if kind is SymbolKind.INTERFACE and body is not None:
            yield from _methods(placing, body, placing.text(name))


def _specs(node: Node) -> Iterator[Node]:
    for it in node.named_children:
        if it.type.endswith("_spec_list"):
            yield from it.named_children
        else:
            yield it


def _methods(placing: Placing, body: Node, container: str) -> Iterator[Symbol]:
    for it in body.named_children:
        name = it.child_by_field_name("name")
        if it.type == "method_elem" and name is not None:
            declared = Declaration(it, it, name, SymbolKind.METHOD, container)
            yield placing.symbol(declared, _function(placing, it, name, container))


def _kind(spec: Node) -> SymbolKind:
    if spec.type in ("const_spec", "var_spec"):
        return SymbolKind.VARIABLE
    written = spec.child_by_field_name("type")
    if spec.type == "type_spec" and written is not None:
        if written.type == "struct_type":
            return SymbolKind.STRUCT
        if written.type == "interface_type":
            return SymbolKind.INTERFACE
    return SymbolKind.TYPEDEF


def _function(placing: Placing, node: Node, name: Node, owner: str = "") -> Meaning:
    result = node.child_by_field_name("result")
    is_hidden = _is_private(placing, name) or (owner[:1].islower() if owner else False)
    return Meaning(
        parameters=tuple(_parameters(placing, node)),
        return_type=NOTHING if result is None else folded(placing.text(result)),
        is_private=is_hidden,
    )


def _parameters(placing: Placing, node: Node) -> Iterator[Parameter]:
    listed = node.child_by_field_name("parameters")
    for it in listed.named_children if listed is not None else ():
        written = it.child_by_field_name("type")
        kind = "" if written is None else folded(placing.text(written))
        names = it.children_by_field_name("name")
        for name in names:
            yield Parameter(placing.text(name), kind)
        if not names and it.type != "comment":
            yield Parameter("", kind)


def _receiver(placing: Placing, node: Node) -> str:
    listed = node.child_by_field_name("receiver")
    first = next(iter(listed.named_children), None) if listed is not None else None
    written = first.child_by_field_name("type") if first is not None else None
    return "" if written is None else placing.text(written).lstrip("*(").partition("[")[0]


def _is_private(placing: Placing, name: Node) -> bool:
    return not placing.text(name)[:1].isupper()
