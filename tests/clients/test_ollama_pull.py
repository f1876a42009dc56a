"""Own the proof that a pull tells how far it is, and ends in a model of this machine or words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from glossator_clients.errors import (
    IncompleteReplyError,
    ModelError,
    ModelProtocolError,
    ModelUnavailableError,
)
from glossator_clients.ollama_client import OllamaOptions
from glossator_clients.ollama_pull import PullProgress, pull_model
from glossator_clients.types import ModelInfo
from glossator_gate.errors import PolicyError
from glossator_gate.types import Destination, Origin
from tests.fake_ollama import DIGEST, FakeOllama
from tests.loopback_server import LoopbackServer, serving

STEPS: tuple[Mapping[str, Any], ...] = (
    {"status": "pulling manifest"},
    {"status": "pulling aaa", "digest": "sha256:aaa", "total": 100},
    {"status": "pulling aaa", "digest": "sha256:aaa", "total": 100, "completed": 60},
    {"status": "pulling bbb", "digest": "sha256:bbb", "total": 10, "completed": 10},
    {"status": "pulling aaa", "digest": "sha256:aaa", "total": 100, "completed": 100},
    {"status": "verifying sha256 digest"},
    {"status": "writing manifest"},
)
SUCCESS = {"status": "success"}


@asynccontextmanager
async def ollama(
    answer: FakeOllama, name: str = "qwen:7b"
) -> AsyncIterator[tuple[LoopbackServer, ModelInfo, Destination]]:
    async with serving(answer) as server:
        info = ModelInfo("coder", "ollama", name, server.origin, None, local=False)
        yield server, info, Destination(Origin.parse(server.origin))


async def pull(lines: Sequence[Mapping[str, Any]], **options: str) -> list[PullProgress]:
    steps: list[PullProgress] = []
    async with ollama(FakeOllama(pulled=lines)) as (_, info, destination):
        await pull_model(info, destination, steps.append, OllamaOptions(**options))  # type: ignore[arg-type]
    return steps


async def test_a_pull_tells_how_far_it_is_over_all_parts() -> None:
    steps = await pull([*STEPS, SUCCESS], digest=DIGEST)
    assert [(it.completed, it.total) for it in steps] == [
        (0, 0), (0, 100), (60, 100), (70, 110), (110, 110), (110, 110), (110, 110), (110, 110),
    ]  # fmt: skip
    assert steps[-1].status == "success"


async def test_what_is_pulled_is_known_afterwards() -> None:
    answer = FakeOllama(pulled=[SUCCESS])
    async with ollama(answer) as (server, info, destination):
        found = await pull_model(info, destination, lambda _: None)
    assert (found.digest, found.context_tokens) == (DIGEST, 4096)
    assert server.requests[0].json["model"] == "qwen:7b"


async def test_another_model_than_the_pinned_one_is_told_after_the_pull() -> None:
    with pytest.raises(PolicyError, match="pinned"):
        await pull([SUCCESS], digest=f"b{DIGEST[1:]}")


async def test_a_model_that_turns_out_to_run_elsewhere_is_refused() -> None:
    answer = FakeOllama(pulled=[SUCCESS], show={"remote_model": "qwen"})
    async with ollama(answer) as (_, info, destination):
        with pytest.raises(PolicyError, match="another one"):
            await pull_model(info, destination, lambda _: None)


async def test_a_cloud_model_is_not_even_pulled() -> None:
    async with ollama(FakeOllama(), "qwen:480b-cloud") as (server, info, destination):
        with pytest.raises(PolicyError, match="another one"):
            await pull_model(info, destination, lambda _: None)
        assert server.connections == 0


@pytest.mark.parametrize(
    ("words", "error", "told"),
    [
        ("pull model manifest: file does not exist", ModelUnavailableError, "has no model"),
        ("digest mismatch, file must be downloaded again: want a, got b", ModelUnavailableError,
         "damaged"),
        ("write /x/blobs/sha256-1-partial: no space left on device", ModelUnavailableError, "full"),
        ("max retries exceeded: dial tcp: lookup registry: no such host", ModelUnavailableError,
         "network"),
        ("412: this model requires a newer version of Ollama", ModelUnavailableError, "newer"),
        ("something else", IncompleteReplyError, "error"),
    ],
)  # fmt: skip
async def test_trouble_of_the_server_becomes_one_sentence(
    words: str, error: type[ModelError], told: str
) -> None:
    with pytest.raises(error, match=told) as caught:
        await pull([*STEPS[:3], {"error": words}])
    assert str(caught.value).endswith(".")
    assert words not in str(caught.value)


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        (STEPS, IncompleteReplyError),
        ([], IncompleteReplyError),
        ([{"status": 3}], ModelProtocolError),
        ([SUCCESS, STEPS[0]], IncompleteReplyError),
    ],
)
async def test_a_pull_without_its_end_is_none(
    lines: Sequence[Mapping[str, Any]], error: type[ModelError], monkeypatch: pytest.MonkeyPatch
) -> None:
    # One of the rows is nothing that a server may say.
    monkeypatch.setattr("ollama._types.ProgressResponse.model_validate", lambda _: None)
    with pytest.raises(error):
        await pull(lines)


async def test_a_cancel_reaches_the_server() -> None:
    answer = FakeOllama(pulled=STEPS[:3], hold=asyncio.Event())
    assert answer.hold is not None
    async with ollama(answer) as (server, info, destination):
        task = asyncio.create_task(pull_model(info, destination, lambda _: None))
        await answer.hold.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(server.hung_up.wait(), 5)
