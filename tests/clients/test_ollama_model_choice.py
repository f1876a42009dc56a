"""Own the proof that only the model that was named and runs on its server sees a prompt."""

from __future__ import annotations

from typing import Any

import pytest

from glossator_clients.errors import (
    ModelUnavailableError,
)
from glossator_clients.ollama_client import OllamaOptions
from glossator_clients.protocol import complete
from glossator_gate.errors import PolicyError
from tests.clients.ollama_models import METADATA, REQUEST, SECRET, model_of
from tests.fake_ollama import DIGEST, FakeOllama


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
    ("show", "parameters"),
    [
        ({"details": {"parameter_size": "7.6B"}}, 7.6e9),
        ({"details": {"parameter_size": "134.52M"}}, 134.52e6),
        ({"model_info": {"general.parameter_count": 7_615_616_512}}, 7_615_616_512),
        ({"details": {"parameter_size": "large"}}, None),
        ({"details": {}}, None),
    ],
)
async def test_how_large_a_model_is_is_what_the_server_says(
    show: dict[str, Any], parameters: float | None
) -> None:
    async with model_of(FakeOllama(show=show)) as (model, _):
        assert (await model.inspect()).parameters == parameters


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


async def test_a_model_that_is_not_pulled_is_named_with_the_command() -> None:
    async with model_of(FakeOllama(), "qwen:14b") as (model, _):
        with pytest.raises(ModelUnavailableError, match="ollama pull qwen:14b"):
            await complete(model, REQUEST)


async def test_a_server_that_lists_no_loaded_models_is_used_all_the_same() -> None:
    answer = FakeOllama(trouble={"/api/ps": lambda reply: reply.json({"error": "what"}, 404)})
    async with model_of(answer) as (model, _):
        assert (await complete(model, REQUEST)).text == "add an entry"
