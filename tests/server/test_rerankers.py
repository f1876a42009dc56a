"""The model of the role `rerank`: shown what it may see, asked for a moment, or the order stays."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from glossator_clients.errors import ModelTimeoutError, ModelUnavailableError
from glossator_gate.audit import default_folder, lines
from glossator_gate.errors import PolicyError
from glossator_gate.types import (
    Api,
    Classes,
    ClassLayer,
    ClassRule,
    DataClass,
    ModelEntry,
    Origin,
    Policy,
)
from glossator_server.rerankers import NamedRanker, named_ranker
from tests.loopback_server import Received, Reply, serving

RULES = (
    ClassRule(("secret/**",), DataClass.RESTRICTED, rule="a rule"),
    ClassRule(("code/**",), DataClass.CONFIDENTIAL),
)
CLASSES = Classes((ClassLayer(DataClass.INTERNAL, RULES),))


def policy_of(origin: str = "http://127.0.0.1:1", **traits: Any) -> Policy:  # noqa: ANN401
    given = {"base_path": "/v1", "uses": ("rerank",), "max_class": DataClass.CONFIDENTIAL} | traits
    entry = ModelEntry("ranker", Api.OPENAI, ("m",), Origin.parse(origin), **given)
    return Policy((entry,), MappingProxyType({"rerank": ("ranker",)}), classes=CLASSES)


async def lengths(received: Received, reply: Reply) -> None:
    rows = [
        {"index": at, "relevance_score": len(it)}
        for at, it in enumerate(received.json["documents"])
    ]
    await reply.json({"results": rows})


def audited() -> list[object]:
    return [
        line["glossator.class"]
        for _, _, _, line in lines(default_folder())
        if line is not None and line["kind"] == "egress"
    ]


@contextmanager
def closing(ranker: NamedRanker) -> Iterator[NamedRanker]:
    try:
        yield ranker
    finally:
        ranker.close()


async def test_it_is_told_how_secret_the_texts_of_a_question_are(tmp_path: Path) -> None:
    async with serving(lengths) as server:
        with closing(NamedRanker(policy_of(server.origin), tmp_path)) as ranker:
            for paths in (["a.c", "b.c"], ["a.c", "code/b.c"]):
                scores = await asyncio.to_thread(ranker.scores, "why", ["a", "bb"], paths)
                assert scores.tolist() == [1, 2]
            # Who asks has left these out; the door holds all the same.
            with pytest.raises(PolicyError, match="max_class"):
                await asyncio.to_thread(ranker.scores, "why", ["a", "bb"], ["a.c", "secret/b.c"])
        assert len(server.requests) == 2
    assert audited() == ["internal", "confidential"]


def test_what_it_may_not_see_is_hidden_by_the_rule(tmp_path: Path) -> None:
    ranker = NamedRanker(policy_of(), tmp_path)
    assert (ranker.name, ranker.hides("code/a.c")) == ("ranker", None)
    assert "confidential data at most and this is restricted" in (ranker.hides("secret/a.c") or "")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "a.c").touch()
    (tmp_path / "link.c").symlink_to("secret/a.c")
    assert ranker.hides("link.c") is not None


def test_the_first_that_may_see_a_question_serves(tmp_path: Path) -> None:
    one = policy_of(max_class=DataClass.PUBLIC)
    with pytest.raises(PolicyError, match="No model may be used for rerank: ranker may see public"):
        NamedRanker(one, tmp_path).hides("a.c")
    second = replace(one.models[0], id="second", max_class=DataClass.INTERNAL)
    roles = MappingProxyType({"rerank": ("ranker", "second")})
    both = replace(one, models=(*one.models, second), roles=roles)
    assert NamedRanker(both, tmp_path).name == "second"


def test_no_role_is_no_ranker(tmp_path: Path) -> None:
    assert named_ranker(replace(policy_of(), roles=MappingProxyType({})), tmp_path) is None
    assert named_ranker(policy_of(), tmp_path) is not None


async def test_an_answer_that_takes_too_long_is_not_waited_for(tmp_path: Path) -> None:
    answers: list[Callable[[Received, Reply], Any]] = [_hang, lengths]

    async def answer(received: Received, reply: Reply) -> None:
        await answers.pop(0)(received, reply)

    async with serving(answer) as server:
        with closing(NamedRanker(policy_of(server.origin), tmp_path, patience_s=0.5)) as ranker:
            began = time.monotonic()
            with pytest.raises(ModelTimeoutError, match="the fast order stays"):
                await asyncio.to_thread(ranker.scores, "why", ["a"], ["a.c"])
            assert time.monotonic() - began < 3
            await asyncio.wait_for(server.hung_up.wait(), 5)
            # The next question does not wait behind it.
            scores = await asyncio.to_thread(ranker.scores, "why", ["a"], ["a.c"])
    assert scores.tolist() == [1]


async def _hang(_: Received, reply: Reply) -> None:
    await reply.hang()


def test_nothing_there_is_one_sentence(tmp_path: Path) -> None:
    with (
        closing(NamedRanker(policy_of(), tmp_path)) as ranker,
        pytest.raises(ModelUnavailableError, match="Nothing answers"),
    ):
        ranker.scores("why", ["a"], ["a.c"])
    assert not [it for it in threading.enumerate() if it.name == "blocking-http"]
