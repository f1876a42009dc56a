"""Own what a JavaScript or TypeScript text declares: functions, classes, methods, types.

It reads the tree alone; it must not know a style of comment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from glossator_indexer.parsing import Node, ParsedSource, walk
from glossator_indexer.symbols.texts import (
    comment_above,
    folded,
    indent_before,
    line_start,
    span_of,
)
from glossator_indexer.symbols.tree_frames import Frame, FrameNodes, first_named, frame_of
from glossator_indexer.types import NOTHING, Parameter, Span, Symbol, SymbolKind

_FUNCTIONS = frozenset(
    {
        "arrow_function",
        "function_expression",
        "function",
        "generator_function",
        "function_declaration",
        "generator_function_declaration",
        "method_definition",
        "class_declaration",
        "class",
    }
)
_VALUES = frozenset({"arrow_function", "function_expression", "function", "generator_function"})
_DECLARED = {
    "function_declaration": SymbolKind.FUNCTION,
    "generator_function_declaration": SymbolKind.FUNCTION,
    "function_signature": SymbolKind.FUNCTION,
    "class_declaration": SymbolKind.CLASS,
    "abstract_class_declaration": SymbolKind.CLASS,
    "interface_declaration": SymbolKind.INTERFACE,
    "enum_declaration": SymbolKind.ENUM,
    "type_alias_declaration": SymbolKind.TYPEDEF,
}
_METHODS = frozenset(
    {"method_definition", "abstract_method_signature", "method_signature", "function_signature"}
)
_FIELDS = frozenset({"public_field_definition", "field_definition"})
_WRAPPERS = frozenset({"export_statement", "ambient_declaration"})
_CALLABLE = frozenset({SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CONSTRUCTOR})
_NO_VALUE = frozenset({"void", "undefined", "never"})


def read(source: ParsedSource) -> Iterator[Symbol]:
    """Yield the functions, classes, methods and types of a text; what is local is not."""
    root = source.root(0)
    comments = [span_of(it) for it in walk(root) if it.type == "comment"]
    yield from _Reader(source, comments).statements(root, "")


@dataclass(frozen=True, slots=True)
class _Declared:
    """A declaration: the statement around it, the node that is called, and its name."""

    outer: Node
    node: Node
    name: Node | None
    kind: SymbolKind
    container: str


@dataclass(frozen=True, slots=True)
class _Reader:
    """One reading of a text."""

    source: ParsedSource
    comments: list[Span]

    def statements(self, block: Node, container: str) -> Iterator[Symbol]:
        """Yield what the statements of a block declare."""
        for statement in block.named_children:
            node = statement
            while node.type in _WRAPPERS or node.type == "expression_statement":
                inner = node.child_by_field_name("declaration") or node.child_by_field_name("value")
                inner = inner or next(
                    (it for it in node.named_children if it.type != "comment"), None
                )
                if inner is None:
                    break
                node = inner
            yield from self._statement(statement, node, container)

    def _statement(self, outer: Node, node: Node, container: str) -> Iterator[Symbol]:
        kind = _DECLARED.get(node.type)
        name = node.child_by_field_name("name")
        if kind is not None and name is not None:
            yield from self._declared(_Declared(outer, node, name, kind, container))
        elif node.type in ("lexical_declaration", "variable_declaration"):
            declarators = [it for it in node.named_children if it.type == "variable_declarator"]
            if len(declarators) == 1:
                yield from self._variable(outer, declarators[0], container)
        elif node.type == "assignment_expression":
            yield from self._assignment(outer, node, container)
        elif node.type in ("internal_module", "module") and name is not None:
            body = node.child_by_field_name("body")
            if body is not None:
                yield from self.statements(body, _joined(container, self._text(name).strip("'\"")))
        elif outer.type == "export_statement" and node.type in _VALUES:
            yield from self._declared(_Declared(outer, node, None, SymbolKind.FUNCTION, container))
        elif outer.type == "export_statement" and node.type == "object":
            yield from self._object(node, container)

    def _variable(self, outer: Node, declarator: Node, container: str) -> Iterator[Symbol]:
        name, value = (
            declarator.child_by_field_name("name"),
            declarator.child_by_field_name("value"),
        )
        if name is None or value is None or name.type != "identifier":
            return
        if value.type in _VALUES:
            yield from self._declared(_Declared(outer, value, name, SymbolKind.FUNCTION, container))
        elif value.type == "class":
            yield from self._declared(_Declared(outer, value, name, SymbolKind.CLASS, container))
        elif value.type == "object" and outer.type == "export_statement":
            yield from self._object(value, _joined(container, self._text(name)))

    def _assignment(self, outer: Node, node: Node, container: str) -> Iterator[Symbol]:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        name = left.child_by_field_name("property") if left.type == "member_expression" else None
        if name is None:
            return
        held = self._text(left.child_by_field_name("object") or left)
        owner = ".".join(it for it in held.split(".") if it not in _TRANSPARENT)
        if right.type in _VALUES:
            kind = SymbolKind.METHOD if owner else SymbolKind.FUNCTION
            yield from self._declared(_Declared(outer, right, name, kind, owner or container))
        elif right.type == "class":
            yield from self._declared(_Declared(outer, right, name, SymbolKind.CLASS, container))
        elif right.type == "object" and self._text(left) in ("module.exports", "exports.default"):
            yield from self._object(right, container)

    def _object(self, node: Node, container: str) -> Iterator[Symbol]:
        for member in node.named_children:
            name = member.child_by_field_name("key") or member.child_by_field_name("name")
            value = member.child_by_field_name("value")
            if name is None:
                continue
            if member.type == "method_definition":
                value = member
            if value is not None and (value is member or value.type in _VALUES):
                kind = SymbolKind.METHOD
                yield from self._declared(_Declared(member, value, name, kind, container))

    def _declared(self, declared: _Declared) -> Iterator[Symbol]:
        symbol = self._symbol(declared)
        yield symbol
        body = declared.node.child_by_field_name("body")
        if body is None or symbol.kind not in (SymbolKind.CLASS, SymbolKind.INTERFACE):
            return
        for member in body.named_children:
            name = member.child_by_field_name("name") or member.child_by_field_name("property")
            value = member.child_by_field_name("value")
            if name is None:
                continue
            if member.type in _METHODS:
                kind = SymbolKind.METHOD
                if self._text(name) == "constructor":
                    kind = SymbolKind.CONSTRUCTOR
                yield self._symbol(_Declared(member, member, name, kind, symbol.qualified_name))
            elif member.type in _FIELDS and value is not None and value.type in _VALUES:
                declared = _Declared(member, value, name, SymbolKind.METHOD, symbol.qualified_name)
                yield self._symbol(declared)

    def _symbol(self, declared: _Declared) -> Symbol:
        text, node = self.source.text, declared.node
        start = self._start(declared.outer)
        body = node.child_by_field_name("body")
        is_called = declared.kind in _CALLABLE
        frame = Frame()
        if is_called and body is not None:
            frame = frame_of(self.source, body, self._frame_nodes())
        name = "default" if declared.name is None else self._text(declared.name)
        name_span = span_of(declared.name) if declared.name else Span(start, start)
        indent = indent_before(text, start)
        at = line_start(text, start) if indent is not None else start
        return Symbol(
            name=name,
            kind=declared.kind,
            extent=Span(start, declared.outer.end_byte),
            name_span=name_span,
            signature=Span(start, declared.outer.end_byte if body is None else body.start_byte),
            body=None if body is None else span_of(body),
            parameters=self._parameters(node, declared.kind),
            return_type=self._return_type(node, frame) if is_called else None,
            comment=comment_above(text, start, self.comments),
            insertion=at,
            indent=indent or "",
            has_syntax_errors=node.has_error,
            container=declared.container,
            raises=tuple(frame.raised),
            is_generator=frame.yields or any(it.type == "*" for it in node.children),
            is_private=self._is_private(declared, name),
            is_property=any(it.type in ("get", "set") for it in node.children),
            is_async=any(it.type == "async" for it in node.children),
        )

    def _start(self, outer: Node) -> int:
        """Return where a declaration begins, the decorators before it included."""
        start, sibling = outer.start_byte, outer.prev_named_sibling
        while sibling is not None and sibling.type == "decorator":
            start, sibling = sibling.start_byte, sibling.prev_named_sibling
        return start

    def _parameters(self, node: Node, kind: SymbolKind) -> tuple[Parameter, ...]:
        found: list[Parameter] = []
        listed = node.child_by_field_name("parameters")
        single = node.child_by_field_name("parameter")
        if single is not None:
            found.append(Parameter(self._text(single), ""))
        elif listed is not None and kind in _CALLABLE:
            found += filter(None, map(self._parameter, listed.named_children))
        types = node.child_by_field_name("type_parameters")
        for it in types.named_children if types is not None else ():
            name = it.child_by_field_name("name")
            if name is not None:
                found.append(Parameter(f"<{self._text(name)}>", ""))
        return tuple(found)

    def _parameter(self, node: Node) -> Parameter | None:
        if node.type == "comment":
            # `setup( /* builder */ )`: a parameter that a caller gives and nobody reads.
            name = self._text(node)[2:-2].strip()
            before, after = node.prev_sibling, node.next_sibling
            alone = (
                before is not None
                and before.type in ("(", ",")
                and after is not None
                and after.type in (")", ",")
            )
            return (
                Parameter(name, "", described_inside=True)
                if alone and name.isidentifier()
                else None
            )
        pattern = node.child_by_field_name("pattern") or node.child_by_field_name("left") or node
        value = node.child_by_field_name("value") or node.child_by_field_name("right")
        annotation = node.child_by_field_name("type")
        kind = (
            "" if annotation is None else folded(self._text(annotation)).removeprefix(":").strip()
        )
        default = None if value is None else folded(self._text(value))
        if node.type == "optional_parameter" and default is None:
            default = "undefined"
        if pattern.type == "this":
            return None
        if pattern.type in ("object_pattern", "array_pattern"):
            return Parameter("", kind, self._members(pattern), default=default)
        return Parameter(folded(self._text(pattern)), kind, default=default)

    def _members(self, pattern: Node) -> tuple[Parameter, ...]:
        if pattern.type == "array_pattern":
            return ()
        return tuple(self._member(it) for it in pattern.named_children if it.type != "comment")

    def _member(self, node: Node) -> Parameter:
        """Return a property that is taken out of a parameter, by its own name."""
        named = node.child_by_field_name("key") or node.child_by_field_name("left") or node
        # `{ a = 1 }` and `{ a: b = 1 }`.
        given = node.child_by_field_name("value") or node
        value = given.child_by_field_name("right")
        default = None if value is None else folded(self._text(value))
        return Parameter(folded(self._text(named)), "", default=default)

    def _return_type(self, node: Node, frame: Frame) -> str:
        annotation = node.child_by_field_name("return_type")
        if annotation is not None:
            written = folded(self._text(annotation)).removeprefix(":").strip()
            # `asserts x is T` is said of what is passed.
            is_nothing = written in _NO_VALUE or written.startswith("asserts ")
            return NOTHING if is_nothing else written
        body = node.child_by_field_name("body")
        if body is not None and node.type == "arrow_function" and body.type != "statement_block":
            return ""
        return "" if frame.returns or frame.yields else NOTHING

    def _is_private(self, declared: _Declared, name: str) -> bool:
        modifiers = [it for it in declared.outer.children if it.type == "accessibility_modifier"]
        is_hidden = any(self._text(it) in ("private", "protected") for it in modifiers)
        return is_hidden or name.startswith(("_", "#"))

    def _frame_nodes(self) -> FrameNodes:
        return FrameNodes(
            returns="return_statement",
            yields=frozenset({"yield_expression"}),
            raises="throw_statement",
            others=_FUNCTIONS,
            raised_name=self._raised,
        )

    def _raised(self, node: Node) -> str | None:
        value = first_named(node)
        made = value.child_by_field_name("constructor") if value is not None else None
        return None if made is None or value is None else folded(self._text(made))

    def _text(self, node: Node) -> str:
        return self.source.text[node.start_byte : node.end_byte]


_TRANSPARENT = frozenset({"prototype", "module", "exports", "this", "window", "globalThis"})


def _joined(container: str, name: str) -> str:
    return f"{container}.{name}" if container else name
