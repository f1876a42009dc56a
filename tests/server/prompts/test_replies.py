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
    ],
)
def test_the_object_is_found_however_it_is_wrapped(text: str) -> None:
    assert read_fields(text) == WHOLE


@pytest.mark.parametrize(
    "text",
    ["", "no", "{", "[]", "{}", '{"x": 1}', '{"summary": 7}', "{" * 5000, '{"summary": " "}'],
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
