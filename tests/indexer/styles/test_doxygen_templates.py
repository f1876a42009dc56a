"""Type parameters are described where clang and Doxygen look for them."""

from __future__ import annotations

from glossator_indexer.languages import language_called
from glossator_indexer.parsing import parse
from glossator_indexer.styles import STYLES, RenderOptions
from glossator_indexer.styles.wording import clean_fields
from glossator_indexer.symbols import find_symbols
from glossator_indexer.types import DocFields

CODE = """\
template <typename A>
template <typename B>
void C<A>::f(B b)
{
}
"""


def test_a_member_does_not_describe_the_type_parameters_of_its_class() -> None:
    found = language_called("cpp")
    assert found is not None
    (symbol,) = find_symbols(parse(CODE, found), "f")
    style = STYLES["doxygen"]
    words = DocFields("Does it.", (("<A>", "Outer."), ("<B>", "Inner."), ("b", "A thing.")))
    comment = style.render(
        clean_fields(words, symbol, style.wanted(symbol)), symbol, RenderOptions()
    )
    assert [it.strip(" *") for it in comment.split("\n") if "param" in it] == [
        "@tparam B Inner.",
        "@param b A thing.",
    ]
    # Who describes them there anyhow may.
    told = comment.replace(" * @tparam B", " * @tparam A Outer.\n * @tparam B")
    assert style.check(told, symbol) == ()
