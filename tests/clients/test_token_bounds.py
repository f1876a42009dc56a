"""A floor and a ceiling for prompts that nobody counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glossator_clients.token_bounds import least_prompt_tokens, most_prompt_tokens
from glossator_clients.types import Author, ChatRequest, Message, Tool, ToolCall


def asking(*texts: str) -> ChatRequest:
    return ChatRequest(tuple(Message(Author.USER, it) for it in texts))


@given(st.lists(st.text(st.characters(exclude_categories=()))))
def test_the_floor_is_below_the_ceiling(texts: list[str]) -> None:
    assert 0 <= least_prompt_tokens(asking(*texts)) < most_prompt_tokens(asking(*texts))


@given(st.text(), st.text())
def test_more_text_lowers_neither(one: str, two: str) -> None:
    short, long = asking(one), asking(one, two)
    assert least_prompt_tokens(long) >= least_prompt_tokens(short)
    assert most_prompt_tokens(long) > most_prompt_tokens(short)


@pytest.mark.parametrize("text", [" " * 10_000, "\t\n" * 5000, "=" * 10_000, "-" * 9000 + "\n"])
def test_what_may_be_one_token_of_any_length_raises_no_floor(text: str) -> None:
    assert least_prompt_tokens(asking(text)) <= 1


def test_ordinary_code_is_well_between() -> None:
    text = "static int list_add(struct list *list, void *item)\n{\n\treturn 0;\n}\n" * 50
    # SmolLM2's tokenizer makes 1300 tokens of it.
    assert 250 < least_prompt_tokens(asking(text)) < 1300 / 3
    assert 2 * 1300 < most_prompt_tokens(asking(text)) < 3 * 1300


def test_tools_and_their_calls_count() -> None:
    tool = Tool("grep", "find text", {"type": "object"})
    call = ToolCall("call_1", "grep", '{"pattern": "list_add list_del rb_erase"}')
    plain = asking("a")
    with_call = ChatRequest((*plain.messages, Message(Author.ASSISTANT, "", (call,))))
    assert least_prompt_tokens(with_call) > least_prompt_tokens(plain)
    assert most_prompt_tokens(ChatRequest(plain.messages, tools=(tool,))) > (
        most_prompt_tokens(plain) + 500
    )
