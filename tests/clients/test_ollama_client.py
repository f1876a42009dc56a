"""Own the proof that Ollama is spoken to natively, and of what goes over the wire.

The server of the suite speaks the published interface; what it sends and receives passes the SDK's
own types.
"""

from __future__ import annotations

import asyncio

import httpx
import pytest

from glossator_clients import ollama_sdk
from glossator_clients.errors import (
    ModelProtocolError,
)
from glossator_clients.ollama_client import OllamaOptions
from glossator_clients.protocol import complete
from glossator_clients.types import (
    ChatRequest,
    Finished,
    Sampling,
    Usage,
)
from glossator_gate.types import (
    ERRAND_HEADER,
    DataClass,
    Destination,
    Errand,
)
from tests.clients.ollama_models import METADATA, REQUEST, chatting, model_of, stall
from tests.fake_ollama import END, FakeOllama
from tests.loopback_server import serving


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


async def test_loading_is_timed_and_how_long_it_stays_can_be_chosen() -> None:
    end = END | {"load_duration": 2_500_000_000}
    options = OllamaOptions(keep_alive_s=90.0)
    async with model_of(FakeOllama(end=end), options=options) as (model, server):
        *_, last = [event async for event in model.stream(REQUEST)]
        assert server.requests[-1].json["keep_alive"] == 90
    assert isinstance(last, Finished)
    assert last.load_s == 2.5


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
    async with model_of(chatting(stall)) as (model, server):
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
