"""A command tells the collector of its exchanges before it ends, and is not held up by it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.e2e.command_line import glossator
from tests.loopback_server import Received, Reply, serving

CONFIG = """\
schema = 1

[[model]]
id = "coder"
api = "openai"
origin = "{model}"
model = ["big"]

[telemetry]
otlp = "{collector}"
"""


def write(path: Path, model: str, collector: str) -> None:
    path.write_text(CONFIG.format(model=model, collector=collector))


@pytest.fixture
def config(own_home: Path) -> Path:
    path = own_home / "config" / "glossator" / "config.toml"
    path.parent.mkdir()
    return path


async def list_models(_: Received, reply: Reply) -> None:
    await reply.json({"object": "list", "data": [{"id": "big", "object": "model"}]})


async def test_a_command_tells_of_its_exchanges_before_it_ends(config: Path) -> None:
    async def taken(_: Received, reply: Reply) -> None:
        await reply.whole(200, b"")

    async with serving(list_models) as model, serving(taken) as collector:
        write(config, model.origin, collector.origin)
        ended = await asyncio.to_thread(glossator, "models", "list")
        assert ended.errors == ""
        request = ExportTraceServiceRequest.FromString(collector.requests[0].body)
    names = [it.name for it in request.resource_spans[0].scope_spans[0].spans]
    assert names == ["metadata coder"] * len(model.requests) != []


async def test_a_collector_that_is_not_there_costs_a_sentence_and_no_more(config: Path) -> None:
    async with serving(list_models) as model:
        write(config, model.origin, "http://127.0.0.1:1")
        ended = await asyncio.to_thread(glossator, "models", "list")
    assert (ended.status, "coder" in ended.output) == (0, True)
    (sentence,) = ended.errors.splitlines()
    assert sentence.startswith("http://127.0.0.1:1 was not told of ")


def test_the_policy_command_tells_of_it(config: Path, tmp_path: Path) -> None:
    write(config, "http://127.0.0.1:8080", "http://127.0.0.1:1")
    shown = glossator("policy", "show", cwd=tmp_path)
    assert "http://127.0.0.1:1 (loopback)  sizes and hashes" in shown.output
    assert f"by user [telemetry] ({config})" in shown.output
    why = glossator("policy", "explain", "--file", "a.c", "--model", "coder", cwd=tmp_path)
    assert "told to http://127.0.0.1:1: sizes and hashes of the request, no text" in why.output
    config.write_text("schema = 1\n[telemetry]\notlp = 'here'\n")
    checked = glossator("policy", "check", cwd=tmp_path)
    assert f"{config}:3: error: " in checked.output
    config.write_text("schema = 1\n[telemetry]\notlp = 'http://a.test'\naddress = 'public'\n")
    checked = glossator("policy", "check", cwd=tmp_path)
    assert f"{config}:2: warning: telemetry would be reached" in checked.output
