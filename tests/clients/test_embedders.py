"""Embedding servers of both kinds: right vectors in the right order, or a sentence."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from loopback_server import LoopbackServer, Received, Reply, serving
from numpy.typing import NDArray

from glossator_clients.embedding import ServerEmbedder
from glossator_clients.errors import (
    ModelError,
    ModelProtocolError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from glossator_clients.search_models import open_embedder
from glossator_gate.errors import PolicyError
from glossator_gate.types import Api, ModelEntry, Origin, Policy

DIM = 4
Vector = list[Any]
Fault = Callable[[list[Vector]], object]


def vector(text: str) -> Vector:
    return [float(len(text)), 1.0, 2.0, float(sum(map(ord, text)) % 7)]


class Model:
    """An embedding server that speaks both interfaces; a fault comes after the first answer."""

    def __init__(self, **traits: Any) -> None:  # noqa: ANN401 -- as a test says
        self.traits = traits
        self.answers = 0
        self.busy = traits.get("busy", 0)
        self.hangs = asyncio.Event()

    async def __call__(self, received: Received, reply: Reply) -> None:
        if received.path == "/api/show":
            await reply.json({"model_info": {}, **self.traits.get("show", {})})
        elif received.path == "/api/tags":
            await reply.json({"models": [{"name": "embedder:latest", "digest": "abc123"}]})
        elif received.path in {"/api/embed", "/v1/embeddings"}:
            await self._embed(received, reply, is_ollama=received.path == "/api/embed")
        else:
            await reply.json({"error": "not found"}, 404)

    async def _embed(self, received: Received, reply: Reply, *, is_ollama: bool) -> None:
        texts = received.json["input"]
        self.answers += 1
        if self.answers > 1 and self.busy:
            self.busy -= 1
            await reply.json({"error": "busy"}, 503)
            return
        if any(len(text) > self.traits.get("context", 10**9) for text in texts):
            words = "the input length exceeds the context length"
            await reply.json({"error": words} if is_ollama else {"error": {"message": words}}, 400)
            return
        if self.answers > 1 and self.traits.get("hangs"):
            self.hangs.set()
            await reply.hang()
            return
        vectors: object = [self.traits.get("vector", vector)(text) for text in texts]
        if self.answers > 1 and (fault := self.traits.get("fault")):
            vectors = fault(vectors)
        tokens = sum(min(len(it), self.traits.get("cuts_at", 10**9)) for it in texts) // 4 + 1
        await reply.whole(200, json.dumps(_shaped(vectors, tokens, is_ollama=is_ollama)).encode())


def _shaped(vectors: object, tokens: int, *, is_ollama: bool) -> object:
    if is_ollama:
        return {"model": "embedder", "embeddings": vectors, "prompt_eval_count": tokens}
    if not isinstance(vectors, list):
        return {"object": "list", "data": vectors}
    data = [{"index": at, "embedding": it} for at, it in enumerate(vectors)]
    # A server may answer in any order.
    return {"object": "list", "data": data[::-1], "usage": {"prompt_tokens": tokens}}


def policy_of(origin: str, api: Api, **changes: Any) -> Policy:  # noqa: ANN401
    fields: dict[str, Any] = {"base_path": "/v1" if api is Api.OPENAI else "", "uses": ("embed",)}
    entry = ModelEntry("vectors", api, ("embedder",), Origin.parse(origin), **(fields | changes))
    return Policy((entry,), MappingProxyType({"embed": ("vectors",)}))


@asynccontextmanager
async def opened(
    model: Model,
    api: Api,
    **changes: Any,  # noqa: ANN401
) -> AsyncIterator[tuple[ServerEmbedder, LoopbackServer]]:
    async with serving(model) as server:
        policy = policy_of(server.origin, api, **changes)
        embedder = await asyncio.to_thread(open_embedder, policy)
        assert embedder is not None
        try:
            yield embedder, server
        finally:
            await asyncio.to_thread(embedder.close)


async def encoded(embedder: ServerEmbedder, texts: Sequence[str]) -> NDArray[np.float32]:
    return await asyncio.to_thread(embedder.encode, texts)


both = pytest.mark.parametrize("api", [Api.OLLAMA, Api.OPENAI])


@both
async def test_long_vectors_come_in_answers_that_the_door_lets_pass(api: Api) -> None:
    # Of the length of the largest models in use, written as long as a number gets.
    long = [-1.2345678901234567e-05 * (1 + at) for at in range(4096)]
    assert len(json.dumps([long] * 64)) > 4 * 1024 * 1024
    async with opened(Model(vector=lambda _: long), api) as (embedder, _):
        assert (await encoded(embedder, ["a"] * 100)).shape == (100, 4096)


@both
async def test_vectors_are_of_one_length_and_in_the_order_of_the_texts(api: Api) -> None:
    async with opened(Model(), api) as (embedder, server):
        texts = [f"int f{'x' * at}(void)" for at in range(150)]
        rows = await encoded(embedder, texts)
        expected = np.array([vector(text) for text in texts], np.float32)
        expected /= np.linalg.norm(expected, axis=1, keepdims=True)
        assert np.allclose(rows, expected, atol=1e-6)
        assert rows.dtype == np.float32
        assert (embedder.name, embedder.dim) == ("embedder", DIM)
        batches = [it for it in server.requests if "embed" in it.path and it.method == "POST"]
        assert [len(it.json["input"]) for it in batches] == [1, 64, 64, 22]
        assert (await encoded(embedder, [])).shape == (0, DIM)


async def test_an_ollama_server_says_which_files_a_model_is_made_of() -> None:
    async with opened(Model(), Api.OLLAMA) as (embedder, server):
        assert embedder.version == "abc123"
        asked = [it.json for it in server.requests if it.path == "/api/embed"]
        assert all(it["truncate"] is False for it in asked)


async def test_a_model_that_ollama_passes_on_is_refused() -> None:
    with pytest.raises(PolicyError, match="does not run on this machine"):
        async with opened(Model(show={"remote_host": "https://ollama.com"}), Api.OLLAMA):
            pass


@both
@pytest.mark.parametrize(
    "traits", [{"context": 700}, {"cuts_at": 150}], ids=["refuses long texts", "cuts in silence"]
)
async def test_texts_that_do_not_fit_are_cut_to_their_heads(
    api: Api, traits: dict[str, int]
) -> None:
    async with opened(Model(**traits), api) as (embedder, _):
        short, long = "int f(void)", "int g(void) { " + "a" * 5_000
        rows = await encoded(embedder, [short, long])
        assert np.allclose(rows[0], (await encoded(embedder, [short]))[0])
        heads = [long[: len(long) >> halved] for halved in range(1, 6)]
        directions = [np.array(vector(head)) / np.linalg.norm(vector(head)) for head in heads]
        assert any(np.allclose(rows[1], it, atol=1e-5) for it in directions)


@both
async def test_a_server_that_gives_up_is_no_text_that_is_too_long(api: Api) -> None:
    asked: list[int] = []

    async def give_up(received: Received, reply: Reply) -> None:
        if received.path.startswith(("/api/embed", "/v1")) and len(received.json["input"]) > 1:
            asked.append(len(received.json["input"]))
            await reply.json({"error": "do embedding request: context deadline exceeded"}, 500)
        else:
            await Model()(received, reply)

    async with serving(give_up) as server:
        embedder = await asyncio.to_thread(open_embedder, policy_of(server.origin, api))
        assert embedder is not None
        with pytest.raises(ModelUnavailableError, match="status 500"):
            await encoded(embedder, ["int f(void)", "int g(void) { " + "a" * 5_000])
        await asyncio.to_thread(embedder.close)
    assert asked == [2]


FAULTS: dict[str, Fault] = {
    "too few": lambda rows: rows[:-1],
    "too many": lambda rows: [*rows, rows[0]],
    "none": lambda _: [],
    "null": lambda _: None,
    "another dimension": lambda rows: [[*row, 1.0] for row in rows],
    "ragged": lambda rows: [rows[0], rows[1][:2]],
    "words": lambda rows: [["a", "b", "c", "d"] for _ in rows],
    "nested": lambda rows: [[row] for row in rows],
    "empty vectors": lambda rows: [[] for _ in rows],
    "zeros": lambda rows: [[0.0] * DIM for _ in rows],
    "no numbers": lambda rows: [[math.nan] * DIM for _ in rows],
    "infinite": lambda rows: [[1e300] * DIM for _ in rows],
    "objects": lambda rows: [{"x": 1} for _ in rows],
}


@both
@pytest.mark.parametrize("fault", FAULTS)
async def test_vectors_that_cannot_be_used_are_refused(api: Api, fault: str) -> None:
    async with opened(Model(fault=FAULTS[fault]), api) as (embedder, _):
        with pytest.raises(ModelProtocolError, match=r"^[^\n]+; [^\n]+\.$"):
            await encoded(embedder, ["one", "two"])


@both
async def test_a_busy_server_is_asked_again(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("glossator_clients.retries._WAITS_S", (0.01, 0.01))
    async with opened(Model(busy=2), api) as (embedder, _):
        assert (await encoded(embedder, ["one"])).shape == (1, DIM)
    async with opened(Model(busy=3), api) as (embedder, _):
        with pytest.raises(ModelUnavailableError, match="no more requests"):
            await encoded(embedder, ["one"])


@both
async def test_a_server_that_falls_silent_is_given_up(api: Api) -> None:
    async with opened(Model(hangs=True), api, timeout_s=0.3) as (embedder, _):
        with pytest.raises(ModelTimeoutError):
            await encoded(embedder, ["one"])


@both
async def test_closing_ends_an_exchange(api: Api) -> None:
    model = Model(hangs=True)
    async with opened(model, api) as (embedder, _):
        asking = asyncio.create_task(encoded(embedder, ["one"]))
        await model.hangs.wait()
        await asyncio.to_thread(embedder.close)
        with pytest.raises(ModelError, match="was ended"):
            await asking


@both
@pytest.mark.parametrize(
    ("status", "words"), [(401, "key"), (404, "no model"), (500, "status 500"), (200, "no vectors")]
)
async def test_what_a_server_refuses_is_told(api: Api, status: int, words: str) -> None:
    async def refuse(_: Received, reply: Reply) -> None:
        await reply.whole(status, b"[]")

    async with serving(refuse) as server:
        with pytest.raises(ModelError) as caught:
            await asyncio.to_thread(open_embedder, policy_of(server.origin, api))
    expected = "with vectors" if status == 200 else words
    assert expected in str(caught.value)


def test_no_model_is_chosen_that_no_role_names() -> None:
    entry = policy_of("http://127.0.0.1:1", Api.OLLAMA).models[0]
    assert open_embedder(Policy((entry,))) is None


def test_a_named_model_is_used_for_what_it_is_listed_for_only() -> None:
    with pytest.raises(PolicyError, match="No model may be used for embed"):
        open_embedder(policy_of("http://127.0.0.1:1", Api.OPENAI, uses=("chat",)))


def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(ModelUnavailableError, match="Nothing answers"):
        open_embedder(policy_of("http://127.0.0.1:1", Api.OPENAI))
