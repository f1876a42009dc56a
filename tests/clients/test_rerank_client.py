"""Re-ranking servers of both shapes: scores in the order of the texts, or a sentence."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from glossator_clients.embedding import EmbeddingServer
from glossator_clients.errors import (
    ModelError,
    ModelProtocolError,
    ModelTimeoutError,
    ModelUnavailableError,
    PromptTooLongError,
)
from glossator_clients.rerank_client import RERANK, ServerReranker
from glossator_clients.search_models import open_reranker, rerank_entry
from glossator_gate.blocking import BlockingHttp
from glossator_gate.errors import PolicyError
from glossator_gate.types import (
    Api,
    DataClass,
    Destination,
    EgressLimits,
    ModelEntry,
    Origin,
    Policy,
)
from tests.loopback_server import LoopbackServer, Received, Reply, serving

Rows = list[dict[str, Any]]


class Server:
    """A server of one of the shapes, which gives a text its length as score."""

    def __init__(
        self,
        *,
        is_tei: bool = False,
        context: int = 10**9,
        fault: Callable[[Rows], object] | None = None,
    ) -> None:
        self.is_tei = is_tei
        self.context = context
        self.fault = fault

    async def __call__(self, received: Received, reply: Reply) -> None:
        asked = received.json
        if received.path != ("/rerank" if self.is_tei else "/v1/rerank"):
            await reply.json({"error": "not found"}, 404)
            return
        texts = asked["texts" if self.is_tei else "documents"]
        if any(len(text) > self.context for text in texts):
            words = "the request exceeds the available context size"
            await reply.json({"error": {"message": words}}, 400)
            return
        name = "score" if self.is_tei else "relevance_score"
        rows: Rows = [{"index": at, name: float(len(it))} for at, it in enumerate(texts)]
        # Servers answer the best first.
        rows.sort(key=lambda it: -it[name])
        said: object = rows if self.fault is None else self.fault(rows)
        await reply.json(said if self.is_tei else {"model": "m", "results": said})


async def asked(
    answer: Callable[..., Any], texts: Sequence[str], times: int = 1
) -> tuple[list[NDArray[np.float32]], LoopbackServer]:
    async with serving(answer) as server:
        to = Destination(Origin.parse(server.origin), limits=EgressLimits(silence_s=0.4))
        reranker = ServerReranker(
            EmbeddingServer("ranker", server.origin, BlockingHttp(to), RERANK), "m"
        )
        try:
            found = [await asyncio.to_thread(reranker.scores, "why", texts) for _ in range(times)]
        finally:
            await asyncio.to_thread(reranker.close)
    return found, server


@pytest.mark.parametrize("is_tei", [False, True])
async def test_scores_come_in_the_order_of_the_texts(is_tei: bool) -> None:  # noqa: FBT001
    texts = ["a", "four", "", *("x" * count for count in range(1, 100))]
    (first, second), server = await asked(Server(is_tei=is_tei), texts, times=2)
    # An empty text goes as a word, which servers can read.
    assert first.tolist() == [1, 4, len("(empty)"), *range(1, 100)]
    assert second.tolist() == first.tolist()
    # Which shape the server knows is found out once.
    assert len(server.requests) == (5 if is_tei else 4)
    assert server.requests[-1].json["query"] == "why"


async def test_nothing_to_score_is_not_asked() -> None:
    (scores,), server = await asked(Server(), [])
    assert scores.shape == (0,)
    assert server.connections == 0


async def test_texts_that_do_not_fit_are_cut_to_their_heads() -> None:
    (scores,), _ = await asked(Server(context=200), ["a" * 50, "b" * 1000])
    assert scores.tolist() == [50, 125]


async def test_a_query_that_never_fits_is_told() -> None:
    with pytest.raises(PromptTooLongError, match="larger context"):
        await asked(Server(context=10), ["a" * 1000])


@pytest.mark.parametrize("is_tei", [False, True])
@pytest.mark.parametrize(
    "fault",
    [
        lambda rows: rows[:-1],
        lambda rows: [*rows, rows[0]],
        lambda rows: [rows[0], rows[0]],
        lambda rows: [{**rows[0], "index": 7}, rows[1]],
        lambda rows: [{"index": it["index"]} for it in rows],
        lambda rows: [dict.fromkeys(it, "x") for it in rows],
        lambda rows: [{**it, "score": 1e60, "relevance_score": 1e60} for it in rows],
        lambda rows: [{**it, "score": [1], "relevance_score": [1]} for it in rows],
        lambda rows: [3, 4],  # noqa: ARG005
        lambda rows: {"a": 1},  # noqa: ARG005
        lambda rows: None,  # noqa: ARG005
    ],
)
async def test_answers_of_another_shape_are_no_scores(
    fault: Callable[[Rows], object],
    is_tei: bool,  # noqa: FBT001 -- a row of the table
) -> None:
    with pytest.raises(ModelProtocolError, match="with scores"):
        await asked(Server(is_tei=is_tei, fault=fault), ["a", "bb"])


async def _page(_received: Received, reply: Reply) -> None:
    await reply.whole(200, b"<html></html>", Content_Type="text/html")


async def _key(_received: Received, reply: Reply) -> None:
    await reply.json({}, 401)


async def _none(_received: Received, reply: Reply) -> None:
    await reply.json({}, 404)


async def _silent(_received: Received, reply: Reply) -> None:
    await reply.hang()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (_page, ModelProtocolError),
        (_key, ModelUnavailableError),
        (_none, ModelUnavailableError),
        (_silent, ModelTimeoutError),
    ],
)
async def test_trouble_becomes_one_sentence(
    answer: Callable[..., Any], error: type[ModelError]
) -> None:
    with pytest.raises(error) as caught:
        await asked(answer, ["a"])
    assert str(caught.value).endswith(".")


def entry(api: Api, origin: str = "http://127.0.0.1:1", **more: Any) -> ModelEntry:  # noqa: ANN401
    traits = {"base_path": "/v1", "uses": ("rerank",)} | more
    return ModelEntry("ranker", api, ("m",), Origin.parse(origin), **traits)


def policy_of(model: ModelEntry) -> Policy:
    return Policy((model,), MappingProxyType({"rerank": ("ranker",)}))


async def test_the_role_finds_its_model() -> None:
    async with serving(Server()) as server:
        named = rerank_entry(policy_of(entry(Api.OPENAI, server.origin)))
        assert named is not None
        reranker = open_reranker(named)
        scores = await asyncio.to_thread(reranker.scores, "why", ["a", "bb"])
        await asyncio.to_thread(reranker.close)
    assert scores.tolist() == [1, 2]


def test_no_role_is_no_reranker() -> None:
    assert rerank_entry(Policy((entry(Api.OPENAI),))) is None


def test_a_model_that_cannot_or_may_not_is_told() -> None:
    with pytest.raises(PolicyError, match=r'uses = \["rerank"\]'):
        rerank_entry(policy_of(entry(Api.OPENAI, uses=("chat",))))
    with pytest.raises(PolicyError, match="public data at most and this is confidential"):
        rerank_entry(policy_of(entry(Api.OPENAI, max_class=DataClass.PUBLIC)))
    with pytest.raises(ModelUnavailableError, match="scores no texts"):
        open_reranker(entry(Api.OLLAMA))
