"""Compare the symbols of whole C texts with what people wrote down for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

import pytest

from glossator_indexer.languages import language_for_path
from glossator_indexer.types import Parameter, Span, Symbol
from tests.conftest import Golden
from tests.indexer.symbols.golden import CASES, check_case, lines_of

C_CASES = CASES / "c_symbols"


@pytest.mark.parametrize("name", sorted(it.stem for it in C_CASES.glob("*.txt")))
def test_finds_the_symbols_that_the_case_lists(name: str, golden: Golden) -> None:
    check_case(C_CASES / f"{name}.txt", language_for_path(PurePath("x.c")), _described, golden)


def _described(symbol: Symbol, text: str) -> Iterator[str]:
    returns = f" -> {symbol.return_type}" if symbol.return_type is not None else ""
    flag = " ERRORS" if symbol.has_syntax_errors else ""
    yield f"{symbol.kind} {symbol.name}{returns} [{lines_of(symbol, text)}]{flag}"
    if symbol.comment is not None:
        yield f"    above: {symbol.comment.text.splitlines()[0]}"
    if symbol.indent:
        yield f"    indent: {symbol.indent!r}"
    assert symbol.name.endswith(_slice(text, symbol.name_span))
    assert text[symbol.insertion : symbol.insertion + len(symbol.indent)] == symbol.indent
    yield from _parameters(symbol.parameters, "    ")


def _parameters(parameters: tuple[Parameter, ...], indent: str) -> Iterator[str]:
    for parameter in parameters:
        yield f"{indent}{parameter.name or '(unnamed)'}: {parameter.type}".rstrip(" :")
        yield from _parameters(parameter.members, indent + "    ")


def _slice(text: str, span: Span) -> str:
    return text[span.start : span.end]
