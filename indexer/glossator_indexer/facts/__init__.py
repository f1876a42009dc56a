"""Own what the syntax tree of a function proves: the errors that it returns, whom it calls.

It must not guess: what is not in the tree is not a fact.
"""

from __future__ import annotations

import re

from glossator_indexer.facts.calls import Call, facts_of_calls
from glossator_indexer.languages.c import C
from glossator_indexer.parsing import Node, ParsedSource, walk
from glossator_indexer.types import Facts, Symbol, SymbolKind

_NEGATIVE_ERROR = re.compile(r"-\s*(E(?:[A-Z][A-Z0-9]+|2BIG))\b")
# A longer condition is no help to a reader.
_LONGEST_CONDITION = 60
_CONSTANTS = frozenset(("0", "1", "NULL", "true", "false"))


def facts_of(source: ParsedSource, symbol: Symbol) -> Facts:
    """Return the facts of a function; of anything else nothing is proved."""
    # Other languages have no facts yet: what they raise and return stands in the symbol.
    if symbol.kind is not SymbolKind.FUNCTION or symbol.body is None or source.language.id != C.id:
        return Facts()
    index = source.index_at(symbol.extent.start)
    parameters = frozenset(it.name for it in symbol.parameters)
    return _Collector(source, index, parameters).run()


class _Collector:
    """One walk over a function's tree."""

    def __init__(self, source: ParsedSource, index: int, parameters: frozenset[str]) -> None:
        self._parameters = parameters
        self._source = source
        self._index = index
        self._piece = source.pieces[index].text
        self._codes: dict[str, None] = {}
        self._returned: set[str] = set()
        self._callees: dict[str, None] = {}
        self._returns_value = False
        self._constants: dict[str, None] = {}
        self._calls: list[Call] = []
        self._conditions: dict[str, str] = {}

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
        proved = facts_of_calls(self._calls)
        return Facts(
            tuple(self._codes),
            tuple(self._callees),
            self._returns_value,
            tuple(self._constants),
            tuple((code, when) for code, when in self._conditions.items() if code in self._codes),
            proved.locks_held,
            proved.locks_taken,
            proved.locks_left,
            proved.sleeps,
            tuple(it for it in proved.frees if it in self._parameters),
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
        errors = self._errors(values[0], "")
        if len(errors) == 1 and (condition := self._condition(node)):
            self._conditions.setdefault(errors[0][1], condition)
        return errors

    def _condition(self, node: Node) -> str | None:
        """Return the one condition that decides about a statement, None where there are more."""
        above = node.parent
        if above is not None and above.type == "compound_statement":
            above = above.parent
        if above is None or above.type != "if_statement":
            return None
        condition = above.child_by_field_name("condition")
        branch = above.child_by_field_name("consequence")
        if (
            condition is None
            or branch is None
            or not branch.start_byte <= node.start_byte < branch.end_byte
        ):
            return None
        text = " ".join(self._text(condition).split())
        text = text[1:-1].strip() if text.startswith("(") and text.endswith(")") else text
        return text if len(text) <= _LONGEST_CONDITION else None

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
            name = self._text(function)
            self._callees[name] = None
            listed = node.child_by_field_name("arguments")
            given = [] if listed is None else listed.named_children
            self._calls.append((name, tuple(" ".join(self._text(it).split()) for it in given)))
