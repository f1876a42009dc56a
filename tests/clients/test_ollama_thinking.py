"""Own the proof that what an Ollama model thinks is counted and never shown."""

from __future__ import annotations

import json

import pytest

from glossator_clients.errors import (
    IncompleteReplyError,
)
from glossator_clients.protocol import complete
from glossator_clients.types import (
    ChatRequest,
    Reasoning,
    Sampling,
    Thought,
    Usage,
)
from tests.clients.ollama_models import REQUEST, model_of
from tests.fake_ollama import END, FakeOllama

SCHEMA = {
    "type": "object",
    "properties": {"summary": {"type": "string"}},
    "required": ["summary"],
}


def thinking(reasoning: Reasoning) -> ChatRequest:
    return ChatRequest(REQUEST.messages, Sampling(max_tokens=10, reasoning=reasoning), SCHEMA)


async def test_native_thoughts_are_counted_and_not_shown() -> None:
    answer = FakeOllama(
        thoughts=("hmm ", "well"),
        pieces=('{"summary": "add"}',),
        show={"capabilities": ["completion", "thinking"]},
        end=END | {"eval_count": 26},
    )
    async with model_of(answer) as (model, server):
        events = [event async for event in model.stream(thinking(Reasoning.NATIVE))]
        assert [it.characters for it in events if isinstance(it, Thought)] == [4, 4]
        reply = await complete(model, thinking(Reasoning.NATIVE))
        await complete(model, thinking(Reasoning.OFF))
    assert (reply.text, reply.usage) == ('{"summary": "add"}', Usage(7, 26, 8))
    native, off = server.requests[-4].json, server.requests[-1].json
    assert (native["think"], off["think"]) == (True, False)
    assert native["options"]["num_predict"] > off["options"]["num_predict"] == 10
    assert native["format"] == off["format"] == SCHEMA


@pytest.mark.parametrize("capabilities", [["completion"], None])
@pytest.mark.parametrize("reasoning", [Reasoning.FIELD, Reasoning.NATIVE])
async def test_a_model_without_a_channel_thinks_in_a_field(
    reasoning: Reasoning, capabilities: list[str] | None
) -> None:
    written = json.dumps({"reasoning": "well, well", "summary": "add"})
    show = {} if capabilities is None else {"capabilities": capabilities}
    answer = FakeOllama(pieces=tuple(written), show=show, end=END | {"eval_count": 100})
    async with model_of(answer) as (model, server):
        reply = await complete(model, thinking(reasoning))
    sent = server.requests[-1].json
    assert "think" not in sent
    assert list(sent["format"]["properties"]) == ["reasoning", "summary"]
    assert json.loads(reply.text) == {"summary": "add"}
    assert reply.usage is not None
    assert 0 < reply.usage.reasoning_tokens < 100


async def test_thoughts_between_tags_are_counted_and_not_shown() -> None:
    written = '<think>hmm, {"summary": "no"}</think>\n\n{"summary": "add"}'
    answer = FakeOllama(pieces=tuple(written), end=END | {"eval_count": 20})
    async with model_of(answer) as (model, _):
        reply = await complete(model, thinking(Reasoning.OFF))
        assert reply.text == '{"summary": "add"}'
        assert reply.usage is not None
        assert reply.usage.reasoning_tokens > 0
        answer.pieces = ("<think>without end",)
        with pytest.raises(IncompleteReplyError):
            await complete(model, thinking(Reasoning.OFF))
