"""Own the proof that Ollama is spoken to natively, only for models that it runs itself.

The server of the suite speaks the published interface; what it sends and receives passes the SDK's
own types.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import ollama
import pytest
from ollama import _types as sdk

from glossator_clients import ollama_sdk
from glossator_clients.errors import (
    IncompleteReplyError,
    ModelError,
    ModelProtocolError,
    ModelTimeoutError,
    ModelUnavailableError,
    PromptTooLongError,
)
from glossator_clients.ollama_client import OllamaModel, OllamaOptions
from glossator_clients.protocol import complete
from glossator_clients.types import (
    Author,
    ChatRequest,
    Finished,
    Message,
    ModelInfo,
    Reasoning,
    Sampling,
    StartedOver,
    Thought,
    Tool,
    ToolCall,
    Usage,
)
from glossator_gate.errors import PolicyError
from glossator_gate.types import (
    ERRAND_HEADER,
    DataClass,
    Destination,
    EgressLimits,
    Errand,
    Origin,
)
from tests.fake_ollama import DIGEST, END, FakeOllama
from tests.loopback_server import Answer, LoopbackServer, Received, Reply, serving

SECRET = "int secret_function(void);"
REQUEST = ChatRequest((Message(Author.USER, SECRET),))
METADATA = ["/api/show", "/api/tags"]


@asynccontextmanager
async def model_of(
    answer: Answer,
    name: str = "qwen:7b",
    context: int | None = None,
    options: OllamaOptions | None = None,
) -> AsyncIterator[tuple[OllamaModel, LoopbackServer]]:
    async with serving(answer) as server:
        info = ModelInfo("coder", "ollama", name, server.origin, context, local=False)
        limits = EgressLimits(silence_s=0.4)
        model = OllamaModel(info, Destination(Origin.parse(server.origin), limits=limits), options)
        try:
            yield model, server
        finally:
            await model.close()


async def test_a_whole_answer_comes_with_its_token_counts() -> None:
    async with model_of(FakeOllama()) as (model, server):
        reply = await complete(model, REQUEST)
        assert (reply.text, reply.usage, reply.model) == ("add an entry", Usage(7, 2), "qwen:7b")
        assert [it.path for it in server.requests] == [*METADATA, "/api/ps", "/api/chat"]


async def test_context_sampling_and_schema_are_sent_in_its_own_words() -> None:
    schema = {"type": "object", "properties": {"summary": {"type": "string"}}}
    sampling = Sampling(temperature=0.5, top_p=0.9, max_tokens=11, stop=("#",), seed=3)
    async with model_of(FakeOllama()) as (model, server):
        await complete(model, ChatRequest(REQUEST.messages, sampling, schema))
        sent = server.requests[-1].json
    assert sent["options"] == {
        "num_ctx": 4096, "num_predict": 11, "temperature": 0.5, "top_p": 0.9, "stop": ["#"],
        "seed": 3,
    }  # fmt: skip
    assert sent["format"] == schema
    assert sent["stream"] is True
    # Nothing may be cut or dropped to make the prompt fit.
    assert (sent["truncate"], sent["shift"]) == (False, False)


@pytest.mark.parametrize(
    ("asked", "trained", "used"),
    [(None, 4096, 4096), (None, 131072, 131072), (32768, 131072, 32768), (32768, 4096, 4096)],
)
async def test_the_context_is_what_was_asked_for_within_what_the_model_has(
    asked: int | None, trained: int, used: int
) -> None:
    server = FakeOllama(show={"model_info": {"qwen.context_length": trained}})
    async with model_of(server, context=asked) as (model, _):
        info = await model.inspect()
    assert info.context_tokens == used
    assert info.local


@pytest.mark.parametrize(
    ("name", "show", "listed"),
    [
        ("qwen:7b", {"remote_host": "https://ollama.com:443"}, {}),
        ("qwen:7b", {"remote_model": "qwen"}, {}),
        ("qwen:7b", {}, {"remote_host": "https://ollama.com:443"}),
        ("qwen:7b", {}, {"remote_model": "qwen"}),
        # A copy under a harmless name, as `ollama cp` makes it.
        ("mine", {}, {"name": "Mine:latest", "model": "Mine:latest", "remote_model": "qwen"}),
        ("qwen:cloud", {}, {}),
        ("qwen:480b-cloud", {}, {}),
        ("qwen:480b-Cloud", {}, {}),
    ],
)
async def test_a_model_that_runs_elsewhere_never_sees_the_prompt(
    name: str, show: dict[str, str], listed: dict[str, str]
) -> None:
    answer = FakeOllama(show=show, name=name, listed=listed)
    async with model_of(answer, name) as (model, server):
        with pytest.raises(PolicyError, match="another one"):
            await complete(model, REQUEST)
        assert all(SECRET.encode() not in it.body for it in server.requests)


async def test_a_model_that_moves_away_later_is_refused_at_the_next_request() -> None:
    answer = FakeOllama()
    async with model_of(answer) as (model, server):
        await complete(model, REQUEST)
        answer.show = {"remote_host": "https://ollama.com:443"}
        with pytest.raises(PolicyError):
            await complete(model, REQUEST)
        assert SECRET.encode() not in server.requests[-1].body


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


@pytest.mark.parametrize("pinned", [DIGEST, f"sha256:{DIGEST}", DIGEST[:12].upper()])
async def test_a_pinned_model_is_used(pinned: str) -> None:
    async with model_of(FakeOllama(), options=OllamaOptions(digest=pinned)) as (model, _):
        await complete(model, REQUEST)
        assert model.info.digest == DIGEST


@pytest.mark.parametrize(
    ("pinned", "listed"),
    [
        (f"a{DIGEST[1:]}", {}),
        (DIGEST[:8], {}),
        ("", {}),
        (DIGEST, {"digest": ""}),
        (DIGEST, {"digest": None}),
        (DIGEST, {"name": "other", "model": "other"}),
    ],
)
async def test_another_model_than_the_pinned_one_never_sees_the_prompt(
    pinned: str, listed: dict[str, Any]
) -> None:
    options = OllamaOptions(digest=pinned)
    async with model_of(FakeOllama(listed=listed), options=options) as (model, server):
        with pytest.raises(PolicyError, match="pinned"):
            await complete(model, REQUEST)
        assert [it.path for it in server.requests] == METADATA


async def test_each_request_tells_the_door_its_errand(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, str | None]] = []
    real = ollama_sdk.ollama_http_transport

    class Listening(httpx.AsyncBaseTransport):
        def __init__(self, destination: Destination) -> None:
            self.inner = real(destination)

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            told.append((request.url.path, request.headers.get(ERRAND_HEADER)))
            return await self.inner.handle_async_request(request)

    monkeypatch.setattr(ollama_sdk, "ollama_http_transport", Listening)
    errand = Errand("chat", "document", DataClass.CONFIDENTIAL)
    async with model_of(FakeOllama()) as (model, server):
        await complete(model, ChatRequest(REQUEST.messages, errand=errand))
        await complete(model, REQUEST)
    metadata = "metadata;;public"
    assert told[:4] == [
        ("/api/show", metadata), ("/api/tags", metadata), ("/api/ps", metadata),
        ("/api/chat", "chat;document;confidential"),
    ]  # fmt: skip
    assert told[-1] == ("/api/chat", "chat;;restricted")
    assert all(ERRAND_HEADER not in it.headers for it in server.requests)


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


@pytest.mark.parametrize("path", ["/api/show", "/api/chat"])
async def test_a_busy_server_is_asked_again(path: str) -> None:
    waits: list[str] = ["0", "0"]
    answer = FakeOllama()

    async def busy(reply: Reply) -> None:
        wait = waits.pop(0)
        if not waits:
            answer.trouble = {}
        await reply.whole(503, b'{"error": "server busy"}', Retry_After=wait)

    answer.trouble = {path: busy}
    async with model_of(answer) as (model, server):
        assert (await complete(model, REQUEST)).text == "add an entry"
        assert [it.path for it in server.requests].count(path) == 3


async def test_a_server_that_is_busy_for_long_is_not_waited_for() -> None:
    answer = FakeOllama(
        trouble={"/api/chat": lambda reply: reply.whole(429, b"", Retry_After="3600")}
    )
    async with model_of(answer) as (model, server):
        with pytest.raises(ModelUnavailableError, match="wait 3600 s"):
            await complete(model, REQUEST)
        assert [it.path for it in server.requests].count("/api/chat") == 1


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


async def test_calls_without_end_are_stopped() -> None:
    calls = [[{"name": "read", "arguments": {}}]] * 1000
    async with model_of(FakeOllama(pieces=(), calls=calls)) as (model, _):
        with pytest.raises(IncompleteReplyError, match="without end"):
            await complete(model, ChatRequest(REQUEST.messages, tools=TOOLS))


async def test_loading_is_timed_and_how_long_it_stays_can_be_chosen() -> None:
    end = END | {"load_duration": 2_500_000_000}
    options = OllamaOptions(keep_alive_s=90.0)
    async with model_of(FakeOllama(end=end), options=options) as (model, server):
        *_, last = [event async for event in model.stream(REQUEST)]
        assert server.requests[-1].json["keep_alive"] == 90
    assert isinstance(last, Finished)
    assert last.load_s == 2.5


async def test_a_model_that_is_not_pulled_is_named_with_the_command() -> None:
    async with model_of(FakeOllama(), "qwen:14b") as (model, _):
        with pytest.raises(ModelUnavailableError, match="ollama pull qwen:14b"):
            await complete(model, REQUEST)


async def test_a_server_that_lists_no_loaded_models_is_used_all_the_same() -> None:
    answer = FakeOllama(trouble={"/api/ps": lambda reply: reply.json({"error": "what"}, 404)})
    async with model_of(answer) as (model, _):
        assert (await complete(model, REQUEST)).text == "add an entry"


def sending(*pieces: bytes) -> Answer:
    return chatting(lambda reply: _send_all(reply, pieces))


async def _send_all(reply: Reply, pieces: tuple[bytes, ...]) -> None:
    await reply.head(Content_Type="application/x-ndjson")
    for piece in pieces:
        await reply.send(piece)


def chatting(chat: Callable[[Reply], Awaitable[None]]) -> Answer:
    """Answer everything well but the chat."""

    async def answer(received: Received, reply: Reply) -> None:
        if received.path == "/api/chat":
            await chat(reply)
        else:
            await FakeOllama()(received, reply)

    return answer


def status(code: int, words: str = "no") -> Answer:
    return chatting(lambda reply: reply.json({"error": words}, code))


async def _stall(reply: Reply) -> None:
    await reply.head(Content_Type="application/x-ndjson")
    await reply.line({"message": {"role": "assistant", "content": "a"}, "done": False})
    await reply.hang()


async def web_page(_received: Received, reply: Reply) -> None:
    await reply.whole(200, b"<html></html>", Content_Type="text/html")


async def list_page(_received: Received, reply: Reply) -> None:
    await reply.json([1, 2])


PIECE = b'{"message": {"role": "assistant", "content": "a"}, "done": false}\n'
TROUBLES: list[tuple[str, Answer, type[ModelError]]] = [
    ("no end", sending(PIECE), IncompleteReplyError),
    ("nothing", sending(), IncompleteReplyError),
    ("length", FakeOllama(end=END | {"done_reason": "length"}), IncompleteReplyError),
    ("unloaded", FakeOllama(end=END | {"done_reason": "unload"}), IncompleteReplyError),
    ("no reason", FakeOllama(end={"done": True}), IncompleteReplyError),
    ("error line", sending(PIECE, b'{"error": "boom"}\n'), IncompleteReplyError),
    ("corrupt line", sending(PIECE, b"{nope\n"), ModelProtocolError),
    ("half a line", sending(PIECE, b'{"message": {"ro'), ModelProtocolError),
    ("a list", sending(b"[1]\n"), ModelProtocolError),
    ("a number", sending(b"1\n"), ModelProtocolError),
    ("no message", sending(b'{"done": false}\n'), ModelProtocolError),
    (
        "bad call",
        sending(b'{"message": {"role": "assistant", "tool_calls": [3]}}\n'),
        ModelProtocolError,
    ),
    ("wrong types", sending(b'{"message": {"role": 1, "content": []}}\n'), ModelProtocolError),
    ("deep", sending(b"[" * 200_000 + b"\n"), ModelProtocolError),
    ("flood", sending(b"x" * 3_000_000), ModelProtocolError),
    ("stall", chatting(_stall), ModelTimeoutError),
    ("400", status(400), ModelProtocolError),
    ("overflow", status(400, "input exceeds the context length"), PromptTooLongError),
    ("401", status(401), ModelUnavailableError),
    ("404", status(404), ModelUnavailableError),
    ("429", status(429), ModelUnavailableError),
    ("500", status(500), ModelUnavailableError),
    ("503", status(503), ModelUnavailableError),
    ("web page", web_page, ModelProtocolError),
    ("list page", list_page, ModelProtocolError),
    ("other model", FakeOllama(name="llama:8b"), ModelUnavailableError),
]


@pytest.mark.parametrize(
    ("answer", "error"), [it[1:] for it in TROUBLES], ids=[it[0] for it in TROUBLES]
)
async def test_trouble_becomes_one_sentence_of_ours(
    answer: Answer, error: type[ModelError]
) -> None:
    async with model_of(answer) as (model, _):
        with pytest.raises(ModelError) as caught:
            await complete(model, REQUEST)
        assert type(caught.value) is error
        assert str(caught.value).endswith(".")
        assert SECRET not in str(caught.value)


async def _late(value: object, reply: Reply) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(reply.gone.wait(), 0.25)
    await reply.json(value)


async def _drip(reply: Reply) -> None:
    await reply.head(Content_Type="application/x-ndjson")
    while not reply.gone.is_set():
        await reply.send(PIECE)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(reply.gone.wait(), 0.05)


async def test_all_that_a_request_needs_is_over_by_its_deadline() -> None:
    # Each exchange by itself is within its limits.
    rows = {"models": [{"model": "qwen:7b"}]}
    answer = FakeOllama(
        trouble={
            "/api/show": lambda reply: _late({"model_info": {}}, reply),
            "/api/tags": lambda reply: _late(rows, reply),
            "/api/ps": lambda reply: _late({"models": []}, reply),
            "/api/chat": _drip,
        }
    )
    async with serving(answer) as server:
        info = ModelInfo("coder", "ollama", "qwen:7b", server.origin, None, local=False)
        limits = EgressLimits(silence_s=0.5, total_s=1.2)
        model = OllamaModel(info, Destination(Origin.parse(server.origin), limits=limits))
        begun = time.monotonic()
        with pytest.raises(ModelTimeoutError):
            await complete(model, REQUEST)
        assert 1.0 < time.monotonic() - begun < 2.2
        await model.close()
    assert server.requests[-1].path == "/api/chat"


async def test_a_server_that_is_not_there_is_named() -> None:
    async with model_of(FakeOllama()) as (_, server):
        pass
    info = ModelInfo("coder", "ollama", "qwen:7b", server.origin, None, local=False)
    model = OllamaModel(info, Destination(Origin.parse(server.origin)))
    with pytest.raises(ModelUnavailableError, match="start the server of coder"):
        await complete(model, REQUEST)
    await model.close()


async def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(FakeOllama()) as elsewhere:
        for name in ("OLLAMA_HOST", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, elsewhere.origin)
        monkeypatch.setenv("OLLAMA_API_KEY", "from-the-environment")
        async with model_of(FakeOllama()) as (model, server):
            await complete(model, REQUEST)
            assert all("authorization" not in it.headers for it in server.requests)
        assert elsewhere.connections == 0


async def test_a_redirect_never_gets_the_prompt_a_second_time() -> None:
    async with serving(FakeOllama()) as thief:
        location = f"{thief.origin}/api/chat"
        redirect = chatting(lambda reply: reply.whole(307, b"", Location=location))
        async with model_of(redirect) as (model, _):
            with pytest.raises(ModelProtocolError, match="redirect"):
                await complete(model, REQUEST)
        assert thief.connections == 0


async def test_cancelling_closes_the_connection() -> None:
    async with model_of(chatting(_stall)) as (model, server):
        started = asyncio.Event()

        async def consume() -> None:
            async for _event in model.stream(REQUEST):
                started.set()

        task = asyncio.create_task(consume())
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(server.hung_up.wait(), 5)


def test_every_exception_of_the_library_has_its_place() -> None:
    members = [it for _, it in inspect.getmembers(sdk, inspect.isclass)]
    own = {it for it in members if issubclass(it, Exception) and it.__module__ == sdk.__name__}
    assert own <= ollama_sdk.PLACED.keys()
    assert {ollama.RequestError, ollama.ResponseError} <= own
    roots = (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, httpx.CookieConflict)
    foreign = {it for _, it in inspect.getmembers(httpx, inspect.isclass)}
    assert not [it for it in foreign if issubclass(it, Exception) and not issubclass(it, roots)]
