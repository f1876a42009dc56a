"""Own the proof that roles find their model and that every model's state is told."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from loopback_server import Received, Reply, serving

from glossator_clients.conditions import describe_models
from glossator_clients.errors import ModelUnavailableError
from glossator_clients.factory import Shared, open_model
from glossator_clients.protocol import complete
from glossator_clients.response_cache import ResponseCache
from glossator_clients.router import Health, Need
from glossator_clients.types import Author, ChatRequest, Message, Sampling
from glossator_gate.errors import LimitError
from glossator_gate.policy import BUILTIN_MODEL
from glossator_gate.types import (
    ERRAND_HEADER,
    Api,
    DataClass,
    Errand,
    ModelEntry,
    Origin,
    Policy,
    Price,
    RefusedModel,
    UsageLimits,
)
from glossator_gate.usage import UsageStore


def scripted(
    model_id: str, script: Path | None = None, uses: tuple[str, ...] = ("chat",)
) -> ModelEntry:
    return ModelEntry(model_id, Api.SCRIPTED, ("scripted",), uses=uses, script=script)


def policy_of(*entries: ModelEntry, **roles: tuple[str, ...]) -> Policy:
    return Policy(entries, MappingProxyType(roles))


A = scripted("a")


@pytest.fixture
def shared(tmp_path: Path) -> Shared:
    cache = ResponseCache(tmp_path / "answers", "1")
    return Shared(UsageStore(tmp_path / "usage.sqlite"), cache, Health())


async def test_a_scripted_model_of_the_policy_answers(tmp_path: Path, shared: Shared) -> None:
    script = tmp_path / "script.json"
    script.write_text(json.dumps({"schema": 1, "replies": [{"text": "hello"}]}))
    model = await open_model(Need("document"), policy_of(scripted("mine", script)), shared)
    reply = await complete(model, ChatRequest((Message(Author.USER, "x"),)))
    assert reply.text == "hello"


TOKEN = "ghp_" + "a1B2c3D4e5F6" * 3


async def answers(received: Received, reply: Reply) -> None:
    if not received.path.endswith("/chat/completions"):
        await reply.json({"error": {"message": "no such thing"}}, 404)
        return
    await reply.head(200, Content_Type="text/event-stream")
    choice = {"index": 0, "delta": {"content": "of <secret:github-token:1>"}, "finish_reason": None}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    await reply.event({**chunk, "choices": [choice]})
    choice = {"index": 0, "delta": {}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}
    await reply.event({**chunk, "choices": [choice], "usage": usage})
    await reply.send(b"data: [DONE]\n\n")


async def test_a_call_leaves_its_secrets_here_counts_and_is_not_paid_twice(shared: Shared) -> None:
    async with serving(answers) as server:
        entry = ModelEntry(
            "gateway", Api.OPENAI, ("m",), Origin.parse(server.origin), "/v1", price=Price(1e6, 0.0)
        )
        request = ChatRequest(
            (Message(Author.USER, f'push("{TOKEN}");'),),
            Sampling(temperature=0),
            errand=Errand("chat", "document", DataClass.CONFIDENTIAL),
        )
        for _ in range(2):
            model = await open_model(Need("document"), policy_of(entry), shared)
            assert (await complete(model, request)).text == f"of {TOKEN}"
            await model.close()
        asked = [it for it in server.requests if it.path.endswith("/chat/completions")]
        assert len(asked) == 1
        assert not any(TOKEN.encode() in it.body for it in server.requests)
        assert not any(ERRAND_HEADER in it.headers for it in server.requests)
    (spent,) = shared.usage.day()
    assert (spent.model, spent.answers, spent.prompt_tokens, spent.cost) == ("gateway", 1, 9, 9.0)


async def test_limits_and_the_cache_are_the_policys(tmp_path: Path, shared: Shared) -> None:
    script = tmp_path / "script.json"
    script.write_text(json.dumps({"schema": 1, "replies": [{"text": "a"}, {"text": "b"}]}))
    policy = replace(
        policy_of(scripted("mine", script)),
        may_cache=False,
        limits=UsageLimits(requests_per_min=2),
    )
    model = await open_model(Need("document"), policy, shared)
    request = ChatRequest((Message(Author.USER, "x"),), Sampling(temperature=0))
    assert [(await complete(model, request)).text for _ in range(2)] == ["a", "b"]
    with pytest.raises(LimitError, match="2 requests a minute"):
        await complete(model, request)


async def test_what_costs_nothing_does_not_wait_for_money(tmp_path: Path, shared: Shared) -> None:
    script = tmp_path / "script.json"
    script.write_text(json.dumps({"schema": 1, "replies": [{"text": "a"}] * 3}))
    request = ChatRequest((Message(Author.USER, "x"),))
    for price, is_spent in ((None, False), (Price(1, 1, "EUR"), False), (Price(1, 1), True)):
        entry = replace(scripted("mine", script), price=price)
        limits = UsageLimits(cost_per_day={"USD": 0.0, "EUR": 9.0})
        model = await open_model(Need("document"), replace(policy_of(entry), limits=limits), shared)
        if is_spent:
            with pytest.raises(LimitError, match="0 USD a day"):
                await complete(model, request)
        else:
            assert (await complete(model, request)).text == "a"


async def models(received: Received, reply: Reply) -> None:
    if received.path == "/v1/models":
        await reply.json({"object": "list", "data": [{"id": "m", "object": "model"}]})
    elif received.path == "/api/show":
        await reply.json({"model_info": {"x.context_length": 4096}})
    elif received.path == "/api/tags":
        await reply.json({"models": [{"model": "m:latest", "digest": "abc"}]})
    else:
        await reply.json({"error": "not found"}, 404)


async def test_every_state_is_told_without_asking_for_text() -> None:
    async with serving(models) as server, serving(models) as gone:
        pass
    async with serving(models) as server:
        here, nowhere = Origin.parse(server.origin), Origin.parse(gone.origin)
        policy = Policy(
            (
                ModelEntry("openai-ready", Api.OPENAI, ("m",), here, "/v1"),
                ModelEntry("openai-other", Api.OPENAI, ("other",), here, "/v1"),
                ModelEntry("openai-gone", Api.OPENAI, ("m",), nowhere, "/v1"),
                ModelEntry("ollama-ready", Api.OLLAMA, ("m",), here),
                ModelEntry("ollama-cloud", Api.OLLAMA, ("m:cloud",), here),
                ModelEntry("ollama-gone", Api.OLLAMA, ("m",), nowhere),
                ModelEntry("bad-key", Api.OPENAI, ("m",), here, "/v1", key="keyring:a/b"),
                scripted("no-script", Path("/nowhere.json")),
            ),
            refused=(RefusedModel(A, "Because."),),
        )
        states = {it.id: it for it in await describe_models(policy)}
        # Nothing is asked for words: all that is sent is the name of a model.
        assert {it.path for it in server.requests if it.body} == {"/api/show"}
    assert {name: it.state for name, it in states.items()} == {
        "openai-ready": "ready",
        "openai-other": "unreachable",
        "openai-gone": "unreachable",
        "ollama-ready": "ready",
        "ollama-cloud": "refused",
        "ollama-gone": "unreachable",
        "bad-key": "unreachable",
        "no-script": "unreachable",
        "a": "refused",
    }
    assert all((it.reason is None) == (it.state == "ready") for it in states.values())
    assert states["ollama-ready"].local
    assert not states["openai-ready"].local


def test_no_sdk_is_imported_before_a_model_is_opened() -> None:
    program = (
        "import sys, glossator_clients.factory, glossator_gate.policy;"
        "print({'openai', 'ollama', 'httpx', 'httpx2', 'xllamacpp'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "set()\n", done.stderr


async def test_a_model_file_that_was_not_fetched_is_told(shared: Shared) -> None:
    pytest.importorskip("xllamacpp", reason="the engine is not installed")
    (state,) = await describe_models(policy_of(BUILTIN_MODEL))
    assert state.state == "not-fetched"
    assert "glossator models fetch smollm2" in (state.reason or "")
    with pytest.raises(ModelUnavailableError, match="models fetch"):
        await open_model(Need("document"), policy_of(BUILTIN_MODEL), shared)


async def test_an_engine_that_is_not_installed_is_told(
    monkeypatch: pytest.MonkeyPatch, shared: Shared
) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    (state,) = await describe_models(policy_of(BUILTIN_MODEL))
    assert state.state == "not-installed"
    with pytest.raises(ModelUnavailableError, match=r"glossator\[embedded\]"):
        await open_model(Need("document"), policy_of(BUILTIN_MODEL), shared)
