"""Compare the symbols of whole C texts with what people wrote down for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePath

import pytest

from glossator_indexer.languages import language_for_path
from glossator_indexer.parsing import parse
from glossator_indexer.symbols import all_symbols
from glossator_indexer.types import Parameter, Span, Symbol
from tests.conftest import Golden

CASES = Path(__file__).parents[2] / "cases" / "c_symbols"
MARK = "==== symbols\n"


@pytest.mark.parametrize("name", sorted(it.stem for it in CASES.glob("*.txt")))
def test_finds_the_symbols_that_the_case_lists(name: str, golden: Golden) -> None:
    path = CASES / f"{name}.txt"
    text = path.read_text("utf-8").partition(MARK)[0]
    language = language_for_path(PurePath("x.c"))
    assert language is not None
    said = "".join(
        f"{line}\n" for it in all_symbols(parse(text, language)) for line in _described(it, text)
    )
    golden(path, f"{text}{MARK}", said)


def _described(symbol: Symbol, text: str) -> Iterator[str]:
    lines = "-".join(
        str(text.count("\n", 0, at) + 1) for at in (symbol.extent.start, symbol.extent.end - 1)
    )
    returns = f" -> {symbol.return_type}" if symbol.return_type is not None else ""
    flag = " ERRORS" if symbol.has_syntax_errors else ""
    yield f"{symbol.kind} {symbol.name}{returns} [{lines}]{flag}"
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
