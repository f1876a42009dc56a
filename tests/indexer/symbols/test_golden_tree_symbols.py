"""Compare the symbols of whole texts with what people wrote down, in languages that have a tree."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from glossator_indexer.languages import language_called
from glossator_indexer.parsing import parse
from glossator_indexer.symbols import all_symbols, find_symbols, symbol_at
from glossator_indexer.types import Parameter, Symbol, SymbolKind
from tests.conftest import Golden
from tests.indexer.symbols.golden import CASES, MARK, check_case, lines_of

TREE_CASES = CASES / "tree_symbols"
NAMES = sorted(it.stem for it in TREE_CASES.glob("*.txt"))


@pytest.mark.parametrize("name", NAMES)
def test_finds_the_symbols_that_the_case_lists(name: str, golden: Golden) -> None:
    check_case(TREE_CASES / f"{name}.txt", language_called(name), _described, golden)


@pytest.mark.parametrize("name", NAMES)
def test_a_symbol_is_found_by_its_name_and_at_its_name(name: str) -> None:
    text = (TREE_CASES / f"{name}.txt").read_text("utf-8").partition(MARK)[0]
    language = language_called(name)
    assert language is not None
    source = parse(text, language)
    for symbol in all_symbols(source):
        assert symbol in find_symbols(source, symbol.qualified_name)
        there = symbol_at(source, symbol.name_span.start)
        assert there is not None
        assert there.name_span == symbol.name_span


def _described(symbol: Symbol, text: str) -> Iterator[str]:
    returns = "" if symbol.return_type is None else f" -> {symbol.return_type or '(some value)'}"
    words = [
        word
        for word, holds in (
            ("private", symbol.is_private),
            ("property", symbol.is_property),
            ("generator", symbol.is_generator),
            ("shares its line", symbol.shares_line),
            ("ERRORS", symbol.has_syntax_errors),
        )
        if holds
    ]
    lines = lines_of(symbol, text)
    yield f"{symbol.kind} {symbol.qualified_name}{returns} [{lines}] {' '.join(words)}".rstrip()
    if symbol.comment is not None:
        yield f"    comment: {symbol.comment.text!r}"
    if symbol.raises:
        yield f"    raises: {', '.join(symbol.raises)}"
    if not symbol.shares_line:
        # Below the head of a Python class an empty line may stand there.
        line = text[symbol.insertion :].partition("\n")[0]
        assert line.startswith(symbol.indent) or (not line and symbol.kind is SymbolKind.CLASS)
    yield from _parameters(symbol.parameters, "    ")


def _parameters(parameters: tuple[Parameter, ...], indent: str) -> Iterator[str]:
    for parameter in parameters:
        default = "" if parameter.default is None else f" = {parameter.default}"
        name = parameter.name or "(unnamed)"
        yield f"{indent}{name}: {parameter.type}{default}".rstrip(" :")
        yield from _parameters(parameter.members, indent + "    ")
