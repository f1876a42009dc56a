"""What a comment names has to exist in the code that it describes."""

from __future__ import annotations

import pytest

from glossator_indexer.languages import language_for_id
from glossator_indexer.parsing import parse
from glossator_indexer.symbols import find_symbols
from glossator_indexer.types import DocFields
from glossator_server.actions.grounding import grounded

CODE = """\
static void helper(void) {}

int f(int a)
{
\tif (a < 0)
\t\treturn -EINVAL;
\thelper();
\treturn 0;
}

int g(void) { return -ENOMEM; }
"""


def test_no_two_parameters_are_the_same_thing() -> None:
    language = language_for_id("c")
    assert language is not None
    (symbol,) = find_symbols(parse(CODE, language), "f")
    told = (("a", "The list to work on."), ("b", "the list to work on"), ("c", "Unused."))
    words = grounded(DocFields("Do it.", (*told, ("d", "Unused."))), symbol, CODE)
    assert [text for _, text in words.parameters] == [
        "The list to work on.",
        "",
        "Unused.",
        "Unused.",
    ]


def ground(words: str) -> str | None:
    language = language_for_id("c")
    assert language is not None
    (symbol,) = find_symbols(parse(CODE, language), "f")
    return grounded(DocFields("Do it.", returns=words), symbol, CODE).returns


@pytest.mark.parametrize(
    "words",
    [
        "0 on success, -EINVAL for a negative value",
        "what helper() left behind, or an error",
        "zero, an EXPORT of the value",
        "0, or a negative error code",
    ],
)
def test_words_that_speak_of_the_code_stay(words: str) -> None:
    assert ground(words) == words


@pytest.mark.parametrize(
    "words",
    [
        "-ENOSPC when every slot is taken",
        "-ENOMEM when memory is short",
        "0, or what kmalloc() returns",
        "0, or NULL when there is none",
        "the new record",
    ],
)
def test_words_that_name_what_is_not_there_go(words: str) -> None:
    assert ground(words) is None
