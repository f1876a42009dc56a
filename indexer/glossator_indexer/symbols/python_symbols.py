"""Own what a Python text declares: modules, classes, functions and methods with their docstrings.

It reads the tree alone; it must not know a style of docstring.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from glossator_indexer.parsing import Node, ParsedSource, walk
from glossator_indexer.symbols.texts import folded, indent_before, line_start, span_of
from glossator_indexer.symbols.tree_frames import Frame, FrameNodes, first_named, frame_of
from glossator_indexer.types import NOTHING, Comment, Parameter, Span, Symbol, SymbolKind

# Definitions in them are those of the block around.
_HOLDS_DEFINITIONS = frozenset(
    {
        "case_clause",
        "else_clause",
        "for_statement",
        "if_statement",
        "match_statement",
        "try_statement",
        "while_statement",
        "with_statement",
    }
)
_PROPERTY = re.compile(
    r"(?:\w+\.)*(?:\w*_)?(?:abstract)?property(?:\(.*\))?|.*\.(?:setter|deleter)"
)
# What somebody else describes: the implementation, the base class, the getter.
_DESCRIBED_ELSEWHERE = re.compile(r"(?:\w+\.)*(?:overload|override)|.*\.(?:setter|deleter)")
_STUB = re.compile(r"pass|\.\.\.|raise NotImplementedError\b.*", re.DOTALL)
_SEPARATORS = frozenset({"positional_separator", "keyword_separator", "comment"})
_DEFINITIONS = frozenset({"function_definition", "class_definition"})
# What runs in another frame: a value that it returns is not the function's.
_OTHER_FRAMES = _DEFINITIONS | {"lambda"}
_NO_VALUE = frozenset({"None", '"None"', "'None'", "NoReturn", "Never", "typing.NoReturn"})


def read(source: ParsedSource) -> Iterator[Symbol]:
    """Yield the classes, functions and methods of a text; what is local to a function is not."""
    yield from _in_block(source, source.root(0), "", in_class=False)


def _in_block(
    source: ParsedSource, block: Node, container: str, *, in_class: bool
) -> Iterator[Symbol]:
    for node in block.named_children:
        definition = node.child_by_field_name("definition")
        inner = node if definition is None else definition
        if inner.type in _DEFINITIONS:
            yield from _definition(source, _Definition(node, inner, container, in_class))
        elif node.type in _HOLDS_DEFINITIONS:
            for child in node.named_children:
                if child.type == "block" or child.type.endswith("_clause"):
                    yield from _in_block(source, child, container, in_class=in_class)
        elif node.type == "block":
            yield from _in_block(source, node, container, in_class=in_class)


@dataclass(frozen=True, slots=True)
class _Definition:
    """A definition: `outer` with its decorators, `node` without."""

    outer: Node
    node: Node
    container: str
    in_class: bool


def _definition(source: ParsedSource, defined: _Definition) -> Iterator[Symbol]:
    name = defined.node.child_by_field_name("name")
    body = defined.node.child_by_field_name("body")
    if name is None or body is None or not body.named_children:
        return
    symbol = _symbol(source, defined, name, body)
    yield symbol
    if defined.node.type == "class_definition":
        yield from _in_block(source, body, symbol.qualified_name, in_class=True)


def _symbol(source: ParsedSource, defined: _Definition, name: Node, body: Node) -> Symbol:
    text, node = source.text, defined.node
    is_class = node.type == "class_definition"
    spelled = text[name.start_byte : name.end_byte]
    colon = next((it for it in node.children if it.type == ":"), name)
    first = body.named_children[0]
    inside = indent_before(text, first.start_byte)
    found = Frame() if is_class else _frame(source, body)
    is_stub = not is_class and spelled != "__init__" and _is_stub(source, body)
    unwritten = "" if found.returns or found.yields or is_stub else NOTHING
    decorators = _decorators(source, defined)
    insertion = first.start_byte if inside is None else line_start(text, first.start_byte)
    if is_class and inside is not None:
        # An empty line stays below the docstring, as D211 wants it.
        insertion = _above_empty_lines(text, colon.end_byte, insertion)
    return Symbol(
        name=spelled,
        kind=_kind(defined, spelled),
        extent=span_of(defined.outer),
        name_span=span_of(name),
        signature=Span(node.start_byte, colon.end_byte),
        body=span_of(body),
        parameters=() if is_class else _parameters(source, defined),
        return_type=None if is_class else _return_type(source, node, unwritten),
        comment=_docstring(source, body),
        insertion=insertion,
        indent=_indent_of_block(text, defined.outer) if inside is None else inside,
        has_syntax_errors=node.has_error,
        shares_line=inside is None,
        container=defined.container,
        raises=tuple(found.raised),
        is_generator=found.yields or _is_generated(source, node),
        is_stub=is_stub,
        is_property=any(map(_PROPERTY.fullmatch, decorators)),
        is_private=_is_private(spelled) or any(map(_DESCRIBED_ELSEWHERE.fullmatch, decorators)),
    )


def _is_stub(source: ParsedSource, body: Node) -> bool:
    """Say whether a body does nothing that its function is there for."""
    done = [it for it in body.named_children if it.type != "comment"]
    if _docstring(source, body) is not None:
        done = done[1:]
    return all(_STUB.fullmatch(source.text[it.start_byte : it.end_byte]) for it in done)


def _is_private(name: str) -> bool:
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__"))


def _above_empty_lines(text: str, head: int, at: int) -> int:
    """Return the line below a head, where only empty lines stand between the two."""
    below = text.find("\n", head) + 1
    return at if text[below:at].strip() else below


def _kind(defined: _Definition, name: str) -> SymbolKind:
    if defined.node.type == "class_definition":
        return SymbolKind.CLASS
    if not defined.in_class:
        return SymbolKind.FUNCTION
    return SymbolKind.CONSTRUCTOR if name == "__init__" else SymbolKind.METHOD


def _indent_of_block(text: str, outer: Node) -> str:
    own = indent_before(text, outer.start_byte) or ""
    return own + ("\t" if own.endswith("\t") else "    ")


def _docstring(source: ParsedSource, body: Node) -> Comment | None:
    statement = next((it for it in body.named_children if it.type != "comment"), None)
    if statement is None or statement.type != "expression_statement":
        return None
    if statement.named_child_count != 1 or statement.named_children[0].type != "string":
        return None
    span = span_of(statement.named_children[0])
    text = source.text[span.start : span.end]
    # An f-string or bytes document nothing.
    prefix = text[: min(text.find('"') % (len(text) + 1), text.find("'") % (len(text) + 1))]
    return None if set(prefix.lower()) & {"f", "b", "t"} else Comment(span, text)


def _parameters(source: ParsedSource, defined: _Definition) -> tuple[Parameter, ...]:
    listed = defined.node.child_by_field_name("parameters")
    if listed is None:
        return ()
    found = [_parameter(source, it) for it in listed.named_children if it.type not in _SEPARATORS]
    # Whatever it is called, a method's first parameter is its receiver.
    is_bound = defined.in_class and not _is_static(source, defined)
    if is_bound and found and not found[0].name.startswith("*"):
        return tuple(found[1:])
    return tuple(found)


def _is_static(source: ParsedSource, defined: _Definition) -> bool:
    return "staticmethod" in _decorators(source, defined)


def _decorators(source: ParsedSource, defined: _Definition) -> list[str]:
    return [
        source.text[it.start_byte + 1 : it.end_byte].strip()
        for it in defined.outer.named_children
        if it.type == "decorator"
    ]


def _parameter(source: ParsedSource, node: Node) -> Parameter:
    def text(part: Node | None) -> str:
        return "" if part is None else folded(source.text[part.start_byte : part.end_byte])

    annotation = text(node.child_by_field_name("type"))
    value = node.child_by_field_name("value")
    named = node.child_by_field_name("name")
    if named is None and node.type == "typed_parameter":
        named = next(iter(node.named_children), None)
    name = text(named if named is not None else node)
    return Parameter(name, annotation, default=None if value is None else text(value))


def _frame(source: ParsedSource, body: Node) -> Frame:
    def raised(node: Node) -> str | None:
        value = first_named(node)
        if value is not None and value.type == "call":
            value = value.child_by_field_name("function") or value
        if value is None or value.type not in ("identifier", "attribute"):
            return None
        name = folded(source.text[value.start_byte : value.end_byte])
        # A variable that holds an exception is in lower case; a class is not.
        return name if name.rpartition(".")[2][:1].isupper() else None

    nodes = FrameNodes(
        returns="return_statement",
        yields=frozenset({"yield"}),
        raises="raise_statement",
        others=_OTHER_FRAMES,
        raised_name=raised,
        is_nothing=lambda node: node.type == "none",
    )
    return frame_of(source, body, nodes)


def _return_type(source: ParsedSource, node: Node, unwritten: str) -> str:
    annotation = node.child_by_field_name("return_type")
    if annotation is None:
        return unwritten
    written = folded(source.text[annotation.start_byte : annotation.end_byte])
    return NOTHING if written in _NO_VALUE else written


def _is_generated(source: ParsedSource, node: Node) -> bool:
    """Say whether an abstract declaration promises what a generator gives."""
    annotation = node.child_by_field_name("return_type")
    if annotation is None:
        return False
    written = source.text[annotation.start_byte : annotation.end_byte]
    generates = written.rpartition(".")[2].startswith("Generator") or "AsyncGenerator" in written
    return generates and not any(it.type == "return_statement" for it in walk(node))
