"""Reading answers: what models really send, and what they must not send."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glossator_indexer.types import DocFields
from glossator_server.prompts import UnreadableReplyError, read_fields

WHOLE = DocFields("Do it.", (("a", "the a"),), "zero", None)


@pytest.mark.parametrize(
    "text",
    [
        '{"summary": "Do it.", "parameters": {"a": "the a"}, "returns": "zero"}',
        '```json\n{"summary": "Do it.", "parameters": {"a": "the a"}, "returns": "zero"}\n```',
        'Sure! {"summary": "Do it.", "parameters": {"a": "the a"}, "returns": "zero"} Enjoy.',
        '{"summary": "Do it.", "parameters": {"a": "the a",}, "returns": "zero",}',
        '{"returns": "zero", "parameters": [{"name": "a", "text": "the a"}], "summary": "Do it."}',
        'a {b} c {"x": 1} {"summary": "Do it.", "parameters": {"a": "the a"}, "returns": "zero"}',
        '{"summary": "Do it.", "parameters": {"a": "the a", "b": 3, "c": null}, "returns": "zero"}',
        '{"result": {"summary": "Do it.", "parameters": {"a": "the a"}, "returns": "zero"}}',
        '[{"doc": [{"summary": "Do it.", "parameters": {"a": "the a"}, "returns": "zero"}]}]',
        '{"summary": "Do it.", "parameters": {"a": {"description": "the a"}}, "returns": "zero"}',
        '{"summary": "Do it.", "parameters": ["a: the a", "no name here"], "returns": "zero"}',
        '{"summary": "Do it.", "parameters": "- @a - the a", "returns": "zero"}',
        "{'summary': 'Do it.', 'parameters': {'a': 'the a'}, 'returns': 'zero'}",
        '{"summary": "Do it.", "parameters": {"a": "the a"}, "returns": "zero", "details": "Cut o',
        '{"summary": "Do it.", "parameters": {"a": "the a"}, "returns": "zero", "det',
        '{"returns": "zero", "summary": "Do it.", "parameters": {"a": "the a"',
        "Here:\n/**\n * f() - Do it.\n * @a: the a\n *\n * Return: zero\n */\nint f(int a);",
    ],
)
def test_the_object_is_found_however_it_is_wrapped(text: str) -> None:
    assert read_fields(text) == WHOLE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no",
        "{",
        "[]",
        "{}",
        '{"x": 1}',
        '{"summary": 7}',
        '{"summary": " "}',
        '{"summary": "cut off in the mid',
        '{"type": "object", "properties": {"summary": {"type": "string", "description": "x"}}}',
        "/** no kernel-doc */ int x;",
        "{" * 5000,
        "{'a':" * 5000,
        '{"a":' * 20_000,
        "[" * 90_000 + "{",
        "{'a': " + "(" * 150 + "}",
    ],
)
def test_an_answer_without_words_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableReplyError):
        read_fields(text)


@given(st.text())
def test_no_answer_breaks_the_reader(text: str) -> None:
    try:
        fields = read_fields(text)
    except UnreadableReplyError:
        return
    assert isinstance(fields, DocFields)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        '{"parameters": "' + " " * 90_000 + '!"}',
        '{"parameters": ["-' + " " * 90_000 + '!"]}',
        "/**" + "\n" * 90_000,
        "/**\n" * 25_000,
        "/**" + " " * 90_000,
    ],
    ids=["blank line", "dash", "blank comment", "openings", "blank opening"],
)
def test_an_answer_that_is_made_to_be_slow_is_read_at_once(text: str) -> None:
    with pytest.raises(UnreadableReplyError):
        read_fields(text)
