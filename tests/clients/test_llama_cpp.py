"""The real llama.cpp, as the engine brings it along: tools, schemas, vectors, counted prompts."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from glossator_clients.embedding import EmbeddingServer
from glossator_clients.errors import PromptTooLongError
from glossator_clients.openai_client import OpenAIModel
from glossator_clients.openai_embedder import OpenAIEmbedder
from glossator_clients.protocol import complete
from glossator_clients.token_bounds import least_prompt_tokens, most_prompt_tokens
from glossator_clients.types import (
    Author,
    ChatRequest,
    Message,
    ModelInfo,
    Reasoning,
    Sampling,
    Tool,
)
from glossator_gate.blocking import BlockingHttp
from glossator_gate.types import Destination, Origin, ServerProfile

pytestmark = [pytest.mark.model, pytest.mark.timeout(300)]

KEY = "a-key-for-this-test"
CONTEXT = 1024
SERVE = """
import sys, xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.n_ctx, params.n_parallel = sys.argv[1], int(sys.argv[2]), 1
params.hostnames, params.port, params.api_keys = ["127.0.0.1"], 0, [sys.argv[3]]
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
params.warmup, params.verbosity, params.use_jinja = False, 0, True
if len(sys.argv) > 4:
    params.embedding = True
    params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
"""
SCHEMA = {
    "type": "object",
    "properties": {"colour": {"type": "string", "enum": ["red", "green"]}},
    "required": ["colour"],
    "additionalProperties": False,
}
ASKING = ChatRequest(
    (Message(Author.USER, "Name a colour."),), Sampling(temperature=0.0, max_tokens=60, seed=1)
)
TOOL = Tool(
    "find_symbol",
    "Find a symbol by its name.",
    {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
)


def serving_process(model_file: Path, *more: str) -> Iterator[Origin]:
    pytest.importorskip("xllamacpp", reason="the engine is not installed")
    command = [sys.executable, "-c", SERVE, str(model_file), str(CONTEXT), KEY, *more]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        yield Origin.parse(process.stdout.readline().strip())
        process.kill()


@pytest.fixture(scope="module")
def origin(model_file: Path) -> Iterator[Origin]:
    yield from serving_process(model_file)


@pytest.fixture
async def model(origin: Origin) -> AsyncIterator[OpenAIModel]:
    info = ModelInfo("tiny", "openai", "tiny", str(origin), None, local=False)
    model = OpenAIModel(info, Destination(origin, key=KEY))
    yield model
    await model.close()


async def test_it_is_known_by_what_it_tells(model: OpenAIModel) -> None:
    info = await model.inspect()
    assert info.context_tokens == CONTEXT
    assert (await model._server()).profile is ServerProfile.LLAMA_CPP
    # SmolLM2's: too few to judge, whatever it is called.
    assert info.parameters == pytest.approx(134.5e6, rel=0.01)


@pytest.mark.parametrize("reasoning", Reasoning)
async def test_an_answer_fits_its_schema(model: OpenAIModel, reasoning: Reasoning) -> None:
    sampling = replace(ASKING.sampling, reasoning=reasoning)
    reply = await complete(model, replace(ASKING, schema=SCHEMA, sampling=sampling))
    assert json.loads(reply.text).keys() == {"colour"}
    assert json.loads(reply.text)["colour"] in {"red", "green"}
    assert reply.usage is not None
    assert (reply.usage.reasoning_tokens > 0) is (reasoning is Reasoning.FIELD)


async def test_the_count_before_is_the_count_after(model: OpenAIModel) -> None:
    for tools in ((), (TOOL,)):
        request = replace(ASKING, tools=tools)
        counted = await model.count_tokens(request)
        reply = await complete(model, request)
        assert counted.exact
        assert reply.usage is not None
        assert counted.tokens == reply.usage.prompt_tokens


ODD = (
    "int main(void)\n{\n\treturn 0;\n}\n" * 8,
    "𝄞🐮👩‍👩‍👧‍👦" * 12,
    "中文字符和日本語のテキスト" * 10,
    "\x00\x01\x02\x7f" * 40,
    "é" * 60 + "e\u0301\u0302\u0303" * 20,
    "\t" * 200 + " " * 200 + "\r\n" * 50,
    "0123456789" * 20 + "=" * 200,
    "<|im_start|><|im_end|>" * 10,
    "",
)


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("tools", [(), (TOOL,)], ids=["", "tools"])
async def test_the_true_count_lies_between_floor_and_ceiling(
    model: OpenAIModel, text: str, tools: tuple[Tool, ...]
) -> None:
    request = replace(ASKING, messages=(Message(Author.USER, text),), tools=tools)
    count = await model.count_tokens(request)
    assert count.exact
    assert least_prompt_tokens(request) <= count.tokens <= most_prompt_tokens(request)


async def test_a_prompt_that_is_read_from_its_cache_is_not_taken_for_a_cut_one(
    model: OpenAIModel,
) -> None:
    long = Message(Author.USER, "Name a colour of these. " * 100)
    request = replace(ASKING, messages=(long,), schema=SCHEMA)
    for _ in range(2):
        assert (await complete(model, request)).usage is not None


async def test_what_does_not_fit_is_refused_before_it_is_sent(model: OpenAIModel) -> None:
    sent: list[str] = []

    async def note(request: object) -> None:
        sent.append(str(request.url.path))  # type: ignore[attr-defined]

    await model.inspect()
    model._connection.http.event_hooks["request"].append(note)
    with pytest.raises(PromptTooLongError):
        await complete(model, replace(ASKING, messages=(Message(Author.USER, "a b " * 600),)))
    assert sent == ["/v1/chat/completions/input_tokens"]


async def test_tools_are_taken_and_a_result_is_read(model: OpenAIModel) -> None:
    request = replace(ASKING, tools=(TOOL,))
    reply = await complete(model, request)
    # So small a model may or may not call; what it calls is whole.
    for call in reply.tool_calls:
        assert call.name == TOOL.name
        assert isinstance(json.loads(call.arguments), dict)


async def test_a_stop_sequence_ends_the_answer(model: OpenAIModel) -> None:
    whole = (await complete(model, ASKING)).text
    stop = whole[len(whole) // 2 :][:3]
    sampling = replace(ASKING.sampling, stop=(stop,))
    assert (await complete(model, replace(ASKING, sampling=sampling))).text == whole.partition(
        stop
    )[0]


async def test_vectors_come_from_it(model_file: Path) -> None:
    for at in serving_process(model_file, "embedding"):

        def encoded(at: Origin = at) -> tuple[int, ...]:
            server = EmbeddingServer("tiny", str(at), BlockingHttp(Destination(at, key=KEY)))
            try:
                embedder = OpenAIEmbedder(server, "tiny", "/v1")
                return tuple(embedder.encode(["int main(void)", "", "struct list *head"]).shape)
            finally:
                server.close()

        assert await asyncio.to_thread(encoded) == (3, 576)
