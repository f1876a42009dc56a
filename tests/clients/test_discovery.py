"""Own the proof that with no file a model of this machine is found, and nothing else."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from glossator_clients.discovery import ModelFinder, choice_reason, fittest_first
from glossator_clients.ollama_metadata import ListedModel
from glossator_gate.types import AddressClass, Api, Origin, Policy
from tests.fake_ollama import FakeOllama
from tests.loopback_server import Received, Reply, serving

GB = 1024**3
NO_FILE = Policy(models=())


def row(name: str, gigabytes: float = 4, family: str = "", *, remote: bool = False) -> ListedModel:
    return ListedModel(name, remote, "abc", int(gigabytes * GB), family)


@pytest.mark.parametrize(
    ("listed", "names"),
    [
        ([row("llama3.1:8b", 5), row("qwen2.5-coder:7b", 4)], ["qwen2.5-coder:7b", "llama3.1:8b"]),
        ([row("codellama:34b", 19), row("qwen2.5-coder:7b"), row("qwen2.5-coder:14b", 9)],
         ["qwen2.5-coder:14b", "qwen2.5-coder:7b", "codellama:34b"]),
        ([row("qwen2.5-coder:0.5b", 0.4), row("llama3.1:8b")],
         ["llama3.1:8b", "qwen2.5-coder:0.5b"]),
        # What does not fit the memory is not used.
        ([row("qwen3-coder:480b", 290), row("deepseek-coder:6.7b")], ["deepseek-coder:6.7b"]),
        ([row("someone/starcoder2:3b", 2), row("mistral:7b")],
         ["someone/starcoder2:3b", "mistral:7b"]),
        ([row("nomic-embed-text:latest", 0.3), row("mxbai-embed-large"), row("all-minilm:22m"),
          row("bge-m3:latest"), row("x", family="bert"), row("bge-reranker")], []),
        ([row("qwen3-coder:480b-cloud", 0), row("gpt-oss:20b", 13, remote=True),
          row("alias", 0)], []),
        ([row("")], []),
        ([], []),
    ],
)  # fmt: skip
def test_the_fittest_for_code_comes_first(listed: list[ListedModel], names: list[str]) -> None:
    assert [it.name for it in fittest_first(listed, 32 * GB)] == names


SIZE = 4_683_087_332
# A busy machine answers late; how soon a server is given up has a test of its own.
PATIENT = 30.0
OTHERS = (
    {"model": "llama3.1:8b", "size": SIZE + 1},
    {"model": "qwen3-coder:7b", "size": SIZE},
    {"model": "gpt-oss:120b-cloud", "size": 384, "remote_host": "https://ollama.com:443"},
    {"model": "mine", "size": 384, "remote_model": "gpt-oss:120b"},
)


async def test_a_running_ollama_is_found_and_the_choice_explained() -> None:
    async with serving(FakeOllama(others=OTHERS)) as server:
        finder = ModelFinder(Origin.parse(server.origin), 32 * GB, deadline_s=PATIENT)
        found = await finder.models(NO_FILE)
        assert [it.id for it in found] == ["qwen3-coder:7b", "llama3.1:8b", "qwen:7b"]
        for it in found:
            assert (it.api, it.must_be_local, it.address) == (
                Api.OLLAMA, True, AddressClass.LOOPBACK,
            )  # fmt: skip
            assert it.rule == "built-in: models of this machine"
        assert [it.path for it in server.requests] == ["/api/tags"]
    reason = choice_reason(found)
    assert reason is not None
    assert reason.startswith("qwen3-coder:7b is the fittest for code of the models that Ollama has")
    assert "is the largest" in str(choice_reason(found[1:]))
    assert choice_reason(found[:1]) is None


@pytest.mark.parametrize(
    "policy",
    [
        replace(NO_FILE, names_models=True),
        replace(NO_FILE, managed_in_force=True),
        replace(NO_FILE, managed_problem="It cannot be read."),
    ],
)
async def test_where_a_file_speaks_nothing_is_looked_for(policy: Policy) -> None:
    async with serving(FakeOllama()) as server:
        assert (
            await ModelFinder(Origin.parse(server.origin), 32 * GB, deadline_s=PATIENT).models(
                policy
            )
            == ()
        )
        assert server.connections == 0


async def test_what_was_found_is_remembered_for_a_while() -> None:
    now = 0.0
    async with serving(FakeOllama()) as server:
        finder = ModelFinder(Origin.parse(server.origin), 32 * GB, lambda: now, PATIENT)
        first = await finder.models(NO_FILE)
        assert await finder.models(NO_FILE) == first
        assert len(server.requests) == 1
        now = 31.0
        assert await finder.models(NO_FILE) == first
        assert len(server.requests) == 2


async def test_nothing_there_costs_nothing_a_second_time() -> None:
    async with serving(FakeOllama()) as server:
        origin = Origin.parse(server.origin)
    now = 0.0
    finder = ModelFinder(origin, 32 * GB, lambda: now, PATIENT)
    assert await finder.models(NO_FILE) == ()
    async with serving(FakeOllama(), port=origin.port) as server:
        assert await finder.models(NO_FILE) == ()
        assert server.connections == 0
        now = 31.0
        assert len(await finder.models(NO_FILE)) == 1


async def _silent(_received: Received, reply: Reply) -> None:
    await reply.hang()


async def _page(_received: Received, reply: Reply) -> None:
    await reply.whole(200, b"<html></html>", Content_Type="text/html")


async def _wrong(_received: Received, reply: Reply) -> None:
    await reply.json({"models": [3, {"model": None}, {"model": "a", "size": "b"}]})


async def _flood(_received: Received, reply: Reply) -> None:
    await reply.whole(200, b"x" * 3_000_000)


@pytest.mark.parametrize("answer", [_silent, _page, _wrong, _flood])
async def test_a_server_that_is_no_ollama_is_left_alone_soon(answer: object) -> None:
    async with serving(answer) as server:  # type: ignore[arg-type]
        started = time.monotonic()
        assert await ModelFinder(Origin.parse(server.origin), 32 * GB).models(NO_FILE) == ()
        assert time.monotonic() - started < 2


async def test_who_stops_waiting_is_let_go() -> None:
    async with serving(_silent) as server:
        finder = ModelFinder(Origin.parse(server.origin), 32 * GB)
        task = asyncio.create_task(finder.models(NO_FILE))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
