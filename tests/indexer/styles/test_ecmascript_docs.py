"""JSDoc's types are those that TypeScript's `checkJs` reads in the code."""

from __future__ import annotations

import pytest

from glossator_indexer.languages import language_called
from glossator_indexer.parsing import parse
from glossator_indexer.styles import STYLES, RenderOptions
from glossator_indexer.symbols import find_symbols
from glossator_indexer.types import DocFields


def tags(code: str, style: str = "jsdoc") -> list[str]:
    found = language_called("javascript")
    assert found is not None
    (symbol,) = find_symbols(parse(code, found), "f")
    names = [it.path for it in STYLES[style].wanted(symbol).names]
    fields = DocFields("Does it.", tuple((it, "It.") for it in names), "The value.")
    text = STYLES[style].render(fields, symbol, RenderOptions())
    return [it.removeprefix(" * @") for it in text.split("\n") if " * @" in it]


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("function f() { return 1; }", "returns {*} The value."),
        ("async function f() { return 1; }", "returns {Promise<*>} The value."),
        ("const f = async () => 1;", "returns {Promise<*>} The value."),
        ("async function* f() { yield 1; }", "yields {*} The value."),
    ],
)
def test_what_is_async_returns_a_promise(code: str, value: str) -> None:
    assert tags(code) == [value]


def test_an_array_says_what_it_holds() -> None:
    assert tags("function f(a = []) {}")[0] == "param {Array<*>} [a] - It."


def test_what_is_taken_apart_has_types_and_says_what_may_be_left_out() -> None:
    assert tags("function f({a = 1, b: c = [], d, ...e} = {}) {}")[:-1] == [
        "param {object} [options] - It.",
        "param {number} [options.a] - It.",
        "param {Array<*>} [options.b] - It.",
        "param {*} [options.d] - It.",
    ]
    assert tags("function f({a}) {}")[1] == "param {*} options.a - It."


@pytest.mark.parametrize("style", ["jsdoc", "tsdoc"])
def test_each_of_several_that_are_taken_apart_has_a_name(style: str) -> None:
    found = [it.partition(" - ")[0] for it in tags("function f({a}, [b, c], d) {}", style)]
    if style == "tsdoc":
        assert found[:3] == ["param options", "param options2", "param d"]
    else:
        assert found[:4] == [
            "param {object} options",
            "param {*} options.a",
            "param {Array<*>} options2",
            "param {*} d",
        ]
