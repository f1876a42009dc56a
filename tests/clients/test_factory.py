"""Own the proof that roles find their model and that every model's state is told."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType

import pytest
from loopback_server import Received, Reply, serving

from glossator_clients.errors import ModelUnavailableError
from glossator_clients.factory import choose_entry, describe_models, open_model
from glossator_clients.protocol import complete
from glossator_clients.types import Author, ChatRequest, Message
from glossator_gate.errors import PolicyError
from glossator_gate.policy import BUILTIN_MODEL
from glossator_gate.types import Api, ModelEntry, Origin, Policy, RefusedModel


def scripted(
    model_id: str, script: Path | None = None, uses: tuple[str, ...] = ("chat",)
) -> ModelEntry:
    return ModelEntry(model_id, Api.SCRIPTED, ("scripted",), uses=uses, script=script)


def policy_of(*entries: ModelEntry, **roles: tuple[str, ...]) -> Policy:
    return Policy(entries, MappingProxyType(roles))


A, B, EMBEDDINGS = scripted("a"), scripted("b"), scripted("e", uses=("embed",))


@pytest.mark.parametrize(
    ("policy", "preferred", "chosen"),
    [
        (policy_of(A, B, document=("b", "a")), (), "b"),
        (policy_of(A, B, document=("b", "a")), ("a",), "a"),
        (policy_of(A, B, document=("b",)), ("a",), "b"),
        (policy_of(A, B, fix=("b",)), (), "a"),
        (policy_of(A, B), ("x", "b", "a"), "b"),
        (policy_of(BUILTIN_MODEL, A), (), "a"),
        (policy_of(BUILTIN_MODEL), (), "smollm2"),
        (policy_of(EMBEDDINGS, A, document=("e", "a")), (), "a"),
    ],
)
def test_the_role_then_the_preference_then_the_order_decide(
    policy: Policy, preferred: tuple[str, ...], chosen: str
) -> None:
    assert choose_entry("document", policy, preferred).id == chosen


@pytest.mark.parametrize("policy", [policy_of(), policy_of(EMBEDDINGS), policy_of(A, document=())])
def test_where_nothing_is_allowed_nothing_is_chosen(policy: Policy) -> None:
    with pytest.raises(PolicyError, match="document"):
        choose_entry("document", policy)


def test_the_reason_of_a_refused_model_is_told() -> None:
    policy = Policy((), refused=(RefusedModel(A, "Because it is raining."),))
    with pytest.raises(PolicyError, match="raining"):
        choose_entry("document", policy)


async def test_a_scripted_model_of_the_policy_answers(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text(json.dumps({"schema": 1, "replies": [{"text": "hello"}]}))
    model = await open_model("document", policy_of(scripted("mine", script)))
    reply = await complete(model, ChatRequest((Message(Author.USER, "x"),)))
    assert reply.text == "hello"


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
        assert {it.path for it in server.requests} == {"/v1/models", "/api/show", "/api/tags"}
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


async def test_a_model_file_that_was_not_fetched_is_told() -> None:
    pytest.importorskip("xllamacpp", reason="the engine is not installed")
    (state,) = await describe_models(policy_of(BUILTIN_MODEL))
    assert state.state == "not-fetched"
    assert "glossator models fetch smollm2" in (state.reason or "")
    with pytest.raises(ModelUnavailableError, match="models fetch"):
        await open_model("document", policy_of(BUILTIN_MODEL))


async def test_an_engine_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    (state,) = await describe_models(policy_of(BUILTIN_MODEL))
    assert state.state == "not-installed"
    with pytest.raises(ModelUnavailableError, match=r"glossator\[embedded\]"):
        await open_model("document", policy_of(BUILTIN_MODEL))
