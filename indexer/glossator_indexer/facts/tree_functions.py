"""Own what the tree of a function proves in the languages that are read as one piece.

A language is a row in a table: how its grammar calls what is looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from glossator_indexer.facts.conditions import deciding_condition, proved_conditions
from glossator_indexer.parsing import Node, ParsedSource, walk_frame
from glossator_indexer.types import Facts, Span, Symbol

_CALLED = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|::|->|\?\.)[A-Za-z_$][\w$]*)*")
_RAISED = re.compile(r"(?:raise|throw)\s+(?:new\s+)?([A-Za-z_$][\w$.:]*)")
# An error that has a name, which callers compare with.
_GO_ERROR = re.compile(r"(?:\w+\.)?Err[A-Z]\w*|io\.EOF")


@dataclass(frozen=True, slots=True)
class _Grammar:
    """How a grammar calls things: calls with the field that names the callee, inner functions."""

    calls: Mapping[str, str]
    inner: frozenset[str]
    constants: frozenset[str]
    returns: str = "return_statement"
    raises: str = "throw_statement"


_ECMASCRIPT = _Grammar(
    calls=MappingProxyType({"call_expression": "function"}),
    inner=frozenset(
        {
            "arrow_function",
            "class_body",
            "function_declaration",
            "function_expression",
            "generator_function",
            "generator_function_declaration",
            "method_definition",
        }
    ),
    constants=frozenset({"null", "undefined", "true", "false", "0", "-1"}),
)
_GRAMMARS = MappingProxyType(
    {
        "cpp": _Grammar(
            calls=MappingProxyType({"call_expression": "function"}),
            inner=frozenset({"lambda_expression", "field_declaration_list"}),
            constants=frozenset({"0", "-1", "nullptr", "true", "false", "std::nullopt"}),
        ),
        "go": _Grammar(
            calls=MappingProxyType({"call_expression": "function"}),
            inner=frozenset({"func_literal"}),
            constants=frozenset({"nil", "true", "false", "0", "-1"}),
            raises="",
        ),
        "java": _Grammar(
            calls=MappingProxyType({"method_invocation": "name"}),
            inner=frozenset({"class_body", "lambda_expression"}),
            constants=frozenset({"null", "true", "false", "0", "-1"}),
        ),
        "javascript": _ECMASCRIPT,
        "python": _Grammar(
            calls=MappingProxyType({"call": "function"}),
            inner=frozenset({"class_definition", "function_definition", "lambda"}),
            constants=frozenset({"None", "True", "False", "0", "-1"}),
            raises="raise_statement",
        ),
        "rust": _Grammar(
            calls=MappingProxyType({"call_expression": "function"}),
            inner=frozenset({"closure_expression", "function_item", "impl_item"}),
            constants=frozenset({"None", "true", "false", "0"}),
            returns="return_expression",
            raises="",
        ),
        "typescript": _ECMASCRIPT,
    }
)


def facts_of(source: ParsedSource, symbol: Symbol) -> Facts:
    """Return whom a function calls, what it returns as it stands, and when it raises what."""
    grammar = _GRAMMARS.get(source.language.id)
    body = None if symbol.body is None else _body(source.root(0), symbol.body)
    if grammar is None or body is None:
        return Facts()
    text = source.text
    callees: dict[str, None] = {}
    constants: dict[str, None] = {}
    places: list[tuple[str, str | None]] = []
    returns_value = False
    for node in walk_frame(body, grammar.inner):
        if node.type in grammar.calls:
            if (name := _callee(node, grammar, text)) is not None:
                callees[name] = None
        elif node.type == grammar.returns:
            value = _returned(node, text)
            returns_value |= bool(value)
            if value in grammar.constants:
                constants[value] = None
            places += ((it, deciding_condition(node, body, text)) for it in _named_errors(value))
        elif node.type == grammar.raises and (raised := _RAISED.match(_text(node, text))):
            places.append((raised[1], deciding_condition(node, body, text)))
    return Facts(
        callees=tuple(callees),
        returns_value=returns_value,
        constants=tuple(constants),
        conditions=tuple(proved_conditions(places).items()),
    )


def _body(root: Node, span: Span) -> Node | None:
    return root.descendant_for_byte_range(span.start, span.end)


def _callee(node: Node, grammar: _Grammar, text: str) -> str | None:
    called = node.child_by_field_name(grammar.calls[node.type])
    name = "" if called is None else "".join(_text(called, text).split())
    return name if _CALLED.fullmatch(name) else None


def _returned(node: Node, text: str) -> str:
    values = [it for it in node.named_children if "comment" not in it.type]
    return " ".join(_text(values[0], text).split()) if values else ""


def _named_errors(value: str) -> Iterator[str]:
    """Yield the error that a Go function returns as its last value, where it has a name."""
    last = value.rpartition(",")[2].strip()
    if _GO_ERROR.fullmatch(last):
        yield last


def _text(node: Node, text: str) -> str:
    return text[node.start_byte : node.end_byte]
