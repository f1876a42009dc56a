"""Each server's known differences: what is sent is taken by a server as strict as the real one."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from fake_servers import MLC, TGI, VLLM, Azure, FakeServer, LlamaCpp, OpenAI, Said
from loopback_server import LoopbackServer, serving

from glossator_clients.errors import ModelError, ModelProtocolError, PromptTooLongError
from glossator_clients.openai_client import OpenAIModel, ServerOptions
from glossator_clients.openai_profiles import PROFILES, endpoint_of, server_options
from glossator_clients.protocol import complete
from glossator_clients.types import (
    Author,
    ChatRequest,
    Message,
    ModelInfo,
    Reasoning,
    Sampling,
    Tool,
    ToolCall,
)
from glossator_gate.policy import destination_of
from glossator_gate.types import Api, Destination, EgressLimits, ModelEntry, Origin, ServerProfile

P = ServerProfile
Made = Callable[[], FakeServer]
HELLO = ChatRequest((Message(Author.SYSTEM, "Be brief."), Message(Author.USER, "int f(void);")))
STRICT = {
    "type": "object",
    "properties": {"summary": {"type": "string"}},
    "required": ["summary"],
    "additionalProperties": False,
}
LOOSE = {"type": "object", "properties": {"summary": {"type": "string"}}}
TOOL = Tool("grep", "find text", {"type": "object", "properties": {"q": {"type": "string"}}})
SERVERS: dict[ServerProfile, Made] = {
    P.OPENAI: OpenAI,
    P.AZURE: Azure,
    P.VLLM: lambda: VLLM(tools=True),
    P.TGI: TGI,
    P.LLAMA_CPP: LlamaCpp,
    P.MLC: MLC,
}
DETECTED = [it for it in SERVERS if it is not P.AZURE]
EVERY = pytest.mark.parametrize("profile", SERVERS)


@asynccontextmanager
async def model_at(
    fake: FakeServer, profile: ServerProfile = P.AUTO, name: str = "model-1"
) -> AsyncIterator[tuple[OpenAIModel, LoopbackServer]]:
    version = "2024-10-21" if profile is P.AZURE else None
    options = ServerOptions(profile=profile, api_version=version)
    async with serving(fake) as server:
        info = ModelInfo("coder", "openai", name, server.origin, None, local=False)
        limits = EgressLimits(silence_s=5.0)
        to = Destination(Origin.parse(server.origin), key="k", limits=limits)
        model = OpenAIModel(info, to, options)
        try:
            yield model, server
        finally:
            await model.close()


async def test_a_server_that_says_how_large_its_model_is_is_believed() -> None:
    async with model_at(LlamaCpp(parameters=True)) as (model, _):
        assert (await model.inspect()).parameters == 7_615_616_512
    for fake in (LlamaCpp(), VLLM(), OpenAI()):
        async with model_at(fake) as (model, _):
            assert (await model.inspect()).parameters is None


def test_every_profile_has_its_row_and_its_server() -> None:
    assert PROFILES.keys() == set(ServerProfile)
    assert SERVERS.keys() == set(ServerProfile) - {P.AUTO}


@EVERY
@pytest.mark.parametrize("reasoning", Reasoning)
@pytest.mark.parametrize("schema", [None, STRICT, LOOSE], ids=["free", "strict", "loose"])
async def test_what_is_sent_is_taken_at_once(
    profile: ServerProfile, reasoning: Reasoning, schema: dict[str, Any] | None
) -> None:
    stops = tuple("abcdef") if schema is None else ()
    sampling = Sampling(stop=stops, seed=3, top_p=1.0, temperature=0.0, reasoning=reasoning)
    fake = SERVERS[profile]()
    fake.said = Said([{"content": '{"summary": "x"}' if schema else "A"}])
    async with model_at(fake, profile) as (model, _):
        reply = await complete(model, replace(HELLO, sampling=sampling, schema=schema))
    assert len(fake.chats) == 1
    assert reply.text == ('{"summary": "x"}' if schema else "A")
    assert reply.usage is not None


@pytest.mark.parametrize("profile", [it for it in SERVERS if it is not P.MLC])
async def test_tools_are_offered_and_their_calls_and_results_handed_back(
    profile: ServerProfile,
) -> None:
    first = {"index": 0, "id": "c1", "type": "function"}
    fake = SERVERS[profile]()
    fake.said = Said(
        [
            {"tool_calls": [first | {"function": {"name": "grep", "arguments": ""}}]},
            {"tool_calls": [{"index": 0, "function": {"arguments": '{"q":'}}]},
            {"tool_calls": [{"index": 0, "function": {"arguments": ' "x"}'}}]},
        ],
        "tool_calls",
    )
    async with model_at(fake, profile) as (model, _):
        reply = await complete(model, replace(HELLO, tools=(TOOL,)))
        assert reply.tool_calls == (ToolCall("c1", "grep", '{"q": "x"}'),)
        fake.said = Said()
        asked = Message(Author.ASSISTANT, "", reply.tool_calls)
        result = Message(Author.TOOL, "f.c:1", tool_call_id="c1")
        more = (*HELLO.messages, asked, result)
        assert (await complete(model, replace(HELLO, messages=more, tools=(TOOL,)))).text
    sent = fake.chats[1]["messages"]
    assert sent[2]["tool_calls"][0]["function"] == {"name": "grep", "arguments": '{"q": "x"}'}
    assert sent[3] == {"role": "tool", "content": "f.c:1", "tool_call_id": "c1"}


@pytest.mark.parametrize("profile", [it for it in SERVERS if it is not P.MLC])
async def test_tools_and_a_schema_together_are_taken(profile: ServerProfile) -> None:
    fake = SERVERS[profile]()
    async with model_at(fake, profile) as (model, _):
        await complete(model, replace(HELLO, tools=(TOOL,), schema=STRICT))
    assert len(fake.chats) == 1


async def test_a_server_that_takes_no_earlier_calls_is_said_to_take_no_tools() -> None:
    async with model_at(MLC()) as (model, _):
        assert (await model.inspect()).takes_tools is False


@pytest.mark.parametrize("fake", [VLLM(), LlamaCpp(no_jinja=True)], ids=["vllm", "llama.cpp"])
async def test_a_server_started_without_tools_says_so_in_one_sentence(fake: FakeServer) -> None:
    async with model_at(fake) as (model, _):
        with pytest.raises(ModelProtocolError, match="tool calls switched on"):
            await complete(model, replace(HELLO, tools=(TOOL,)))
        assert model.info.takes_tools is False


@pytest.mark.parametrize("profile", DETECTED)
async def test_servers_are_told_apart_by_questions_without_a_body(profile: ServerProfile) -> None:
    fake = SERVERS[profile]()
    async with model_at(fake) as (model, server):
        await complete(model, HELLO)
        questions = [it for it in server.requests if it.method == "GET"]
        assert model._profile is P.AUTO
        assert (await model._server()).profile is profile
        # Once a process and server, also for a model that is opened anew.
        destination = Destination(Origin.parse(server.origin), key="k")
        again = OpenAIModel(replace(model.info, context_tokens=None), destination)
        await complete(again, HELLO)
        await again.close()
    assert all(it.body == b"" for it in questions)
    assert [it for it in server.requests if it.method == "GET"] == questions


async def test_tgi_is_known_before_it_listed_models() -> None:
    async with model_at(TGI(old=True)) as (model, _):
        assert (await model._server()).profile is P.TGI


async def test_nobody_knows_gets_nothing_that_is_not_in_the_interface() -> None:
    fake = FakeServer()
    async with model_at(fake) as (model, _):
        sampling = Sampling(reasoning=Reasoning.NATIVE, stop=("x",), seed=1)
        await complete(model, replace(HELLO, sampling=sampling))
        assert (await model._server()).profile is P.AUTO
    assert fake.paths == ["/v1/models", "/info", "/props", "/v1/chat/completions"]


@pytest.mark.parametrize(
    ("host", "profile"),
    [
        ("https://api.openai.com", P.OPENAI),
        ("https://mine.openai.azure.com", P.AZURE),
        ("https://api.openai.com.example.org", P.AUTO),
        ("https://openai.azure.com.example.org", P.AUTO),
    ],
)
def test_hosts_that_are_known_are_asked_nothing(host: str, profile: ServerProfile) -> None:
    entry = ModelEntry("coder", Api.OPENAI, ("m",), Origin.parse(host), "/v1")
    assert server_options(entry).profile is profile
    # The gate puts the key where the same server reads it.
    header = "api-key" if profile is P.AZURE else "authorization"
    assert destination_of(entry).key_header == header
    chosen = replace(entry, profile=P.VLLM, api_version="1")
    assert server_options(chosen) == ServerOptions("/v1", P.VLLM, "1")


@pytest.mark.parametrize("profile", [P.VLLM, P.TGI, P.LLAMA_CPP])
@pytest.mark.parametrize("is_named", [True, False], ids=["named", "detected"])
async def test_the_context_is_asked_for(profile: ServerProfile, is_named: bool) -> None:  # noqa: FBT001
    async with model_at(SERVERS[profile](), profile if is_named else P.AUTO) as (model, _):
        assert (await model.inspect()).context_tokens == 1000


COUNTING: dict[str, tuple[ServerProfile, Made]] = {
    "vllm": (P.VLLM, VLLM),
    "tgi": (P.TGI, TGI),
    "llama.cpp": (P.LLAMA_CPP, LlamaCpp),
    "older llama.cpp": (P.LLAMA_CPP, lambda: LlamaCpp(old=True)),
}


@pytest.mark.parametrize(("profile", "made"), COUNTING.values(), ids=COUNTING)
async def test_the_servers_own_tokenizer_counts(profile: ServerProfile, made: Made) -> None:
    fake = made()
    async with model_at(fake, profile) as (model, _):
        count = await model.count_tokens(HELLO)
        assert (count.tokens, count.exact) == (fake.tokens(_written(HELLO)), True)
        reply = await complete(model, HELLO)
        assert reply.usage is not None
        assert reply.usage.prompt_tokens == count.tokens


@pytest.mark.parametrize("profile", [P.OPENAI, P.AZURE, P.MLC])
async def test_without_a_tokenizer_there_is_a_ceiling(profile: ServerProfile) -> None:
    fake = SERVERS[profile]()
    async with model_at(fake, profile) as (model, _):
        count = await model.count_tokens(HELLO)
        assert not count.exact
        assert count.tokens > fake.tokens(_written(HELLO))


# Of 1500 characters and 380 tokens, and of 4400 and 1104.
FITTING = ChatRequest((Message(Author.USER, "abc " * 375),))
TOO_LONG = ChatRequest((Message(Author.USER, "abc " * 1100),))


@pytest.mark.parametrize(("profile", "made"), COUNTING.values(), ids=COUNTING)
async def test_a_prompt_that_does_not_fit_is_never_sent_for_an_answer(
    profile: ServerProfile, made: Made
) -> None:
    fake = made()
    async with model_at(fake, profile) as (model, _):
        await complete(model, FITTING)
        with pytest.raises(PromptTooLongError):
            await complete(model, TOO_LONG)
    assert len(fake.chats) == 1


@pytest.mark.parametrize("profile", [P.LLAMA_CPP, P.MLC, P.VLLM])
async def test_a_servers_own_words_for_an_overflow_are_understood(profile: ServerProfile) -> None:
    fake = SERVERS[profile]()
    async with serving(fake) as server:
        # The entry says more than the server has.
        info = ModelInfo("coder", "openai", "model-1", server.origin, 99_999, local=False)
        options = ServerOptions(profile=profile)
        model = OpenAIModel(info, Destination(Origin.parse(server.origin)), options)
        with pytest.raises(PromptTooLongError):
            await complete(model, TOO_LONG)
        await model.close()
    assert len(fake.chats) == 1


@pytest.mark.parametrize(
    ("usage", "is_cut"),
    [
        ({"prompt_tokens": 20}, True),
        ({"prompt_tokens": 20, "prompt_tokens_details": {"cached_tokens": 360}}, False),
        ({"prompt_tokens": 380, "prompt_tokens_details": {"cached_tokens": 300}}, False),
        ({"prompt_tokens": 0}, False),
        ({"prompt_tokens": 5000}, True),
    ],
)
@pytest.mark.parametrize("profile", [P.LLAMA_CPP, P.OPENAI])
async def test_a_prompt_that_was_cut_silently_brings_no_answer(
    profile: ServerProfile,
    usage: dict[str, Any],
    is_cut: bool,  # noqa: FBT001
) -> None:
    fake = SERVERS[profile]()
    fake.said = Said(usage=usage)
    request = ChatRequest((Message(Author.USER, "abcd efgh " * 150),))
    async with serving(fake) as server:
        info = ModelInfo("coder", "openai", "model-1", server.origin, 1400, local=False)
        to = Destination(Origin.parse(server.origin), key="k")
        model = OpenAIModel(info, to, ServerOptions(profile=profile))
        if is_cut:
            with pytest.raises(PromptTooLongError, match="without saying so"):
                await complete(model, request)
        else:
            await complete(model, request)
        await model.close()


@pytest.mark.parametrize("name", ["gpt-5", "o3-mini"])
async def test_models_that_think_are_asked_as_they_take_it_and_remembered(name: str) -> None:
    fake = OpenAI(Said([{"content": "add it END more"}]))
    sampling = Sampling(temperature=0.2, stop=("END",))
    async with model_at(fake, name=name) as (model, _):
        for _ in range(2):
            # They know no stop sequences; the answer ends there all the same.
            assert (await complete(model, replace(HELLO, sampling=sampling))).text == "add it "
    last = fake.chats[-1]
    assert last["max_completion_tokens"] == sampling.max_tokens
    assert last["reasoning_effort"] == ("minimal" if name == "gpt-5" else "low")
    assert not {"temperature", "top_p", "stop", "max_tokens"} & last.keys()
    assert last == fake.chats[-2]


async def test_a_model_that_thinks_natively_is_not_asked_for_little() -> None:
    fake = OpenAI(Said(usage={"completion_tokens_details": {"reasoning_tokens": 5}}))
    sampling = Sampling(temperature=1.0, top_p=1.0, reasoning=Reasoning.NATIVE)
    async with model_at(fake, name="gpt-5") as (model, _):
        reply = await complete(model, replace(HELLO, sampling=sampling))
    assert len(fake.chats) == 1
    assert "reasoning_effort" not in fake.chats[0]
    assert reply.usage is not None
    assert reply.usage.reasoning_tokens == 5


async def test_only_what_helped_is_remembered() -> None:
    class Grumpy(OpenAI):
        grumpy = True

        def judge(self, body: dict[str, Any]) -> None:
            if self.grumpy:
                raise self.refusal("I do not like it")
            super().judge(body)

    fake = Grumpy(Said([{"content": '{"summary": "x"}'}]))
    async with model_at(fake) as (model, _):
        with pytest.raises(ModelProtocolError):
            await complete(model, replace(HELLO, schema=STRICT))
        tried = [it.get("response_format", {}).get("type") for it in fake.chats]
        assert tried == ["json_schema", "json_object", None]
        fake.grumpy = False
        await complete(model, replace(HELLO, schema=STRICT))
    assert fake.chats[-1]["response_format"]["type"] == "json_schema"


async def test_half_a_pair_of_surrogates_is_no_trouble() -> None:
    fake = OpenAI()
    async with model_at(fake) as (model, _):
        await complete(model, ChatRequest((Message(Author.USER, "a \ud800 b"),)))
    assert fake.chats[0]["messages"][0]["content"] == "a ? b"


async def test_an_older_vllm_is_guided() -> None:
    fake = VLLM(Said([{"content": "{}"}]), old=True)
    async with model_at(fake) as (model, _):
        await complete(model, replace(HELLO, schema=STRICT))
    assert fake.chats[-1]["guided_json"] == STRICT
    assert "response_format" not in fake.chats[-1]


async def test_an_older_tgi_ends_in_its_own_words() -> None:
    async with model_at(TGI(old=True)) as (model, _):
        reply = await complete(model, HELLO)
    assert (reply.text, reply.usage) == ("add it", None)


async def test_mlc_has_its_schema_as_a_text() -> None:
    fake = MLC(Said([{"content": "{}"}]))
    async with model_at(fake) as (model, _):
        await complete(model, replace(HELLO, schema=STRICT))
    wanted = fake.chats[0]["response_format"]
    assert (wanted["type"], json.loads(wanted["schema"])) == ("json_object", STRICT)


@pytest.mark.parametrize("profile", [P.VLLM, P.LLAMA_CPP])
@pytest.mark.parametrize("reasoning", Reasoning)
async def test_templates_are_told_whether_to_think(
    profile: ServerProfile, reasoning: Reasoning
) -> None:
    fake = SERVERS[profile]()
    async with model_at(fake, profile) as (model, _):
        await complete(model, replace(HELLO, sampling=Sampling(reasoning=reasoning)))
    asked = fake.chats[0]["chat_template_kwargs"]
    assert asked == {"enable_thinking": reasoning is Reasoning.NATIVE}


def test_azure_has_a_path_for_each_deployment() -> None:
    classic = ServerOptions(profile=P.AZURE, api_version="2024-10-21")
    found = endpoint_of(classic, "mine")
    assert found.path == "/openai/deployments/mine"
    assert found.query == {"api-version": "2024-10-21"}
    assert endpoint_of(ServerOptions(profile=P.AZURE), "mine").path == "/openai/v1"
    own = ServerOptions("/gateway/v1", P.AZURE)
    assert endpoint_of(own, "mine").path == "/gateway/v1"


async def test_azures_filter_is_named() -> None:
    class Filtering(Azure):
        def judge(self, body: dict[str, Any]) -> None:  # noqa: ARG002
            raise self.refusal("The response was filtered", code="content_filter", param="prompt")

    fake = Filtering()
    async with model_at(fake, P.AZURE) as (model, _):
        with pytest.raises(ModelError, match="filtered the request"):
            await complete(model, HELLO)
    assert len(fake.chats) == 1


def _written(request: ChatRequest) -> list[dict[str, Any]]:
    return [{"content": it.text} for it in request.messages]
