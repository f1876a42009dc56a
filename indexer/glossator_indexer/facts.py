"""Own what the syntax tree of a function proves: the errors that it returns, whom it calls.

It must not guess: what is not in the tree is not a fact.
"""

from __future__ import annotations

import re

from glossator_indexer.languages.c import C
from glossator_indexer.parsing import Node, ParsedSource, walk
from glossator_indexer.types import Facts, Symbol, SymbolKind

_NEGATIVE_ERROR = re.compile(r"-\s*(E[A-Z][A-Z0-9]+)\b")
_CONSTANTS = frozenset(("0", "1", "NULL", "true", "false"))


def facts_of(source: ParsedSource, symbol: Symbol) -> Facts:
    """Return the facts of a function; of anything else nothing is proved."""
    # Other languages have no facts yet: what they raise and return stands in the symbol.
    if symbol.kind is not SymbolKind.FUNCTION or symbol.body is None or source.language.id != C.id:
        return Facts()
    index = source.index_at(symbol.extent.start)
    return _Collector(source, index).run()


class _Collector:
    """One walk over a function's tree."""

    def __init__(self, source: ParsedSource, index: int) -> None:
        self._source = source
        self._index = index
        self._piece = source.pieces[index].text
        self._codes: dict[str, None] = {}
        self._assigned: dict[str, dict[str, None]] = {}
        self._returned: set[str] = set()
        self._callees: dict[str, None] = {}
        self._returns_value = False
        self._constants: dict[str, None] = {}

    def run(self) -> Facts:
        """Return what the walk proves."""
        codes: list[tuple[int, str, str]] = []
        for node in walk(self._source.root(self._index)):
            if node.type == "return_statement":
                codes += self._return(node)
            elif node.type == "call_expression":
                self._call(node)
            elif node.type in ("assignment_expression", "init_declarator"):
                codes += self._assignment(node)
        # A code that is put into a variable counts where that variable is returned.
        for _, code, variable in sorted(codes):
            if not variable or variable in self._returned:
                self._codes[code] = None
        return Facts(
            tuple(self._codes), tuple(self._callees), self._returns_value, tuple(self._constants)
        )

    def _text(self, node: Node) -> str:
        return self._piece[node.start_byte : node.end_byte]

    def _errors(self, node: Node, variable: str) -> list[tuple[int, str, str]]:
        return [
            (node.start_byte + found.start(), "-" + found[1], variable)
            for found in _NEGATIVE_ERROR.finditer(self._text(node))
        ]

    def _return(self, node: Node) -> list[tuple[int, str, str]]:
        values = [it for it in node.named_children if it.type != "comment"]
        if not values:
            return []
        self._returns_value = True
        value = self._text(values[0]).strip("() \t")
        if value in _CONSTANTS:
            self._constants[value] = None
        self._returned |= set(re.findall(r"[A-Za-z_]\w*", self._text(values[0])))
        return self._errors(values[0], "")

    def _assignment(self, node: Node) -> list[tuple[int, str, str]]:
        if node.type == "init_declarator":
            target, value = (
                node.child_by_field_name("declarator"),
                node.child_by_field_name("value"),
            )
        else:
            target, value = node.child_by_field_name("left"), node.child_by_field_name("right")
        if target is None or value is None:
            return []
        return self._errors(value, self._text(target).strip("* "))

    def _call(self, node: Node) -> None:
        function = node.child_by_field_name("function")
        if function is not None and function.type == "identifier":
            self._callees[self._text(function)] = None
