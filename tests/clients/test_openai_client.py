"""Own the proof that OpenAI-compatible servers end in whole answers or in our own errors."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx2
import openai
import pytest
from loopback_server import Answer, LoopbackServer, Received, Reply, serving

from glossator_clients.errors import (
    IncompleteReplyError,
    ModelError,
    ModelProtocolError,
    ModelTimeoutError,
    ModelUnavailableError,
    PromptTooLongError,
)
from glossator_clients.openai_client import OpenAIModel, ServerOptions
from glossator_clients.openai_client.sdk import PLACED
from glossator_clients.protocol import complete
from glossator_clients.types import (
    Author,
    ChatRequest,
    Finished,
    Message,
    ModelInfo,
    Sampling,
    TextDelta,
    Usage,
)
from glossator_gate.types import Destination, EgressLimits, Origin, ServerProfile

SECRET = "int secret_function(void);"
REQUEST = ChatRequest((Message(Author.SYSTEM, "Be brief."), Message(Author.USER, SECRET)))
# Nothing is asked but what a test asks; detection has tests of its own.
PLAIN = ServerOptions(profile=ServerProfile.OPENAI)
SCHEMA = {"type": "object", "properties": {"summary": {"type": "string"}}}


def chunk(text: str | None = None, finish: str | None = None) -> dict[str, object]:
    delta = {} if text is None else {"content": text}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "served-name",
            "choices": [choice]}  # fmt: skip


USAGE = chunk() | {
    "choices": [],
    "usage": {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9},
}


async def good(_received: Received, reply: Reply) -> None:
    await reply.head(Content_Type="text/event-stream")
    for it in (chunk("add "), chunk("an entry"), chunk(finish="stop"), USAGE):
        await reply.event(it)
    await reply.send(b"data: [DONE]\n\n")


@asynccontextmanager
async def model_of(
    answer: Answer, limits: EgressLimits | None = None
) -> AsyncIterator[tuple[OpenAIModel, LoopbackServer]]:
    async with serving(answer) as server:
        info = ModelInfo("coder", "openai", "model-1", server.origin, None, local=False)
        to = Destination(Origin.parse(server.origin), key="k", limits=limits or EgressLimits())
        model = OpenAIModel(info, to, PLAIN)
        try:
            yield model, server
        finally:
            await model.close()


async def test_a_whole_answer_comes_with_usage_and_the_served_name() -> None:
    async with model_of(good) as (model, server):
        events = [event async for event in model.stream(REQUEST)]
        assert events == [
            TextDelta("add "),
            TextDelta("an entry"),
            Finished(Usage(7, 2), "served-name"),
        ]
        (sent,) = server.requests
        assert sent.path == "/v1/chat/completions"
        assert sent.json["messages"][1] == {"role": "user", "content": SECRET}
        assert sent.json["stream"] is True
        assert "response_format" not in sent.json


async def test_sampling_and_schema_are_sent() -> None:
    sampling = Sampling(temperature=0.5, top_p=0.9, max_tokens=11, stop=("#",), seed=3)
    async with model_of(good) as (model, server):
        await complete(model, ChatRequest(REQUEST.messages, sampling, SCHEMA))
        sent = server.requests[0].json
        assert (sent["temperature"], sent["top_p"], sent["max_tokens"]) == (0.5, 0.9, 11)
        assert (sent["stop"], sent["seed"]) == (["#"], 3)
        assert sent["response_format"]["json_schema"]["schema"] == SCHEMA


async def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(good) as elsewhere, model_of(good) as (_, server):
        for name in ("OPENAI_BASE_URL", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, elsewhere.origin)
        for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"):
            monkeypatch.setenv(name, "from-the-environment")
        monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Stray: from-the-environment")
        info = ModelInfo("coder", "openai", "model-1", server.origin, None, local=False)
        model = OpenAIModel(info, Destination(Origin.parse(server.origin)), PLAIN)
        await complete(model, REQUEST)
        await model.close()
        assert elsewhere.connections == 0
        assert "from-the-environment" not in repr(server.requests[0])
        assert "authorization" not in server.requests[0].headers


def refusing(*refused: str) -> Answer:
    """Answer 400 to requests that hold one of the words, and well to the others."""

    async def answer(received: Received, reply: Reply) -> None:
        words = received.body.decode()
        found = next((word for word in refused if word in words), None)
        if found is None:
            await good(received, reply)
        else:
            message = f"{found} is not supported; use max_completion_tokens"
            await reply.json({"error": {"message": message}}, 400)

    return answer


@pytest.mark.parametrize(
    ("refused", "formats"),
    [
        (("json_schema",), ["json_schema", "json_object"]),
        (("response_format",), ["json_schema", "json_object", None]),
    ],
)
async def test_a_server_without_schemas_is_asked_in_words_and_remembered(
    refused: tuple[str, ...], formats: list[str | None]
) -> None:
    async with model_of(refusing(*refused)) as (model, server):
        request = ChatRequest(REQUEST.messages, Sampling(), SCHEMA)
        await complete(model, request)
        # A model opened later is the same server to us.
        again = OpenAIModel(model.info, Destination(Origin.parse(server.origin)), PLAIN)
        await complete(again, request)
        await again.close()
    sent = [it.json.get("response_format", {}).get("type") for it in server.requests]
    # The word max_completion_tokens in the refusal costs one try more, before the format.
    assert list(dict.fromkeys(sent)) == formats
    assert sent[-1] == formats[-1]
    assert len(sent) == len(formats) + 2
    assert json.dumps(SCHEMA) in server.requests[-1].json["messages"][-1]["content"]


async def test_options_that_a_server_refuses_are_left_out() -> None:
    async with model_of(refusing('"max_tokens"', "stream_options")) as (model, server):
        await complete(model, REQUEST)
        last = server.requests[-1].json
        assert "stream_options" not in last
        assert last["max_completion_tokens"] == REQUEST.sampling.max_tokens


def failing(status: int, body: object = None) -> Answer:
    async def answer(_received: Received, reply: Reply) -> None:
        await reply.json(body or {"error": {"message": "no"}}, status)

    return answer


def sending(*pieces: bytes) -> Answer:
    async def answer(_received: Received, reply: Reply) -> None:
        await reply.head(Content_Type="text/event-stream")
        for piece in pieces:
            await reply.send(piece)

    return answer


def data(value: object) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


async def stall(_received: Received, reply: Reply) -> None:
    await reply.head(Content_Type="text/event-stream")
    await reply.event(chunk("begin"))
    await reply.hang()


async def cut_in_the_body(_received: Received, reply: Reply) -> None:
    await reply.head(Content_Type="text/event-stream", Content_Length="100000")
    await reply.event(chunk("begin"))


async def web_page(_received: Received, reply: Reply) -> None:
    await reply.whole(200, b"<html><body>It works!</body></html>", Content_Type="text/html")


LLAMA_OVERFLOW = {"error": {"code": 400, "type": "exceed_context_size_error", "message": "no"}}
OPENAI_OVERFLOW = {"error": {"code": "context_length_exceeded", "message": "no"}}
WORDY_OVERFLOW = {"error": {"message": "This model's maximum context length is 4096 tokens"}}

TROUBLES: list[tuple[str, Answer, type[ModelError]]] = [
    ("no end mark", sending(data(chunk("half"))), IncompleteReplyError),
    ("done too early", sending(data(chunk("a")), b"data: [DONE]\n\n"), IncompleteReplyError),
    ("cut in the body", cut_in_the_body, IncompleteReplyError),
    ("length", sending(data(chunk("x", "length"))), IncompleteReplyError),
    ("filtered", sending(data(chunk("x", "content_filter"))), ModelProtocolError),
    ("tool call", sending(data(chunk("x", "tool_calls"))), ModelProtocolError),
    ("unknown end", sending(data(chunk("x", "because"))), ModelProtocolError),
    ("corrupt json", sending(data(chunk("x")), b"data: {nope\n\n"), ModelProtocolError),
    ("not utf-8", sending(b"data: {\"a\": \"\xff\xfe\"}\n\n"), ModelProtocolError),
    ("a list", sending(b"data: [1, 2]\n\n"), ModelProtocolError),
    ("a number", sending(b"data: 1\n\n"), ModelProtocolError),
    ("null choices", sending(data({"choices": None})), ModelProtocolError),
    ("choices of numbers", sending(data({"choices": 3})), ModelProtocolError),
    ("number as text", sending(data({"choices": [{"delta": {"content": 5}}]})), ModelProtocolError),
    ("deep", sending(b"data: " + b"[" * 200_000 + b"\n\n"), ModelProtocolError),
    ("empty", sending(), ModelProtocolError),
    ("web page", web_page, ModelProtocolError),
    ("error event", sending(data({"error": {"message": "boom"}})), IncompleteReplyError),
    ("overflow event", sending(data(OPENAI_OVERFLOW)), PromptTooLongError),
    ("flood", sending(b"data: " + b"x" * 3_000_000), ModelProtocolError),
    ("stall", stall, ModelTimeoutError),
    ("400", failing(400), ModelProtocolError),
    ("401", failing(401), ModelUnavailableError),
    ("403", failing(403), ModelUnavailableError),
    ("404", failing(404), ModelUnavailableError),
    ("409", failing(409), ModelUnavailableError),
    ("422", failing(422), ModelProtocolError),
    ("429", failing(429), ModelUnavailableError),
    ("500", failing(500), ModelUnavailableError),
    ("503", failing(503), ModelUnavailableError),
    ("llama overflow", failing(400, LLAMA_OVERFLOW), PromptTooLongError),
    ("openai overflow", failing(400, OPENAI_OVERFLOW), PromptTooLongError),
    ("wordy overflow", failing(400, WORDY_OVERFLOW), PromptTooLongError),
    ("overflow as 500", failing(500, LLAMA_OVERFLOW), PromptTooLongError),
]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "error"), [it[1:] for it in TROUBLES], ids=[it[0] for it in TROUBLES]
)
async def test_trouble_becomes_one_sentence_of_ours(
    answer: Answer, error: type[ModelError]
) -> None:
    async with model_of(answer, EgressLimits(silence_s=0.4)) as (model, server):
        with pytest.raises(ModelError) as caught:
            await complete(model, REQUEST)
        assert type(caught.value) is error
        words = str(caught.value)
        assert words.endswith(".")
        assert "\n" not in words
        assert SECRET not in words
        # Only who said that it is busy is asked again.
        assert len(server.requests) == (3 if "no more requests" in words else 1)


async def test_a_redirect_never_gets_the_prompt_a_second_time() -> None:
    async with serving(good) as thief:

        async def redirect(_received: Received, reply: Reply) -> None:
            await reply.whole(307, b"", Location=f"{thief.origin}/v1/chat/completions")

        async with model_of(redirect) as (model, server):
            with pytest.raises(ModelProtocolError, match="redirect"):
                await complete(model, REQUEST)
            assert len(server.requests) == 1
        assert thief.connections == 0


async def test_a_server_that_is_not_there_is_named() -> None:
    async with model_of(good) as (model, server):
        pass
    info = ModelInfo("coder", "openai", "m", server.origin, None, local=False)
    model = OpenAIModel(info, Destination(Origin.parse(server.origin)), PLAIN)
    with pytest.raises(ModelUnavailableError, match="start the server"):
        await complete(model, REQUEST)
    await model.close()


async def test_an_answer_is_complete_without_its_usage() -> None:
    async def silent_after_stop(_received: Received, reply: Reply) -> None:
        await reply.head(Content_Type="text/event-stream")
        await reply.event(chunk("all", "stop"))
        await reply.hang()

    async with model_of(silent_after_stop, EgressLimits(silence_s=0.3)) as (model, _):
        reply = await complete(model, REQUEST)
    assert (reply.text, reply.usage) == ("all", None)


async def test_cancelling_closes_the_connection() -> None:
    async with model_of(stall) as (model, server):
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


def exceptions_of(module: object, root: type[BaseException]) -> set[type[BaseException]]:
    members = inspect.getmembers(module, inspect.isclass)
    found = {it for name, it in members if not name.startswith("_")}
    return {it for it in found if issubclass(it, root)}


@pytest.mark.parametrize(
    "unplaced",
    [
        lambda: exceptions_of(openai, openai.OpenAIError) - PLACED.keys(),
        # Those of the HTTP library are placed by their two roots.
        lambda: (
            exceptions_of(httpx2, Exception)
            - exceptions_of(httpx2, httpx2.HTTPError)
            - exceptions_of(httpx2, httpx2.StreamError)
            - {httpx2.InvalidURL, httpx2.CookieConflict}
        ),
    ],
    ids=["openai", "httpx2"],
)
def test_every_exception_of_the_library_has_its_place(
    unplaced: Callable[[], set[type[BaseException]]],
) -> None:
    assert unplaced() == set()
