"""What is made of free text before anything runs."""

from __future__ import annotations

import pytest

from glossator_clients.errors import ModelUnavailableError
from glossator_clients.protocol import ChatModel
from glossator_clients.scripted import ScriptedModel
from glossator_gate.types import DataClass
from glossator_server.actions.understanding import query_of, understand, why_not
from glossator_server.errors import UsageError
from glossator_server.intent import Intent

UNCLEAR = "xyzzy frobs quux wibble"


async def no_model(role: str) -> ChatModel:
    raise ModelUnavailableError(f"There is no model for {role}; configure one.")


async def test_a_clear_text_opens_no_model() -> None:
    known = await understand("where is main defined", DataClass.INTERNAL, no_model)
    assert (known.guess.intent, known.model, known.trouble) == (Intent.SEARCH, None, None)
    assert known.in_short == "search (rule: asks where)"


async def test_an_unclear_text_is_asked_of_the_model_of_its_role() -> None:
    model = ScriptedModel(['{"intent": "explain"}'])
    roles: list[str] = []

    async def opened(role: str) -> ChatModel:
        roles.append(role)
        return model

    known = await understand(UNCLEAR, DataClass.INTERNAL, opened)
    assert (known.guess.intent, known.model, roles) == (Intent.EXPLAIN, "scripted", ["intent"])
    assert model.closed


async def test_without_a_model_the_guess_stands() -> None:
    known = await understand(UNCLEAR, DataClass.INTERNAL, no_model)
    assert known.guess.needs_model
    assert known.trouble == "There is no model for intent; configure one."


@pytest.mark.parametrize("text", ["", "  \n", "x" * 10_001])
async def test_what_is_no_instruction_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(UsageError, match=r"\.$"):
        await understand(text, DataClass.INTERNAL, no_model)


def test_what_is_not_done_is_said_with_what_to_do_instead() -> None:
    done = {it for it in Intent if why_not(it) is None}
    assert set(Intent) - done == {Intent.OUT_OF_SCOPE}
    for intent in set(Intent) - done:
        sentence = why_not(intent)
        assert sentence is not None
        assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("where is ring_push defined?", "ring_push"),
        ("find all callers of foo", "foo"),
        ("Show me where we parse the config", "parse the config"),
        ("code that retries with backoff", "code that retries with backoff"),
        ("find -", "find -"),
        ("where", "where"),
    ],
)
def test_a_search_is_for_what_is_left_of_the_question(text: str, query: str) -> None:
    assert query_of(text) == query
