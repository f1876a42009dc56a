"""Own how a golden case is held against what a reader finds: a text, a mark, and lines of symbols.

It must not know a language, nor what is said of a symbol.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from glossator_indexer.languages import Language
from glossator_indexer.parsing import parse
from glossator_indexer.symbols import all_symbols
from glossator_indexer.types import Symbol
from tests.conftest import Golden

CASES = Path(__file__).parents[2] / "cases"
MARK = "==== symbols\n"


def check_case(
    path: Path,
    language: Language | None,
    described: Callable[[Symbol, str], Iterator[str]],
    golden: Golden,
) -> None:
    """Compare the symbols of a case's text with those that it lists, or list them anew."""
    assert language is not None
    text, _, _ = path.read_text("utf-8").partition(MARK)
    said = "".join(
        f"{line}\n" for it in all_symbols(parse(text, language)) for line in described(it, text)
    )
    golden(path, f"{text}{MARK}", said)


def lines_of(symbol: Symbol, text: str) -> str:
    """Return the numbers of the first and the last line, `3-7`."""
    return "-".join(
        str(text.count("\n", 0, at) + 1) for at in (symbol.extent.start, symbol.extent.end - 1)
    )
