"""Own the proof that Ollama is spoken to natively, only for models that it runs itself.

The server below speaks Ollama's published interface; what it sends and receives passes the SDK's
own types.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import ollama
import pytest
from loopback_server import Answer, LoopbackServer, Received, Reply, serving
from ollama import _types as sdk

from glossator_clients import ollama_client
from glossator_clients.errors import (
    IncompleteReplyError,
    ModelError,
    ModelProtocolError,
    ModelTimeoutError,
    ModelUnavailableError,
    PromptTooLongError,
)
from glossator_clients.ollama_client import OllamaModel
from glossator_clients.protocol import complete
from glossator_clients.types import Author, ChatRequest, Message, ModelInfo, Sampling, Usage
from glossator_gate.errors import PolicyError
from glossator_gate.types import Destination, EgressLimits, Origin

SECRET = "int secret_function(void);"
REQUEST = ChatRequest((Message(Author.USER, SECRET),))
END = {"done": True, "done_reason": "stop", "prompt_eval_count": 7, "eval_count": 2}


@dataclass
class OllamaServer:
    """A server with one model; `end` is the last line of an answer, `pieces` the text before it."""

    pieces: tuple[str, ...] = ("add ", "an entry")
    end: Mapping[str, Any] = field(default_factory=lambda: END)
    show: Mapping[str, Any] = field(default_factory=dict)
    name: str = "qwen:7b"

    async def __call__(self, received: Received, reply: Reply) -> None:
        model = received.json.get("model") if received.body else None
        if model not in {None, self.name}:
            await reply.json({"error": f"model '{model}' not found"}, 404)
            return
        match received.path:
            case "/api/show":
                sdk.ShowRequest.model_validate(received.json)
                answer = {"model_info": {"qwen.context_length": 4096}} | self.show
                sdk.ShowResponse.model_validate(answer)
                await reply.json(answer)
            case "/api/tags":
                answer = {"models": [{"model": self.name}]}
                sdk.ListResponse.model_validate(answer)
                await reply.json(answer)
            case "/api/chat":
                sdk.ChatRequest.model_validate(received.json)
                await self._chat(reply)
            case _:
                await reply.json({"error": "not found"}, 404)

    async def _chat(self, reply: Reply) -> None:
        await reply.head(Content_Type="application/x-ndjson")
        lines = [self._line(piece, {"done": False}) for piece in self.pieces]
        for line in [*lines, self._line("", self.end)]:
            sdk.ChatResponse.model_validate(line)
            await reply.line(line)

    def _line(self, text: str, more: Mapping[str, Any]) -> dict[str, Any]:
        return {"model": self.name, "message": {"role": "assistant", "content": text}, **more}


@asynccontextmanager
async def model_of(
    answer: Answer, name: str = "qwen:7b", context: int | None = None
) -> AsyncIterator[tuple[OllamaModel, LoopbackServer]]:
    async with serving(answer) as server:
        info = ModelInfo("coder", "ollama", name, server.origin, context, local=False)
        limits = EgressLimits(silence_s=0.4)
        model = OllamaModel(info, Destination(Origin.parse(server.origin), limits=limits))
        try:
            yield model, server
        finally:
            await model.close()


async def test_a_whole_answer_comes_with_its_token_counts() -> None:
    async with model_of(OllamaServer()) as (model, server):
        reply = await complete(model, REQUEST)
        assert (reply.text, reply.usage, reply.model) == ("add an entry", Usage(7, 2), "qwen:7b")
        assert [it.path for it in server.requests] == ["/api/show", "/api/chat"]


async def test_context_sampling_and_schema_are_sent_in_its_own_words() -> None:
    schema = {"type": "object", "properties": {"summary": {"type": "string"}}}
    sampling = Sampling(temperature=0.5, top_p=0.9, max_tokens=11, stop=("#",), seed=3)
    async with model_of(OllamaServer()) as (model, server):
        await complete(model, ChatRequest(REQUEST.messages, sampling, schema))
        sent = server.requests[-1].json
    assert sent["options"] == {
        "num_ctx": 4096, "num_predict": 11, "temperature": 0.5, "top_p": 0.9, "stop": ["#"],
        "seed": 3,
    }  # fmt: skip
    assert sent["format"] == schema
    assert sent["think"] is False
    assert sent["stream"] is True


@pytest.mark.parametrize(
    ("asked", "trained", "used"), [(None, 4096, 4096), (None, 131072, 8192), (32768, 131072, 32768)]
)
async def test_the_context_is_what_was_asked_for_within_what_the_model_has(
    asked: int | None, trained: int, used: int
) -> None:
    server = OllamaServer(show={"model_info": {"qwen.context_length": trained}})
    async with model_of(server, context=asked) as (model, _):
        info = await model.inspect()
    assert info.context_tokens == used
    assert info.local


@pytest.mark.parametrize(
    ("name", "show"),
    [
        ("qwen:7b", {"remote_host": "https://ollama.com:443"}),
        ("qwen:7b", {"remote_model": "qwen"}),
        ("qwen:cloud", {}),
        ("qwen:480b-cloud", {}),
        ("qwen:480b-Cloud", {}),
    ],
)
async def test_a_model_that_runs_elsewhere_never_sees_the_prompt(
    name: str, show: dict[str, str]
) -> None:
    async with model_of(OllamaServer(show=show, name=name), name) as (model, server):
        with pytest.raises(PolicyError, match="another one"):
            await complete(model, REQUEST)
        assert all(SECRET.encode() not in it.body for it in server.requests)


async def test_a_model_that_moves_away_later_is_refused_at_the_next_request() -> None:
    answer = OllamaServer()
    async with model_of(answer) as (model, server):
        await complete(model, REQUEST)
        answer.show = {"remote_host": "https://ollama.com:443"}
        with pytest.raises(PolicyError):
            await complete(model, REQUEST)
        assert server.requests[-1].path == "/api/show"


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
    async with model_of(OllamaServer(end=END | counts)) as (model, _):
        with pytest.raises(PromptTooLongError):
            await complete(model, long_request(characters))


async def test_a_prompt_that_cannot_fit_is_not_sent() -> None:
    async with model_of(OllamaServer()) as (model, server):
        with pytest.raises(PromptTooLongError):
            await complete(model, long_request(40_000))
        assert [it.path for it in server.requests] == ["/api/show"]


async def test_a_low_count_of_a_warm_cache_is_no_cut() -> None:
    end = END | {"prompt_eval_count": 1}
    async with model_of(OllamaServer(end=end)) as (model, _):
        assert (await complete(model, long_request(12_000))).text == "add an entry"


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
            await OllamaServer()(received, reply)

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
    ("length", OllamaServer(end=END | {"done_reason": "length"}), IncompleteReplyError),
    ("unloaded", OllamaServer(end=END | {"done_reason": "unload"}), IncompleteReplyError),
    ("no reason", OllamaServer(end={"done": True}), IncompleteReplyError),
    ("error line", sending(PIECE, b'{"error": "boom"}\n'), IncompleteReplyError),
    ("corrupt line", sending(PIECE, b"{nope\n"), ModelProtocolError),
    ("half a line", sending(PIECE, b'{"message": {"ro'), ModelProtocolError),
    ("a list", sending(b"[1]\n"), ModelProtocolError),
    ("a number", sending(b"1\n"), ModelProtocolError),
    ("no message", sending(b'{"done": false}\n'), ModelProtocolError),
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
    ("other model", OllamaServer(name="llama:8b"), ModelUnavailableError),
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


async def test_a_server_that_is_not_there_is_named() -> None:
    async with model_of(OllamaServer()) as (_, server):
        pass
    info = ModelInfo("coder", "ollama", "qwen:7b", server.origin, None, local=False)
    model = OllamaModel(info, Destination(Origin.parse(server.origin)))
    with pytest.raises(ModelUnavailableError, match="start Ollama"):
        await complete(model, REQUEST)
    await model.close()


async def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(OllamaServer()) as elsewhere:
        for name in ("OLLAMA_HOST", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, elsewhere.origin)
        monkeypatch.setenv("OLLAMA_API_KEY", "from-the-environment")
        async with model_of(OllamaServer()) as (model, server):
            await complete(model, REQUEST)
            assert all("authorization" not in it.headers for it in server.requests)
        assert elsewhere.connections == 0


async def test_a_redirect_never_gets_the_prompt_a_second_time() -> None:
    async with serving(OllamaServer()) as thief:
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
    assert own <= ollama_client.PLACED.keys()
    assert {ollama.RequestError, ollama.ResponseError} <= own
    roots = (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, httpx.CookieConflict)
    foreign = {it for _, it in inspect.getmembers(httpx, inspect.isclass)}
    assert not [it for it in foreign if issubclass(it, Exception) and not issubclass(it, roots)]
