"""Own what the syntax tree of a C function proves: the errors that it returns, whom it calls.

It must not guess: what is not in the tree is not a fact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from glossator_indexer.facts.calls import Call, allocates, facts_of_calls, keeps
from glossator_indexer.facts.conditions import (
    deciding_condition,
    is_unconditional,
    proved_conditions,
)
from glossator_indexer.parsing import Node, ParsedSource, walk
from glossator_indexer.types import Facts, Symbol

_NEGATIVE_ERROR = re.compile(r"-\s*(E(?:[A-Z][A-Z0-9]+|2BIG))\b")
_CONSTANTS = frozenset(("0", "1", "NULL", "true", "false"))
_NAME = re.compile(r"[A-Za-z_]\w*")


def facts_of(source: ParsedSource, symbol: Symbol) -> Facts:
    """Return the facts of a function that has a body, but for what its callers do."""
    if symbol.body is None:
        return Facts()
    index = source.index_at(symbol.extent.start)
    start = source.starts[index]
    root = source.root(index)
    body = root.descendant_for_byte_range(symbol.body.start - start, symbol.body.end - start)
    return _Collector(source.pieces[index].text, root, body or root, symbol).run()


@dataclass(frozen=True, slots=True)
class _Error:
    """An error code where it is returned, or put into a variable that may be."""

    offset: int
    code: str
    variable: str
    condition: str | None


class _Collector:
    """One walk over a function's tree."""

    def __init__(self, text: str, root: Node, body: Node, symbol: Symbol) -> None:
        self._parameters = frozenset(it.name for it in symbol.parameters)
        self._is_pointer = "*" in (symbol.return_type or "")
        self._piece = text
        self._root = root
        self._body = body
        self._returned: set[str] = set()
        self._callees: dict[str, None] = {}
        self._returns_value = False
        self._constants: dict[str, None] = {}
        self._calls: list[Call] = []
        self._certain: list[Call] = []
        self._values: list[tuple[str, str]] = []
        self._exactly_returned: set[str] = set()

    def run(self) -> Facts:
        """Return what the walk proves."""
        errors: list[_Error] = []
        for node in walk(self._root):
            if node.type == "return_statement":
                errors += self._return(node)
            elif node.type == "call_expression":
                self._call(node)
            elif node.type in ("assignment_expression", "init_declarator"):
                errors += self._assignment(node)
        # A code that is put into a variable counts where that variable is returned.
        counted = [
            it
            for it in sorted(errors, key=lambda it: it.offset)
            if not it.variable or it.variable in self._returned
        ]
        proved = facts_of_calls(self._calls)
        certain = facts_of_calls(self._certain)
        frees = tuple(it for it in proved.frees if it in self._parameters)
        return Facts(
            error_codes=tuple(dict.fromkeys(it.code for it in counted)),
            callees=tuple(self._callees),
            returns_value=self._returns_value,
            constants=tuple(self._constants),
            conditions=tuple(proved_conditions((it.code, it.condition) for it in counted).items()),
            locks_held=proved.locks_held,
            locks_taken=proved.locks_taken,
            locks_left=proved.locks_left,
            sleeps=proved.sleeps,
            frees=frees,
            frees_sometimes=tuple(it for it in frees if it not in certain.frees),
            referenced=tuple(it for it in proved.referenced if it in self._parameters),
            allocates=self._allocated(),
        )

    def _allocated(self) -> str | None:
        """Return the call that made what is returned, None where that may lie elsewhere too."""
        if not self._is_pointer:
            return None
        for name, value in self._values:
            if name in self._exactly_returned and (call := allocates(value)) is not None:
                kept = any(value == name for target, value in self._values if "->" in target)
                return None if kept or keeps(name, self._calls) else call
        return None

    def _text(self, node: Node) -> str:
        return self._piece[node.start_byte : node.end_byte]

    def _errors(self, node: Node, variable: str) -> list[_Error]:
        found = list(_NEGATIVE_ERROR.finditer(self._text(node)))
        condition = deciding_condition(node, self._body, self._piece) if found else None
        return [
            _Error(node.start_byte + it.start(), f"-{it[1]}", variable, condition) for it in found
        ]

    def _return(self, node: Node) -> list[_Error]:
        values = [it for it in node.named_children if it.type != "comment"]
        if not values:
            return []
        self._returns_value = True
        value = self._text(values[0]).strip("() \t")
        if value in _CONSTANTS:
            self._constants[value] = None
        if _NAME.fullmatch(value):
            self._exactly_returned.add(value)
        elif allocates(value) is not None:
            self._exactly_returned.add("")
            self._values.append(("", value))
        self._returned |= set(_NAME.findall(self._text(values[0])))
        return self._errors(values[0], "")

    def _assignment(self, node: Node) -> list[_Error]:
        if node.type == "init_declarator":
            target, value = (
                node.child_by_field_name("declarator"),
                node.child_by_field_name("value"),
            )
        else:
            target, value = node.child_by_field_name("left"), node.child_by_field_name("right")
        if target is None or value is None:
            return []
        name = self._text(target).strip("* ")
        self._values.append((name, " ".join(self._text(value).split())))
        return self._errors(value, name)

    def _call(self, node: Node) -> None:
        function = node.child_by_field_name("function")
        if function is not None and function.type == "identifier":
            name = self._text(function)
            self._callees[name] = None
            listed = node.child_by_field_name("arguments")
            given = [] if listed is None else listed.named_children
            call = (name, tuple(" ".join(self._text(it).split()) for it in given))
            self._calls.append(call)
            if is_unconditional(node, self._body):
                self._certain.append(call)
