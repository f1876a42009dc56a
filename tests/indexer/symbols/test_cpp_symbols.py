"""Compare the symbols of a whole C++ text with what people wrote down for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from glossator_indexer.languages import language_for_path
from glossator_indexer.types import Symbol
from tests.conftest import Golden
from tests.indexer.symbols.golden import CASES, check_case, lines_of


def test_finds_the_symbols_that_the_case_lists(golden: Golden) -> None:
    language = language_for_path(PurePath("x.cpp"))
    check_case(CASES / "symbols" / "cpp.txt", language, _described, golden)


def _described(symbol: Symbol, text: str) -> Iterator[str]:
    returns = f" -> {symbol.return_type or '(unwritten)'}" if symbol.return_type is not None else ""
    flags = " PRIVATE" * symbol.is_private + " ERRORS" * symbol.has_syntax_errors
    yield f"{symbol.kind} {symbol.qualified_name}{returns} [{lines_of(symbol, text)}]{flags}"
    yield f"    signature: {' '.join(text[symbol.signature.start : symbol.signature.end].split())}"
    if symbol.comment is not None:
        yield f"    above: {' | '.join(symbol.comment.text.splitlines())}"
    assert text[symbol.insertion : symbol.insertion + len(symbol.indent)] == symbol.indent
    for it in symbol.parameters:
        value = "" if it.default is None else f" = {it.default}"
        yield f"    {it.name or '(unnamed)'}: {it.type}{value}".rstrip(" :")
