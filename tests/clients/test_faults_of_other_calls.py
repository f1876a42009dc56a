"""Whatever goes wrong where no answer of a chat is awaited ends in one sentence, in time.

The kinds of trouble are those of the chats; these calls are metadata, re-ranking, a web search and
a pull.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from glossator_clients.embedding import EmbeddingServer
from glossator_clients.ollama_client import OllamaModel
from glossator_clients.ollama_pull import pull_model
from glossator_clients.rerank_client import RERANK, ServerReranker
from glossator_clients.types import ModelInfo
from glossator_clients.web_search import search_web
from glossator_gate.blocking import BlockingHttp
from glossator_gate.errors import GlossatorError
from glossator_gate.types import DataClass, Destination, EgressLimits, Origin, WebSearchEntry
from tests.faults import FAULTS, FOR_CHAT_ONLY, MAY_ANSWER, Exchange, Speech
from tests.loopback_server import Received, Reply, serving

SECRET = "int secret_function(void);"
LIMITS = EgressLimits(connect_s=0.3, silence_s=0.3, total_s=0.8, response_bytes=4 * 1024 * 1024)
SLACK_S = 1.0
# Nothing is cut where nothing is read by a model.
SENSELESS = FOR_CHAT_ONLY | {"silent truncation"}
# A pull may take hours, in which nothing may be heard for minutes; a cancel ends it.
PATIENT = {"slow first byte", "slow body", "stall", "drip", "endless"}


@dataclass(frozen=True)
class ToldExchange(Exchange):
    """An exchange whose good answer is given."""

    good: bytes = b""

    def parts(self) -> list[bytes]:
        return [self.good]

    def vectors(self, tokens: int | None = None) -> dict[str, object]:
        return {"cut": self.good.decode(), "tokens": tokens}


@dataclass(frozen=True)
class Site:
    """A call, the paths of it that go wrong, and a good answer to them."""

    name: str
    call: Callable[[Origin], Awaitable[object]]
    good: dict[str, bytes]
    spoils: str
    senseless: frozenset[str] = frozenset()


def _encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _to(origin: Origin) -> Destination:
    return Destination(origin, limits=LIMITS)


def _info(origin: Origin) -> ModelInfo:
    return ModelInfo("coder", "ollama", "m", str(origin), None, local=False)


async def _inspect(origin: Origin) -> object:
    model = OllamaModel(_info(origin), _to(origin))
    try:
        return await model.inspect()
    finally:
        await model.close()


async def _pull(origin: Origin) -> object:
    return await pull_model(_info(origin), _to(origin), lambda _: None)


async def _rerank(origin: Origin) -> object:
    def scores() -> object:
        http = BlockingHttp(_to(origin))
        reranker = ServerReranker(EmbeddingServer("coder", str(origin), http, RERANK), "m")
        try:
            return reranker.scores(SECRET, [SECRET, "b"]).tolist()
        finally:
            reranker.close()

    return await asyncio.to_thread(scores)


async def _search(origin: Origin) -> object:
    entry = WebSearchEntry("web", origin, timeout_s=LIMITS.total_s)
    return await search_web(entry, "words", 3, DataClass.PUBLIC)


SHOW = _encoded({"model_info": {"x.context_length": 4096}, "licence": "é, ✓, 𝄞"})
TAGS = _encoded({"models": [{"model": "m", "size": 1, "details": {"family": "é, ✓, 𝄞"}}]})
METADATA = {"/api/show": SHOW, "/api/tags": TAGS}
SCORES = [{"index": at, "relevance_score": 0.5, "document": "é, ✓, 𝄞"} for at in range(2)]
HITS = [{"url": "https://a.test/", "title": "é, ✓, 𝄞", "content": "x"}]
STEPS = ({"status": "pulling é, ✓, 𝄞", "digest": "a", "total": 9}, {"status": "success"})
SITES = (
    Site("show", _inspect, METADATA, "/api/show"),
    Site("tags", _inspect, METADATA, "/api/tags"),
    Site("rerank", _rerank, {"/v1/rerank": _encoded({"results": SCORES})}, "/v1/rerank"),
    Site("web search", _search, {"/search": _encoded({"results": HITS})}, "/search"),
    Site(
        "pull",
        _pull,
        {**METADATA, "/api/pull": b"\n".join(map(_encoded, STEPS)) + b"\n"},
        "/api/pull",
        # A status of which the words are spoilt is still a status.
        frozenset(PATIENT | {"corrupt stream"}),
    ),
)


def cases() -> list[tuple[str, Site]]:
    return [
        (kind, site)
        for site in SITES
        for kind in FAULTS
        if kind not in SENSELESS and kind not in site.senseless
    ]


def _answering(kind: str | None, site: Site) -> Callable[[Received, Reply], Awaitable[None]]:
    async def answer(received: Received, reply: Reply) -> None:
        path = received.path.partition("?")[0]
        if kind is not None and path == site.spoils:
            rng = random.Random(f"{kind} {site.name}")
            good = site.good[path]
            await FAULTS[kind](ToldExchange(received, reply, Speech.OLLAMA_EMBED, rng, good))
        elif path in site.good:
            await reply.whole(200, site.good[path])
        else:
            await reply.json({"error": "no such path"}, 404)

    return answer


@pytest.mark.parametrize("site", SITES, ids=lambda it: it.name)
async def test_a_server_without_trouble_answers(site: Site) -> None:
    async with serving(_answering(None, site)) as server:
        assert await site.call(Origin.parse(server.origin))


@pytest.mark.parametrize(("kind", "site"), cases(), ids=lambda it: getattr(it, "name", it))
async def test_trouble_ends_in_one_sentence_in_time(kind: str, site: Site) -> None:
    async with serving(_answering(kind, site)) as server:
        began = time.monotonic()
        try:
            answer = await site.call(Origin.parse(server.origin))
        except GlossatorError as error:
            words = str(error)
            assert words.endswith(".")
            assert "\n" not in words
            assert len(words) < 300
            assert SECRET not in words
        else:
            assert kind in MAY_ANSWER, answer
        assert time.monotonic() - began < LIMITS.total_s + SLACK_S
