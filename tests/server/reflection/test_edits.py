"""The forms of an edit: what is read, what fits, and what is refused with which reason."""

from __future__ import annotations

import pytest

from glossator_server.edits import apply_changes
from glossator_server.reflection.edits import UnusableEditError, apply_edits, read_edits
from tests.server.reflection.marks import block, source_of

TEXT = """int one(void)
{
\treturn 1;
}

int two(void)
{
\treturn 1;
}
"""


def applied(reply: str, text: str = TEXT) -> str:
    return apply_changes(text, apply_edits(source_of(text), "lib/file.c", read_edits(reply)))


def refused(reply: str, text: str = TEXT) -> str:
    with pytest.raises(UnusableEditError) as caught:
        applied(reply, text)
    return str(caught.value)


TWO = block("int two(void)\n{\n\treturn 1;", "int two(void)\n{\n\treturn 2;")


def test_whole_lines_that_stand_once_are_replaced() -> None:
    assert applied(TWO) == TEXT.replace("return 1;\n}\n", "return 2;\n}\n").replace("2", "1", 1)


def test_words_around_the_blocks_do_not_matter() -> None:
    assert applied(f"The second is wrong.\n\n```c\n{TWO}```\nThat is all.") == applied(TWO)


def test_a_name_of_the_file_may_be_given() -> None:
    assert applied(f"FILE: lib/file.c\n{TWO}") == applied(f"FILE: file.c\n{TWO}") == applied(TWO)


def test_lines_can_go() -> None:
    text = "int a;\nint b;\nint c;\n"
    assert applied(block("int b;", ""), text) == "int a;\nint c;\n"


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_line_ends_stay_those_of_the_file(end: str) -> None:
    text = TEXT.replace("\n", end)
    assert applied(TWO, text) == applied(TWO).replace("\n", end)


def test_a_whole_function_takes_the_place_of_its_old_self() -> None:
    reply = "FUNCTION: two\n```c\nint two(void)\n{\n\treturn 2;\n}\n```\n"
    assert applied(reply) == applied(TWO)


def test_an_object_names_a_line() -> None:
    text = "int a = 1\nint b;\n"
    assert applied('{"search": "int a = 1", "replace": "int a = 1;"}', text) == (
        "int a = 1;\nint b;\n"
    )


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("I do not know.", "holds no SEARCH/REPLACE block"),
        ("", "holds no SEARCH/REPLACE block"),
        (block("\treturn 1;", "\treturn 2;"), "stands 2 times"),
        (block("return 1;", "return 2;"), "stands nowhere"),
        (block("\treturn 3;", "\treturn 2;"), "stands nowhere"),
        (block("    return 1;", "    return 2;"), "stands nowhere"),
        (block("", "int x;"), "is empty"),
        (block("int two(void)", "int two(void)"), "changes nothing"),
        ("<<<<<<< SEARCH\nint two(void)\n", "has no ======= line"),
        ("<<<<<<< SEARCH\nint two(void)\n=======\nint x;\n", "has no >>>>>>> REPLACE line"),
        (f"FILE: other.c\n{TWO}", "only lib/file.c may be changed"),
        (f"FILE: ../file.c\n{TWO}", "only lib/file.c may be changed"),
        (TWO + block("\treturn 1;\n}\n\nint two(void)", "x"), "change the same lines"),
        ("FUNCTION: three\n```c\nint three(void) { }\n```", "defined nowhere"),
        ("FUNCTION: two\nint two(void) { }", "is not followed by its code"),
        ("FUNCTION: two\n```c\n\n```", "is empty"),
        ("FUNCTION: two\n```c\nint two(void)\n", "has no closing"),
        (block("<<<<<<< SEARCH", "x"), "begins inside of another"),
    ],
)
def test_what_does_not_fit_exactly_is_refused_with_the_reason(reply: str, reason: str) -> None:
    assert reason in refused(reply)


def test_the_same_words_inside_of_a_line_are_no_match() -> None:
    assert "stands nowhere" in refused(block("nt two(void)", "x"))
    text = "int a;\nint aa;\n"
    assert applied(block("int a;", "int b;"), text) == "int b;\nint aa;\n"


def test_a_flood_is_refused() -> None:
    assert "more than 20 blocks" in refused(TWO * 21)
    assert "too long" in refused("x" * 300_000)
