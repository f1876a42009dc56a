"""What a docstring says of values is what numpydoc and pydoclint read in the code."""

from __future__ import annotations

import pytest

from glossator_indexer.languages import language_called
from glossator_indexer.parsing import parse
from glossator_indexer.styles import STYLES, RenderOptions
from glossator_indexer.styles.wanted import Need
from glossator_indexer.styles.wording import clean_fields
from glossator_indexer.symbols import find_symbols
from glossator_indexer.types import DocFields, Symbol


def the_symbol(code: str, name: str) -> Symbol:
    found = language_called("python")
    assert found is not None
    (symbol,) = find_symbols(parse(code, found), name)
    return symbol


@pytest.mark.parametrize(
    ("result", "yielded"),
    [
        ("Iterator[int]", "int"),
        ("collections.abc.Generator[tuple[int, str], None, None]", "tuple[int, str]"),
        ("AsyncIterator[dict[str, int]]", "dict[str, int]"),
        ("Rows", "Rows"),
        ("list[int]", "list[int]"),
    ],
)
def test_numpy_gives_the_type_of_what_is_yielded(result: str, yielded: str) -> None:
    symbol = the_symbol(f"def f() -> {result}:\n    yield 1\n", "f")
    fields = DocFields("Walk.", returns="Each.")
    text = STYLES["numpy"].render(fields, symbol, RenderOptions())
    assert text.split("\n")[2:5] == ["    Yields", "    ------", f"    {yielded}"]


@pytest.mark.parametrize("style", ["google", "numpy", "rest"])
def test_a_class_returns_nothing(style: str) -> None:
    symbol = the_symbol("class A:\n    x = 1\n", "A")
    wanted = STYLES[style].wanted(symbol)
    assert wanted.returns is Need.NONE
    assert clean_fields(DocFields("A.", returns="It."), symbol, wanted).returns is None
    # People who write it anyhow mean something by it.
    text = STYLES[style].render(DocFields("A.", returns="It."), the_symbol(FUNCTION, "f"), OPTIONS)
    assert STYLES[style].check(text.strip(), symbol) == ()


FUNCTION = "def f():\n    return 1\n"
OPTIONS = RenderOptions()
