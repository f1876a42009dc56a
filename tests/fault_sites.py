"""Own the places that call a model, each brought into each kind of trouble, and what came of it.

It must not know what a fault is made of.
"""

from __future__ import annotations

import asyncio
import gc
import random
import time
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from glossator_clients.embedding import EmbeddingServer
from glossator_clients.ollama_client import OllamaModel
from glossator_clients.ollama_embedder import OllamaEmbedder
from glossator_clients.openai_client import OpenAIModel, ServerOptions
from glossator_clients.openai_embedder import OpenAIEmbedder
from glossator_clients.protocol import ChatModel, complete
from glossator_clients.types import Author, ChatRequest, Message, ModelInfo, Tool
from glossator_gate.blocking import BlockingHttp
from glossator_gate.errors import GlossatorError
from glossator_gate.types import Destination, EgressLimits, Origin, ServerProfile
from tests.faults import (
    FAULTS,
    FOR_CHAT_ONLY,
    KINDS,
    MAY_ANSWER,
    WHOLE,
    Exchange,
    Speech,
)
from tests.loopback_server import Received, Reply, serving

SECRET = "int secret_function(void);"
# Long enough to have been cut.
PROMPT = f"{SECRET}\n" * 20
LIMITS = EgressLimits(connect_s=0.3, silence_s=0.3, total_s=0.8, response_bytes=4 * 1024 * 1024)
SLACK_S = 1.0
TOOL = Tool("grep", "find text", {"type": "object"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one call came to; `words` is the sentence of an error, the text of an answer."""

    kind: str
    site: str
    seed: int
    ended_in: str
    words: str
    seconds: float
    trouble: str | None


@dataclass(frozen=True)
class Site:
    """A place that calls a model, and what its server speaks; `spoils` are the paths that fail."""

    name: str
    speech: Speech
    call: Callable[[Destination], Awaitable[str]]
    spoils: tuple[str, ...]
    may_always_answer: bool = False


def cases() -> list[tuple[str, Site]]:
    """Return every kind at every site that it can come to."""
    return [
        (kind, site)
        for site in SITES
        for kind in KINDS
        if site.speech.streams or kind not in FOR_CHAT_ONLY
    ]


async def outcome_of(kind: str, site: Site, seed: int = 0) -> Outcome:
    """Bring one call into trouble and say what came of it; `trouble` is what should not have."""
    async with _destination(kind, site, random.Random(f"{kind} {seed}")) as to:
        began = time.monotonic()
        try:
            answer = await site.call(to)
            ended_in = "answer"
        except GlossatorError as error:
            ended_in, answer = type(error).__name__, str(error)
        seconds = time.monotonic() - began
    if kind == "tls failure":
        _collect_the_socket()
    outcome = Outcome(kind, site.name, seed, ended_in, answer, round(seconds, 3), None)
    return replace(outcome, trouble=_trouble(outcome, site))


def _collect_the_socket() -> None:
    """Free the socket of a failed handshake, which the HTTP library leaves to the collector."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def _trouble(outcome: Outcome, site: Site) -> str | None:
    if outcome.seconds > LIMITS.total_s + SLACK_S:
        return f"took {outcome.seconds} s"
    if outcome.ended_in == "answer":
        # A text that was cut is embedded anew, shorter, until nothing is cut any more.
        is_shortened = outcome.kind == "silent truncation" and not site.speech.streams
        if not (outcome.kind in MAY_ANSWER or site.may_always_answer or is_shortened):
            # A loop of calls is the agent's to stop where all of them came in one answer.
            return None if outcome.words.startswith("calls:") else "an answer came of it"
        whole = outcome.words == WHOLE or outcome.words.startswith("calls:")
        return None if whole else "part of an answer was used"
    is_sentence = outcome.words.endswith(".") and "\n" not in outcome.words
    if not is_sentence or SECRET in outcome.words or len(outcome.words) > 300:
        return "the error is no sentence"
    return None


@asynccontextmanager
async def _destination(kind: str, site: Site, rng: random.Random) -> AsyncIterator[Destination]:
    async with serving(_answering(kind, site, rng)) as server, _speaking_plainly() as plain:
        origin = server.origin
        if kind == "tls failure":
            origin = f"https://127.0.0.1:{plain}"
        elif kind == "dns failure":
            origin = f"http://no-such-host.invalid:{server.port}"
        elif kind == "refused":
            async with serving(_answering(kind, site, rng)) as gone:
                origin = gone.origin
        yield Destination(Origin.parse(origin), key="k", limits=LIMITS)


@asynccontextmanager
async def _speaking_plainly() -> AsyncIterator[int]:
    """Serve what no TLS client understands, and give the port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def _answering(
    kind: str, site: Site, rng: random.Random
) -> Callable[[Received, Reply], Awaitable[None]]:
    seen = 0

    async def answer(received: Received, reply: Reply) -> None:
        nonlocal seen
        exchange = Exchange(received, reply, site.speech, rng)
        if received.path in site.spoils and kind in FAULTS:
            seen += 1
            # Making an embedder asks once; what goes wrong comes afterwards.
            if site.speech.streams or seen > 1:
                await FAULTS[kind](exchange)
                return
        await _well(exchange)

    return answer


async def _well(it: Exchange) -> None:
    match it.received.path:
        case "/api/show":
            await it.reply.json({"model_info": {}})
        case "/api/tags":
            await it.reply.json({"models": [{"name": "m", "digest": "abc"}]})
        case "/v1/models":
            await it.reply.json({"data": [{"id": "m", "owned_by": "llamacpp"}]})
        case "/props":
            await it.reply.json({"default_generation_settings": {"n_ctx": 600}})
        case "/v1/chat/completions/input_tokens":
            await it.reply.json({"input_tokens": 40})
        case "/v1/chat/completions" | "/api/chat" | "/v1/embeddings" | "/api/embed":
            await it.head()
            await it.send(*it.parts())
        case _:
            await it.reply.json({"error": "no such path"}, 404)


def _info(to: Destination, api: str, context: int | None) -> ModelInfo:
    return ModelInfo("coder", api, "m", str(to.origin), context, local=False)


async def _answer_of(model: ChatModel) -> str:
    request = ChatRequest((Message(Author.USER, PROMPT),), tools=(TOOL,))
    try:
        reply = await complete(model, request)
    finally:
        await model.close()
    if reply.tool_calls:
        return f"calls: {len(reply.tool_calls)}"
    return reply.text


def _chat(profile: ServerProfile, context: int | None) -> Callable[[Destination], Awaitable[str]]:
    async def call(to: Destination) -> str:
        options = ServerOptions(profile=profile)
        return await _answer_of(OpenAIModel(_info(to, "openai", context), to, options))

    return call


async def _ollama_chat(to: Destination) -> str:
    # Of a context that the prompt may overflow, so that a low count means something.
    return await _answer_of(OllamaModel(_info(to, "ollama", 128), to))


def _encode(to: Destination, make: Callable[[EmbeddingServer], object]) -> str:
    server = EmbeddingServer("coder", str(to.origin), BlockingHttp(to))
    try:
        embedder = make(server)
        assert isinstance(embedder, OpenAIEmbedder | OllamaEmbedder)
        return WHOLE if embedder.encode([PROMPT, SECRET]).shape == (2, 3) else "wrong"
    finally:
        server.close()


async def _embed(to: Destination, make: Callable[[EmbeddingServer], object]) -> str:
    def ended() -> str | tuple[type[GlossatorError], str]:
        try:
            return _encode(to, make)
        except GlossatorError as error:
            # The error itself would keep its sockets for as long as the thread lives.
            return type(error), str(error)

    end = await asyncio.to_thread(ended)
    if isinstance(end, str):
        return end
    raise end[0](end[1])


async def _openai_embed(to: Destination) -> str:
    return await _embed(to, lambda server: OpenAIEmbedder(server, "m", "/v1"))


async def _ollama_embed(to: Destination) -> str:
    return await _embed(to, lambda server: OllamaEmbedder(server, "m"))


_CHAT = "/v1/chat/completions"
# The embedded engine is llama.cpp behind the OpenAI client: its chat is this one.
SITES = (
    Site("openai chat", Speech.OPENAI_CHAT, _chat(ServerProfile.OPENAI, 4096), (_CHAT,)),
    Site("engine chat", Speech.OPENAI_CHAT, _chat(ServerProfile.LLAMA_CPP, 4096), (_CHAT,)),
    Site(
        "openai metadata",
        Speech.OPENAI_CHAT,
        _chat(ServerProfile.AUTO, None),
        ("/v1/models", "/info", "/props"),
        may_always_answer=True,
    ),
    Site(
        "openai tokenizer",
        Speech.OPENAI_CHAT,
        _chat(ServerProfile.LLAMA_CPP, None),
        ("/v1/chat/completions/input_tokens", "/apply-template", "/tokenize"),
        may_always_answer=True,
    ),
    Site("openai embed", Speech.OPENAI_EMBED, _openai_embed, ("/v1/embeddings",)),
    Site("ollama chat", Speech.OLLAMA_CHAT, _ollama_chat, ("/api/chat",)),
    Site("ollama embed", Speech.OLLAMA_EMBED, _ollama_embed, ("/api/embed",)),
)

__all__ = ["SITES", "Outcome", "Site", "cases", "outcome_of"]
