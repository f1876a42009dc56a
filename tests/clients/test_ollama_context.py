"""Own the proof that no prompt is cut to the context of an Ollama model, and none sent in vain."""

from __future__ import annotations

import pytest

from glossator_clients.errors import (
    PromptTooLongError,
)
from glossator_clients.protocol import complete
from glossator_clients.types import (
    Author,
    ChatRequest,
    Message,
    StartedOver,
)
from tests.clients.ollama_models import REQUEST, model_of
from tests.fake_ollama import END, FakeOllama


def long_request(characters: int) -> ChatRequest:
    return ChatRequest((Message(Author.USER, "x = y; " * (characters // 7)),))


@pytest.mark.parametrize(
    ("characters", "counts"),
    [
        # The prompt fills the context: its head was cut.
        (20_000, {"prompt_eval_count": 4096, "eval_count": 0}),
        (20_000, {"prompt_eval_count": 4095, "eval_count": 1}),
        # Prompt and answer do not fit together: the context was shifted meanwhile.
        (9_000, {"prompt_eval_count": 4000, "eval_count": 200}),
        # Whole messages were dropped.
        (30_000, {"prompt_eval_count": 40, "eval_count": 2}),
    ],
)
async def test_a_prompt_that_was_cut_silently_is_found_out(
    characters: int, counts: dict[str, int]
) -> None:
    async with model_of(FakeOllama(end=END | counts)) as (model, _):
        with pytest.raises(PromptTooLongError):
            await complete(model, long_request(characters))


async def test_a_prompt_that_cannot_fit_is_not_sent() -> None:
    async with model_of(FakeOllama()) as (model, server):
        with pytest.raises(PromptTooLongError):
            await complete(model, long_request(100_000))
        assert "/api/chat" not in [it.path for it in server.requests]


async def test_a_low_count_of_a_warm_cache_is_no_cut() -> None:
    end = END | {"prompt_eval_count": 1}
    async with model_of(FakeOllama(end=end)) as (model, _):
        assert (await complete(model, long_request(12_000))).text == "add an entry"


TRAINED = {"model_info": {"qwen.context_length": 65536}}


@pytest.mark.parametrize(
    ("characters", "loaded", "asked"),
    [(70, None, 4096), (9_000, None, 8192), (70, 16384, 16384), (70, 999_999, 65536)],
)
async def test_the_context_is_as_large_as_the_prompt_needs(
    characters: int, loaded: int | None, asked: int
) -> None:
    async with model_of(FakeOllama(show=TRAINED, loaded_context=loaded)) as (model, server):
        await complete(model, long_request(characters))
        assert server.requests[-1].json["options"]["num_ctx"] == asked
        # Once loaded so large it stays so: another size would load it anew.
        await complete(model, REQUEST)
        assert server.requests[-1].json["options"]["num_ctx"] == asked


@pytest.mark.parametrize("refuses_long", [True, False])
async def test_a_prompt_of_more_tokens_than_is_likely_is_asked_again_with_room(
    refuses_long: bool,  # noqa: FBT001 -- a row of the table
) -> None:
    answer = FakeOllama(show=TRAINED, tokens=5000, refuses_long=refuses_long)
    async with model_of(answer) as (model, server):
        events = [event async for event in model.stream(long_request(6500))]
    contexts = [it.json["options"]["num_ctx"] for it in server.requests if it.path == "/api/chat"]
    assert contexts == [4096, 8192]
    # What an older server has said of the head of the prompt is void.
    assert (StartedOver() in events) is not refuses_long
