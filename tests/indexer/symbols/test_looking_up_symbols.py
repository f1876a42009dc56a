"""The symbol at a place, in a range or of a name; the comment and the place for a new one."""

from __future__ import annotations

import shutil
from pathlib import Path, PurePath

import pytest

from benchmarks import extents
from glossator_indexer.languages import language_for_path
from glossator_indexer.parsing import ParsedSource, parse
from glossator_indexer.symbols import all_symbols, find_symbols, symbol_at, symbols_in
from glossator_indexer.types import Span

C = language_for_path(PurePath("x.c"))

TEXT = """\
/* first */
int one(int a)
{
	return a;
}

int between;

static int two(void)
{
	return 2;
}
"""


def parsed(text: str) -> ParsedSource:
    assert C is not None
    return parse(text, C)


def name_at(marked: str) -> str | None:
    at = marked.index("<|>")
    found = symbol_at(parsed(marked.replace("<|>", "")), at)
    return None if found is None else found.name


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        ("/* fi", "rst */", "one"),
        ("int o", "ne(", "one"),
        ("int one(int", " a)", "one"),
        ("\treturn", " a;", "one"),
        ("\treturn a;\n}", "\n", "one"),
        ("int bet", "ween", None),
        ("static", " int", "two"),
        ("\treturn 2;\n", "}", "two"),
    ],
)
def test_finds_the_symbol_at_a_place(before: str, after: str, name: str | None) -> None:
    assert name_at(TEXT.replace(before + after, f"{before}<|>{after}", 1)) == name


def test_finds_what_a_range_overlaps() -> None:
    source = parsed(TEXT)
    start, end = TEXT.index("return a"), TEXT.index("static") + 2
    assert [it.name for it in symbols_in(source, Span(start, end))] == ["one", "two"]
    at = TEXT.index("between")
    assert symbols_in(source, Span(at, at)) == ()


def test_finds_all_symbols_of_a_name() -> None:
    source = parsed("#ifdef A\nint f(void) { }\n#else\nint f(int a) { }\n#endif\nint g(void);\n")
    assert [len(it.parameters) for it in find_symbols(source, "f")] == [0, 1]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_offsets_are_true_with_any_line_ends_and_characters(newline: str) -> None:
    text = (
        "/* caf\u00e9 \U0001f600 \u2028 */\nint x;\f\n\n/** \u00fcber() - \U0001f600 */\n"
        '\tint \u00fcber(char *s\u00e9, int b)\n\t{\n\t\treturn "\U0001f600"[b];\n\t}\n'
    ).replace("\n", newline)
    (symbol,) = all_symbols(parsed(text))
    assert text[symbol.name_span.start : symbol.name_span.end] == "\u00fcber" == symbol.name
    assert text[symbol.extent.start :].startswith("int \u00fcber(")
    assert text[: symbol.extent.end].endswith("}")
    assert symbol.comment is not None
    assert symbol.comment.text == "/** \u00fcber() - \U0001f600 */"
    assert text[symbol.insertion : symbol.extent.start] == symbol.indent == "\t"
    assert [it.name for it in symbol.parameters] == ["s\u00e9", "b"]
    assert not symbol.has_syntax_errors


@pytest.mark.kernel
@pytest.mark.ctags
def test_finds_what_universal_ctags_finds(
    kernel_tree: Path, ctags: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shutil.which(ctags)
    monkeypatch.setenv("GLOSSATOR_KERNEL_TREE", str(kernel_tree))
    monkeypatch.setattr(extents, "FOLDERS", ("lib", "mm"))
    figures = extents.summary(extents.rows())
    assert float(str(figures["found_percent"])) >= 99.8
    assert float(str(figures["same_last_line_percent"])) >= 99.9
    assert figures["missed_by_verdict"].keys() == {  # type: ignore[attr-defined]
        "ctags is wrong: a macro call without a semicolon, no body follows it",
        "ctags is wrong: it takes the annotation __init for the name",
    }
