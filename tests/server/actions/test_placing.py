"""A model's words mean themselves where they stand, in a new comment and in an old one."""

from __future__ import annotations

import json

import pytest

from glossator_server.actions.filling import RAISES_NOTICE
from glossator_server.proposal import CommentProposal
from tests.server.actions.checks import applied, document

FUNCTION = "int add(int first, int second)\n{\n\treturn first + second;\n}\n"
WORDS = {
    "summary": "Add what the list<int> of #numbers holds.",
    "parameters": {"first": "The first of \\ref numbers.", "second": "At most 50 %d."},
    "returns": "What all #numbers come to.",
}
OLD = """\
/**
 * @brief Add two numbers, see #numbers.
 *
 * @param first The first one.
 * @return The sum.
 */
"""


async def test_the_words_of_a_new_comment_hold_no_markup() -> None:
    outcome = await document(FUNCTION, "add", [json.dumps(WORDS)], file="a.cpp")
    assert (
        applied(FUNCTION, outcome)
        == (
            "/**\n"
            " * @brief Add what the list\\<int> of \\#numbers holds.\n"
            " *\n"
            " * @param first The first of \\\\ref numbers.\n"
            " * @param second At most 50 \\%d.\n"
            " * @return What all \\#numbers come to.\n"
            " */\n"
        )
        + FUNCTION
    )


async def test_the_words_that_an_old_comment_lacks_hold_no_markup() -> None:
    outcome = await document(OLD + FUNCTION, "add", [json.dumps(WORDS)], file="a.cpp")
    added = " * @param second At most 50 \\%d.\n * @return"
    assert applied(OLD + FUNCTION, outcome) == OLD.replace(" * @return", added) + FUNCTION


CLASS = """\
class Pool:
{}    size = 1
"""


@pytest.mark.parametrize("empty", ["", "\n"])
async def test_a_class_has_its_docstring_below_its_head_and_an_empty_line_below_that(
    empty: str,
) -> None:
    words = json.dumps({"summary": "Hold a pool.", "details": ""})
    outcome = await document(CLASS.format(empty), "Pool", [words], file="a.py")
    assert applied(CLASS.format(empty), outcome) == (
        'class Pool:\n    """Hold a pool."""\n\n    size = 1\n'
    )


RAISING = """\
def take(items, name):
    if name not in items:
        raise KeyError(name)
    return items[name]
"""


async def test_when_an_exception_comes_is_told_by_the_code_where_the_model_is_silent() -> None:
    words = json.dumps(
        {"summary": "Take a thing.", "parameters": {"items": "All.", "name": "Whose."}}
        | {"returns": "The thing.", "details": ""}
    )
    outcome = await document(RAISING, "take", [words], file="a.py")
    assert isinstance(outcome, CommentProposal)
    assert "        KeyError: If name not in items.\n" in applied(RAISING, outcome)
    assert RAISES_NOTICE in outcome.notices
