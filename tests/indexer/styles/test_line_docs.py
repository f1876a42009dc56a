"""The comments of Go and Rust: directives are left alone, and no words become a test."""

from __future__ import annotations

import re

import pytest

from glossator_indexer.languages import language_called
from glossator_indexer.parsing import parse
from glossator_indexer.styles import STYLES, RenderOptions
from glossator_indexer.symbols import find_symbols
from glossator_indexer.types import DocFields, Symbol

FUNCTION = "func Open() {\n}\n"
DIRECTIVES = ["//go:noinline", "//nolint:all", "//easyjson:json", "// +k8s:deepcopy-gen=true"]


def the_symbol(code: str, language: str, name: str) -> Symbol:
    found = language_called(language)
    assert found is not None
    (symbol,) = find_symbols(parse(code, found), name)
    return symbol


@pytest.mark.parametrize("directive", DIRECTIVES)
def test_directives_around_the_words_belong_to_no_comment(directive: str) -> None:
    code = f"package p\n\n{directive}\n// Open opens.\n{directive}\n{FUNCTION}"
    symbol = the_symbol(code, "go", "Open")
    assert symbol.comment is not None
    assert symbol.comment.text == "// Open opens."
    span = symbol.comment.span
    assert code[span.start : span.end] == symbol.comment.text


@pytest.mark.parametrize("directive", DIRECTIVES)
def test_a_comment_goes_above_the_directives(directive: str) -> None:
    symbol = the_symbol(f"package p\n\n{directive}\n{FUNCTION}", "go", "Open")
    assert symbol.comment is None
    assert symbol.insertion == len("package p\n\n")


def test_words_that_only_look_like_a_directive_are_words() -> None:
    symbol = the_symbol(f"package p\n\n// Note: opens.\n{FUNCTION}", "go", "Open")
    assert symbol.comment is not None
    assert symbol.comment.text == "// Note: opens."


@pytest.mark.parametrize(
    "details",
    [
        "```\nif a {\n\n        b();\n}\n```",
        "So:\n\n        a();\n            b();",
        "~~~\nx\n~~~",
        "So:\n\n    a();\n    ```\n    b();",
        "So:\n\n    ```rust\n    ~~~~",
    ],
)
def test_no_words_become_a_test_of_rustdoc(details: str) -> None:
    symbol = the_symbol("pub fn f() {}\n", "rust", "f")
    text = STYLES["rustdoc"].render(DocFields("Does it.", details=details), symbol, RenderOptions())
    # Code is shown as text, of which no test is made; nothing else is code.
    words = re.sub(
        r"^/// ```text\n(?:///(?!\s*(?:`{3}|~{3})).*\n)+/// ```$", "", text, flags=re.MULTILINE
    )
    assert not re.search(r"^///\s*(?:`{3}|~{3}| {4})", words, re.MULTILINE)


def go_lines(summary: str, details: str | None) -> list[str]:
    symbol = the_symbol(f"package p\n\n{FUNCTION}", "go", "Open")
    fields = DocFields(summary, details=details)
    text = STYLES["godoc"].render(fields, symbol, RenderOptions())
    return text.split("\n")[2:] if details else text.split("\n")


@pytest.mark.parametrize(
    ("summary", "line"),
    [
        ("Reserve the page.", "// Open reserves the page."),
        ("Fast path of the lock.", "// Open - fast path of the lock."),
        ("Opens.", "// Open opens."),
        ("NUMA page.", "// Open - NUMA page."),
        ("Open - done before.", "// Open - done before."),
    ],
)
def test_a_go_comment_opens_with_the_name_and_a_space(summary: str, line: str) -> None:
    assert go_lines(summary, None) == [line]


@pytest.mark.parametrize(
    ("summary", "line"),
    [
        ("Represents a queue.", "// Queue represents a queue."),
        ("Record of a queue.", "// Queue is record of a queue."),
    ],
)
def test_what_a_go_type_does_is_no_noun(summary: str, line: str) -> None:
    symbol = the_symbol("package p\n\ntype Queue struct{}\n", "go", "Queue")
    assert STYLES["godoc"].render(DocFields(summary), symbol, RenderOptions()) == line


@pytest.mark.parametrize(
    ("details", "lines"),
    [
        ("      deep\n        deeper", ["//\tdeep", "//\t  deeper"]),
        ("    x = 1\n\n- A list.", ["//\tx = 1", "//", "// - A list."]),
        ("- A list.\n\n    x = 1", ["//   - A list.", "//", "//     x = 1"]),
        ("    - x", ["//   - x"]),
        ("So\n    x = 1", ["// So", "//", "//\tx = 1"]),
        ("So:\n\n    x = 1\n\n    y = 2", ["// So:", "//", "//\tx = 1", "//", "//\ty = 2"]),
    ],
)
def test_what_a_go_comment_sets_in_is_laid_out_as_gofmt_does(
    details: str, lines: list[str]
) -> None:
    assert go_lines("Opens.", details) == lines
