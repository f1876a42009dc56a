"""Own the proof that tools are offered to Ollama and called in its own words."""

from __future__ import annotations

import pytest

from glossator_clients.errors import (
    IncompleteReplyError,
    ModelUnavailableError,
)
from glossator_clients.protocol import complete
from glossator_clients.types import (
    Author,
    ChatRequest,
    Message,
    Tool,
    ToolCall,
)
from tests.clients.ollama_models import REQUEST, model_of
from tests.fake_ollama import FakeOllama

TOOLS = (
    Tool("read", "Read a file.", {"type": "object", "properties": {"path": {"type": "string"}}}),
    Tool("list", "List a folder.", {"type": "object", "properties": {}}),
)


async def test_tools_are_called_several_times_with_ids_of_their_own() -> None:
    calls = (
        [{"name": "read", "arguments": {"path": "é.c"}}, {"name": "read", "arguments": {}}],
        [{"name": "list", "arguments": {"deep": [1, {"a": None}]}}],
    )
    server = FakeOllama(pieces=(), calls=calls, show={"capabilities": ["completion", "tools"]})
    async with model_of(server) as (model, seen):
        reply = await complete(model, ChatRequest(REQUEST.messages, tools=TOOLS))
        assert model.info.takes_tools
    assert reply.tool_calls == (
        ToolCall("call_0", "read", '{"path": "é.c"}'),
        ToolCall("call_1", "read", "{}"),
        ToolCall("call_2", "list", '{"deep": [1, {"a": null}]}'),
    )
    sent = [it["function"] for it in seen.requests[-1].json["tools"]]
    assert [it["name"] for it in sent] == ["read", "list"]
    assert sent[0]["parameters"]["properties"] == {"path": {"type": "string"}}


async def test_a_conversation_with_tools_goes_back_in_its_own_words() -> None:
    said = (
        *REQUEST.messages,
        Message(
            Author.ASSISTANT,
            "",
            (ToolCall("call_0", "read", '{"path": "a.c"}'), ToolCall("call_1", "list", "nonsense")),
        ),
        Message(Author.TOOL, "int a;", tool_call_id="call_0"),
        Message(Author.TOOL, "a.c", tool_call_id="call_1"),
    )
    again = ([{"name": "read", "arguments": {}}],)
    async with model_of(FakeOllama(pieces=(), calls=again)) as (model, server):
        reply = await complete(model, ChatRequest(said, tools=TOOLS))
    assert reply.tool_calls == (ToolCall("call_2", "read", "{}"),)
    assert server.requests[-1].json["messages"][1:] == [
        {
            "role": "assistant",
            "tool_calls": [
                {"function": {"name": "read", "arguments": {"path": "a.c"}}},
                {"function": {"name": "list", "arguments": {"arguments": "nonsense"}}},
            ],
        },
        {"role": "tool", "content": "int a;", "tool_name": "read"},
        {"role": "tool", "content": "a.c", "tool_name": "list"},
    ]


async def test_a_model_that_calls_no_tools_is_not_asked_to() -> None:
    server = FakeOllama(show={"capabilities": ["completion"]})
    async with model_of(server) as (model, seen):
        with pytest.raises(ModelUnavailableError, match="calls no tools"):
            await complete(model, ChatRequest(REQUEST.messages, tools=TOOLS))
        assert model.info.takes_tools is False
        assert "/api/chat" not in [it.path for it in seen.requests]


async def test_calls_without_end_are_stopped() -> None:
    calls = [[{"name": "read", "arguments": {}}]] * 1000
    async with model_of(FakeOllama(pieces=(), calls=calls)) as (model, _):
        with pytest.raises(IncompleteReplyError, match="without end"):
            await complete(model, ChatRequest(REQUEST.messages, tools=TOOLS))
