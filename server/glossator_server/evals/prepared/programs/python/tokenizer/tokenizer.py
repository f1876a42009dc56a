"""A small calculator: text to tokens, tokens to a tree, the tree to a number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

PATTERN = re.compile(
    r"(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<operator>\*\*|[-+*/()=])|(?P<space>\s+)|(?P<wrong>.)"
)
PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 4}
UNARY = 3


class FormulaError(ValueError):
    """A formula that cannot be read; `column` counts from 1."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(f"{message} at column {column}")
        self.column = column


@dataclass(frozen=True)
class Token:
    """A word of a formula."""

    kind: str
    text: str
    column: int


def tokens(text: str) -> Iterator[Token]:
    """Yield the words of `text` and one of the kind "end"."""
    for match in PATTERN.finditer(text):
        kind = match.lastgroup or "wrong"
        if kind == "wrong":
            raise FormulaError(f"unexpected {match.group()!r}", match.start() + 1)
        if kind != "space":
            yield Token(kind, match.group(), match.start() + 1)
    yield Token("end", "", len(text) + 1)


class Parser:
    """Read one formula by precedence climbing."""

    def __init__(self, text: str, names: Mapping[str, float] | None = None) -> None:
        self._tokens = list(tokens(text))
        self._next = 0
        self._names = dict(names or {})

    def value(self) -> float:
        """Return what the whole formula is worth."""
        result = self._binary(0)
        rest = self._peek()
        if rest.kind != "end":
            raise FormulaError(f"unexpected {rest.text!r}", rest.column)
        return result

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def _binary(self, least: int) -> float:
        left = self._unary()
        while PRECEDENCE.get(self._peek().text, 0) > least:
            operator = self._take()
            rank = PRECEDENCE[operator.text]
            # A power binds to the right: 2 ** 3 ** 2 is 2 ** 9.
            right = self._binary(rank - 1 if operator.text == "**" else rank)
            left = apply(operator, left, right)
        return left

    def _unary(self) -> float:
        if self._peek().text == "-":
            self._take()
            return -self._binary(UNARY)
        return self._atom()

    def _atom(self) -> float:
        token = self._take()
        if token.kind == "number":
            return float(token.text)
        if token.kind == "name":
            if token.text not in self._names:
                raise FormulaError(f"unknown name {token.text!r}", token.column)
            return self._names[token.text]
        if token.text == "(":
            inner = self._binary(0)
            closing = self._take()
            if closing.text != ")":
                raise FormulaError("missing ')'", closing.column)
            return inner
        raise FormulaError("a value is missing", token.column)


def apply(operator: Token, left: float, right: float) -> float:
    """Calculate one step; a division by zero is an error of the formula."""
    if operator.text == "+":
        return left + right
    if operator.text == "-":
        return left - right
    if operator.text == "*":
        return left * right
    if operator.text == "**":
        return float(left**right)
    if right == 0:
        raise FormulaError("division by zero", operator.column)
    return left / right


def evaluate(text: str, names: Mapping[str, float] | None = None) -> float:
    """Return the value of a formula, in which `names` may be used."""
    return Parser(text, names).value()
