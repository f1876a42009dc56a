"""What streams from an OpenAI-compatible server: tool calls in pieces, thoughts, busy servers."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from email.utils import formatdate
from typing import Any

import httpx2
import pytest
from loopback_server import Answer, LoopbackServer, Received, Reply, serving

from glossator_clients import retries
from glossator_clients.errors import (
    IncompleteReplyError,
    ModelProtocolError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from glossator_clients.openai_client import OpenAIModel, ServerOptions
from glossator_clients.protocol import complete
from glossator_clients.types import (
    Author,
    ChatRequest,
    Finished,
    Message,
    ModelInfo,
    Reasoning,
    Sampling,
    TextDelta,
    Thought,
    Tool,
    ToolCall,
)
from glossator_gate.types import (
    ERRAND_HEADER,
    DataClass,
    Destination,
    EgressLimits,
    Errand,
    Origin,
    ServerProfile,
)

TOOL = Tool("grep", "find text", {"type": "object"})
ASKING = ChatRequest((Message(Author.USER, "int f(void);"),))
CALLING = replace(ASKING, tools=(TOOL,))
SCHEMA = {"type": "object", "properties": {"summary": {"type": "string"}}}
Delta = dict[str, Any]


def streaming(*deltas: Delta, finish: str | None = "stop") -> Answer:
    async def answer(_received: Received, reply: Reply) -> None:
        await reply.head(Content_Type="text/event-stream")
        for delta in deltas:
            await reply.event({"choices": [{"index": 0, "delta": delta}]})
        await reply.event({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})

    return answer


@asynccontextmanager
async def model_of(
    answer: Answer, limits: EgressLimits | None = None
) -> AsyncIterator[tuple[OpenAIModel, LoopbackServer]]:
    async with serving(answer) as server:
        info = ModelInfo("coder", "openai", "model-1", server.origin, 8192, local=False)
        to = Destination(Origin.parse(server.origin), limits=limits or EgressLimits())
        model = OpenAIModel(info, to, ServerOptions(profile=ServerProfile.LLAMA_CPP))
        try:
            yield model, server
        finally:
            await model.close()


def calling(*pieces: object) -> Answer:
    return streaming(*({"tool_calls": piece} for piece in pieces), finish="tool_calls")


def piece(name: str | None, arguments: object, **more: object) -> Delta:
    return {"function": {"name": name, "arguments": arguments}, **more}


CALLS: dict[str, tuple[Answer, list[ToolCall]]] = {
    "two in pieces, mixed": (
        calling(
            [piece("grep", "", index=0, id="a")],
            [piece("read", '{"p', index=1, id="b")],
            [piece(None, '{"q":1}', index=0), piece(None, '":2}', index=1)],
        ),
        [ToolCall("a", "grep", '{"q":1}'), ToolCall("b", "read", '{"p":2}')],
    ),
    "no ids": (
        calling([piece("grep", "{}", index=0), piece("grep", "{}", index=1)]),
        [ToolCall("call_1", "grep", "{}"), ToolCall("call_2", "grep", "{}")],
    ),
    "one id twice": (
        calling([piece("grep", "{}", index=0, id="x"), piece("read", "{}", index=1, id="x")]),
        [ToolCall("x", "grep", "{}"), ToolCall("call_2", "read", "{}")],
    ),
    "no index": (
        calling([piece("grep", '{"q"', id="a")], [piece(None, ":1}")], [piece("read", "{}")]),
        [ToolCall("a", "grep", '{"q":1}'), ToolCall("call_2", "read", "{}")],
    ),
    "one index for two": (
        calling([piece("grep", "{}", index=0, id="a")], [piece("read", "{", index=0, id="b")],
                [piece(None, "}", index=0)]),
        [ToolCall("a", "grep", "{}"), ToolCall("b", "read", "{}")],
    ),
    "the name in every piece": (
        calling([piece("grep", "{", index=0, id="a")], [piece("grep", "}", index=0, id="a")]),
        [ToolCall("a", "grep", "{}")],
    ),
    "arguments as an object": (
        calling([piece("grep", {"q": "ü"}, index=0)]),
        [ToolCall("call_1", "grep", '{"q": "ü"}')],
    ),
    "one call and no list": (
        calling(piece("grep", {"q": 1}, index=0, id=0)),
        [ToolCall("0", "grep", '{"q": 1}')],
    ),
    "broken arguments": (
        calling([piece("grep", '{"q": ', index=0, id="a")]),
        [ToolCall("a", "grep", '{"q": ')],
    ),
    "no arguments": (calling([piece("grep", None, index=0)]), [ToolCall("call_1", "grep", "{}")]),
    "an unknown tool": (
        calling([piece("rm", "{}", index=0, id="a")]),
        [ToolCall("a", "rm", "{}")],
    ),
    "said to stop": (
        streaming({"tool_calls": [piece("grep", "{}", index=0, id="a")]}),
        [ToolCall("a", "grep", "{}")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "calls"), CALLS.values(), ids=CALLS)
async def test_tool_calls_are_put_together(answer: Answer, calls: list[ToolCall]) -> None:
    async with model_of(answer) as (model, _):
        assert list((await complete(model, CALLING)).tool_calls) == calls


BAD_CALLS: dict[str, Answer] = {
    "no name": calling([piece(None, "{}", index=0)]),
    "no function": calling([{"index": 0, "id": "a"}]),
    "a number": calling(5),
    "a name of numbers": calling([piece(5, "{}")]),  # type: ignore[arg-type]
    "arguments of numbers": calling([piece("grep", 5)]),
    "without end": calling(*([piece("grep", "{}", index=at)] for at in range(100))),
    "said, not done": streaming({"content": "I will."}, finish="tool_calls"),
}


@pytest.mark.parametrize("answer", BAD_CALLS.values(), ids=BAD_CALLS)
async def test_what_is_no_call_is_no_answer(answer: Answer) -> None:
    async with model_of(answer) as (model, _):
        with pytest.raises(ModelProtocolError):
            await complete(model, CALLING)


async def test_calls_that_nobody_offered_are_no_answer() -> None:
    async with model_of(calling([piece("grep", "{}", index=0)])) as (model, _):
        with pytest.raises(ModelProtocolError):
            await complete(model, ASKING)


async def test_ids_that_are_made_up_differ_over_the_conversation() -> None:
    before = Message(Author.ASSISTANT, "", (ToolCall("call_1", "grep", "{}"),))
    request = replace(CALLING, messages=(*ASKING.messages, before))
    async with model_of(calling([piece("grep", "{}", index=0)])) as (model, _):
        assert (await complete(model, request)).tool_calls[0].id == "call_2"


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
async def test_the_models_own_channel_is_counted_and_never_text(name: str) -> None:
    answer = streaming({name: "hm, "}, {name: "a list"}, {"content": "add"})
    async with model_of(answer) as (model, _):
        events = [event async for event in model.stream(ASKING)]
    assert events[:-1] == [Thought(4), Thought(6), TextDelta("add")]


async def test_tags_in_the_text_are_thoughts_too() -> None:
    answer = streaming({"content": "<thi"}, {"content": "nk>hm</think>\n"}, {"content": "add"})
    async with model_of(answer) as (model, _):
        assert (await complete(model, ASKING)).text == "add"


async def test_an_answer_that_ends_in_its_thinking_is_incomplete() -> None:
    async with model_of(streaming({"content": "<think>and on"})) as (model, _):
        with pytest.raises(IncompleteReplyError, match="thinking"):
            await complete(model, ASKING)


async def test_a_field_for_reasoning_is_asked_for_and_taken_out() -> None:
    answer = streaming({"content": '{"reasoning": "hm",'}, {"content": '"summary": "add"}'})
    request = replace(ASKING, schema=SCHEMA, sampling=Sampling(reasoning=Reasoning.FIELD))
    async with model_of(answer) as (model, server):
        events = [event async for event in model.stream(request)]
        sent = server.requests[0].json["response_format"]["json_schema"]["schema"]
    assert list(sent["properties"]) == ["reasoning", "summary"]
    assert any(isinstance(it, Thought) for it in events)
    assert "".join(it.text for it in events if isinstance(it, TextDelta)) == '{"summary": "add"}'


async def test_thinking_without_its_opening_tag_spoils_no_json() -> None:
    answer = streaming(
        {"content": 'I write {"summary": "a'}, {"content": ' b"} </think>\n{"reasoning": "hm",'},
        {"content": ' "summary": "add"}'},
    )  # fmt: skip
    request = replace(ASKING, schema=SCHEMA, sampling=Sampling(reasoning=Reasoning.FIELD))
    async with model_of(answer) as (model, _):
        assert json.loads((await complete(model, request)).text) == {"summary": "add"}


async def test_a_stop_sequence_ends_the_answer_whatever_the_server_makes_of_it() -> None:
    answer = streaming({"content": "add it\n#"}, {"content": "# more"}, finish=None)
    request = replace(ASKING, sampling=Sampling(stop=("\n##",)))
    async with model_of(answer) as (model, server):
        events = [event async for event in model.stream(request)]
        assert "".join(it.text for it in events if isinstance(it, TextDelta)) == "add it"
        assert isinstance(events[-1], Finished)
        assert server.requests[0].json["stop"] == ["\n##"]


async def test_text_after_the_end_makes_no_answer() -> None:
    async def answer(received: Received, reply: Reply) -> None:
        await streaming({"content": "half"})(received, reply)
        await reply.event({"choices": [{"index": 0, "delta": {"content": "the rest"}}]})

    async with model_of(answer) as (model, _):
        with pytest.raises(ModelProtocolError):
            await complete(model, ASKING)


async def test_an_end_that_is_told_twice_is_one_end() -> None:
    async def answer(received: Received, reply: Reply) -> None:
        await streaming({"content": "whole"})(received, reply)
        await reply.event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})

    async with model_of(answer) as (model, _):
        assert (await complete(model, ASKING)).text == "whole"


def busy_at_first(times: int, status: int = 503, **headers: str) -> Answer:
    left = [times]

    async def answer(received: Received, reply: Reply) -> None:
        if left[0]:
            left[0] -= 1
            await reply.whole(status, b'{"error": {"message": "busy"}}', **headers)
        else:
            await streaming({"content": "at last"})(received, reply)

    return answer


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Retry_After": "0"},
        {"Retry_After": formatdate(0, usegmt=True)},
        {"Retry_After": "soon"},
    ],
    ids=["nothing", "seconds", "date", "nonsense"],
)
async def test_a_busy_server_is_asked_again(
    status: int, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "_WAITS_S", (0.01, 0.01))
    async with model_of(busy_at_first(2, status, **headers)) as (model, server):
        assert (await complete(model, ASKING)).text == "at last"
        assert len(server.requests) == 3


async def test_it_is_left_alone_for_as_long_as_it_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "_WAITS_S", (0.01,))
    async with model_of(busy_at_first(1, Retry_After="0.5")) as (model, _):
        began = time.monotonic()
        await complete(model, ASKING)
        assert time.monotonic() - began >= 0.5


@pytest.mark.parametrize("wait", ["31", "1e9"])
async def test_nobody_waits_for_long(wait: str) -> None:
    async with model_of(busy_at_first(1, Retry_After=wait)) as (model, server):
        with pytest.raises(ModelUnavailableError, match="no more requests"):
            await complete(model, ASKING)
        assert len(server.requests) == 1


async def test_a_wait_beyond_the_deadline_is_not_begun() -> None:
    limits = EgressLimits(total_s=2.0)
    async with model_of(busy_at_first(1, Retry_After="3"), limits) as (model, server):
        with pytest.raises(ModelUnavailableError, match="wait 3 s"):
            await complete(model, ASKING)
        assert len(server.requests) == 1


async def test_an_account_without_quota_is_not_asked_again() -> None:
    async def answer(_received: Received, reply: Reply) -> None:
        await reply.json({"error": {"message": "x", "code": "insufficient_quota"}}, 429)

    async with model_of(answer) as (model, server):
        with pytest.raises(ModelUnavailableError, match="quota"):
            await complete(model, ASKING)
        assert len(server.requests) == 1


async def test_a_server_that_is_just_starting_is_waited_for() -> None:
    async with serving(streaming({"content": "early"})) as gone:
        port = gone.port
    info = ModelInfo("coder", "openai", "model-1", gone.origin, 8192, local=False)
    to = Destination(Origin.parse(gone.origin))
    model = OpenAIModel(info, to, ServerOptions(profile=ServerProfile.OPENAI))
    answer = asyncio.create_task(complete(model, ASKING))
    await asyncio.sleep(0)
    async with serving(streaming({"content": "at last"}), port):
        assert (await answer).text == "at last"
    await model.close()


async def test_the_deadline_holds_over_all_tries_and_questions() -> None:
    async def drip(_received: Received, reply: Reply) -> None:
        await reply.head(Content_Type="text/event-stream")
        while not reply.gone.is_set():
            await reply.event({"choices": [{"index": 0, "delta": {"content": "a"}}]})
            await asyncio.sleep(0.05)

    async with model_of(drip, EgressLimits(total_s=0.6)) as (model, server):
        began = time.monotonic()
        with pytest.raises(ModelTimeoutError):
            await complete(model, ASKING)
        assert time.monotonic() - began < 1.6
        await asyncio.wait_for(server.hung_up.wait(), 5)


async def test_questions_that_are_slow_one_by_one_are_over_by_the_deadline_of_the_call() -> None:
    async def slow(received: Received, reply: Reply) -> None:
        if received.method == "POST":
            await streaming({"content": "too late"})(received, reply)
            return
        await asyncio.sleep(0.45)
        await reply.json({"data": []})

    async with serving(slow) as server:
        info = ModelInfo("coder", "openai", "model-1", server.origin, None, local=False)
        limits = EgressLimits(total_s=0.8)
        model = OpenAIModel(info, Destination(Origin.parse(server.origin), limits=limits))
        with pytest.raises(ModelTimeoutError, match="within"):
            await complete(model, ASKING)
        await model.close()


async def test_every_request_says_what_it_is_for() -> None:
    async with model_of(streaming({"content": "a"})) as (model, _):
        told: list[tuple[str, str]] = []

        async def note(request: httpx2.Request) -> None:
            told.append((request.url.path, request.headers[ERRAND_HEADER]))

        model._connection.http.event_hooks["request"].append(note)
        errand = Errand("chat", "fix", DataClass.INTERNAL)
        await complete(model, replace(ASKING, errand=errand))
        await model.count_tokens(replace(ASKING, errand=errand))
        with suppress(ModelProtocolError):
            await model.served_names()
    assert told[0] == ("/v1/chat/completions", "chat;fix;internal")
    assert told[1] == ("/v1/chat/completions/input_tokens", "tokenize;fix;internal")
    assert told[-1] == ("/v1/models", "metadata;;public")
