"""Compare the symbols of a whole C++ text with what people wrote down for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePath

from glossator_indexer.languages import language_for_path
from glossator_indexer.parsing import parse
from glossator_indexer.symbols import all_symbols
from glossator_indexer.types import Symbol
from tests.conftest import Golden

CASE = Path(__file__).parents[2] / "cases" / "symbols" / "cpp.txt"
MARK = "==== symbols\n"


def test_finds_the_symbols_that_the_case_lists(golden: Golden) -> None:
    text = CASE.read_text("utf-8").partition(MARK)[0]
    language = language_for_path(PurePath("x.cpp"))
    assert language is not None
    said = "".join(
        f"{line}\n" for it in all_symbols(parse(text, language)) for line in _described(it, text)
    )
    golden(CASE, f"{text}{MARK}", said)


def _described(symbol: Symbol, text: str) -> Iterator[str]:
    lines = "-".join(
        str(text.count("\n", 0, at) + 1) for at in (symbol.extent.start, symbol.extent.end - 1)
    )
    returns = f" -> {symbol.return_type or '(unwritten)'}" if symbol.return_type is not None else ""
    flags = " PRIVATE" * symbol.is_private + " ERRORS" * symbol.has_syntax_errors
    yield f"{symbol.kind} {symbol.qualified_name}{returns} [{lines}]{flags}"
    yield f"    signature: {' '.join(text[symbol.signature.start : symbol.signature.end].split())}"
    if symbol.comment is not None:
        yield f"    above: {' | '.join(symbol.comment.text.splitlines())}"
    assert text[symbol.insertion : symbol.insertion + len(symbol.indent)] == symbol.indent
    for it in symbol.parameters:
        value = "" if it.default is None else f" = {it.default}"
        yield f"    {it.name or '(unnamed)'}: {it.type}{value}".rstrip(" :")
