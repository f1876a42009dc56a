"""What stands above declarations, as sources and titles."""

from __future__ import annotations

import pytest

from glossator_server.actions.lenses import lenses
from tests.server.actions.checks import snapshot_of

COMMENT = "/**\n * add() - Add.\n * @a: One.\n *\n * Return: The sum.\n */\n"
ADD = "int add(int a)\n{\n\treturn a;\n}\n"


@pytest.mark.parametrize(
    ("source", "titles"),
    [
        (ADD, ["Document", "Explain"]),
        (COMMENT + ADD, ["Explain"]),
        (COMMENT.replace("@a", "@b") + ADD, ["Update comment", "Explain"]),
        ("/*! Adds. */\n" + ADD, ["Explain"]),
        ("int add(int a);\n", []),
        ("struct point {\n\tint x;\n};\n", ["Document", "Explain"]),
        ("int global;\n#define MAX 3\n", []),
        ("", []),
    ],
)
def test_a_declaration_has_what_fits_its_comment(source: str, titles: list[str]) -> None:
    assert [it.title for it in lenses(snapshot_of(source))] == titles


def test_a_lens_stands_on_the_name_and_says_what_it_is_about() -> None:
    source = "struct first {\n\tint x;\n};\n" + ADD
    found = lenses(snapshot_of(source))
    assert [source[it.span.start : it.span.end] for it in found] == ["first", "first", "add", "add"]
    assert [(it.command, it.symbol) for it in found] == [
        ("glossator.document", "first"),
        ("glossator.explain", "first"),
        ("glossator.document", "add"),
        ("glossator.explain", "add"),
    ]
