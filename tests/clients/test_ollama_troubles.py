"""Own the proof that whatever goes wrong with Ollama becomes one sentence of ours."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import time

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
from glossator_clients.ollama_client import OllamaModel
from glossator_clients.protocol import complete
from glossator_clients.types import (
    ModelInfo,
)
from glossator_gate.types import (
    Destination,
    EgressLimits,
    Origin,
)
from tests.clients.ollama_models import REQUEST, SECRET, chatting, model_of, stall
from tests.fake_ollama import END, FakeOllama
from tests.loopback_server import Answer, Received, Reply, serving


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


def sending(*pieces: bytes) -> Answer:
    return chatting(lambda reply: _send_all(reply, pieces))


async def _send_all(reply: Reply, pieces: tuple[bytes, ...]) -> None:
    await reply.head(Content_Type="application/x-ndjson")
    for piece in pieces:
        await reply.send(piece)


def status(code: int, words: str = "no") -> Answer:
    return chatting(lambda reply: reply.json({"error": words}, code))


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
    ("stall", chatting(stall), ModelTimeoutError),
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


def test_every_exception_of_the_library_has_its_place() -> None:
    members = [it for _, it in inspect.getmembers(sdk, inspect.isclass)]
    own = {it for it in members if issubclass(it, Exception) and it.__module__ == sdk.__name__}
    assert own <= ollama_sdk.PLACED.keys()
    assert {ollama.RequestError, ollama.ResponseError} <= own
    roots = (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, httpx.CookieConflict)
    foreign = {it for _, it in inspect.getmembers(httpx, inspect.isclass)}
    assert not [it for it in foreign if issubclass(it, Exception) and not issubclass(it, roots)]
