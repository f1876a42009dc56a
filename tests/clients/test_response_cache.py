"""Kept answers: given again only where nothing differs, whole, private, and bounded."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from glossator_clients.errors import IncompleteReplyError
from glossator_clients.protocol import complete
from glossator_clients.response_cache import CachedModel, CacheLimits, CacheScope, ResponseCache
from glossator_clients.scripted import ScriptedModel, ScriptedReply
from glossator_clients.types import (
    Author,
    ChatReply,
    ChatRequest,
    Message,
    ModelInfo,
    Reasoning,
    Sampling,
    Tool,
    ToolCall,
    Usage,
)
from glossator_gate.types import DataClass, Errand

INFO = ModelInfo("coder", "openai", "model-1", "http://127.0.0.1:1", 4096, local=False)
REQUEST = ChatRequest((Message(Author.USER, "int f(void);"),), Sampling(temperature=0.0))
TOOL = Tool("grep", "find text", {"type": "object"})
REPLY = ChatReply("näh ✓", Usage(3, 4, 1), "model-1", (ToolCall("c1", "grep", "{broken"),))


class Clock:
    def __init__(self) -> None:
        self.at = 1_000_000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(tmp_path: Path, clock: Clock) -> ResponseCache:
    return ResponseCache(tmp_path / "answers", "1.0", CacheLimits(age_s=100), clock)


def files(tmp_path: Path) -> list[Path]:
    return sorted(it for it in (tmp_path / "answers").rglob("*") if it.is_file())


async def test_a_second_request_is_answered_from_the_cache(cache: ResponseCache) -> None:
    model = ScriptedModel(["first", "second"], INFO)
    cached = CachedModel(model, cache)
    one = await complete(cached, REQUEST)
    two = await complete(cached, REQUEST)
    assert (one.text, one.from_cache) == ("first", False)
    assert two == replace(one, from_cache=True)
    assert len(model.requests) == 1


async def test_another_process_finds_it_too(cache: ResponseCache, tmp_path: Path) -> None:
    await complete(CachedModel(ScriptedModel(["first"], INFO), cache), REQUEST)
    other = ResponseCache(tmp_path / "answers", "1.0", now=lambda: 1_000_001.0)
    nobody = ScriptedModel([], replace(INFO, context_tokens=None))
    assert (await complete(CachedModel(nobody, other), REQUEST)).from_cache


@pytest.mark.parametrize(
    "changed",
    [
        replace(REQUEST, messages=(Message(Author.USER, "int g(void);"),)),
        replace(REQUEST, messages=(Message(Author.SYSTEM, "int f(void);"),)),
        replace(REQUEST, messages=(*REQUEST.messages, Message(Author.TOOL, "", (), "c1"))),
        replace(REQUEST, sampling=Sampling(temperature=0.0, max_tokens=1)),
        replace(REQUEST, sampling=Sampling(temperature=0.0, top_p=0.5)),
        replace(REQUEST, sampling=Sampling(temperature=0.0, stop=("x",))),
        replace(REQUEST, sampling=Sampling(temperature=0.0, seed=1)),
        replace(REQUEST, sampling=Sampling(temperature=0.0, reasoning=Reasoning.FIELD)),
        replace(REQUEST, schema={"type": "object"}),
        replace(REQUEST, tools=(TOOL,)),
    ],
)
def test_whatever_may_change_the_answer_changes_its_name(
    cache: ResponseCache, changed: ChatRequest
) -> None:
    assert cache.key(INFO, changed) != cache.key(INFO, REQUEST)


@pytest.mark.parametrize("field", ["api", "name", "origin", "digest"])
def test_another_model_has_other_answers(cache: ResponseCache, field: str) -> None:
    other = replace(INFO, **{field: "another"})
    assert cache.key(other, REQUEST) != cache.key(INFO, REQUEST)


def test_another_version_of_the_product_has_other_answers(
    cache: ResponseCache, tmp_path: Path
) -> None:
    assert ResponseCache(tmp_path, "1.1").key(INFO, REQUEST) != cache.key(INFO, REQUEST)


def test_the_order_of_a_schema_counts_and_the_errand_does_not(cache: ResponseCache) -> None:
    fields = {"a": {"type": "string"}, "b": {"type": "string"}}
    backwards = dict(reversed(fields.items()))
    one = replace(REQUEST, schema={"type": "object", "properties": fields})
    two = replace(REQUEST, schema={"type": "object", "properties": backwards})
    assert cache.key(INFO, one) != cache.key(INFO, two)
    errand = Errand("chat", "fix", DataClass.PUBLIC)
    assert cache.key(INFO, replace(REQUEST, errand=errand)) == cache.key(INFO, REQUEST)


async def test_only_what_the_model_would_say_again_is_kept(
    cache: ResponseCache, tmp_path: Path
) -> None:
    warm = replace(REQUEST, sampling=Sampling(temperature=0.7))
    model = ScriptedModel(["one", "two", "three"], INFO)
    cached = CachedModel(model, cache)
    assert [(await complete(cached, warm)).text for _ in range(2)] == ["one", "two"]
    assert files(tmp_path) == []
    bulk = CachedModel(model, cache, CacheScope.EVERY)
    assert [(await complete(bulk, warm)).text for _ in range(2)] == ["three", "three"]
    seeded = replace(REQUEST, sampling=Sampling(temperature=0.7, seed=1))
    assert CachedModel(model, cache)._is_kept(seeded)


async def test_an_incomplete_answer_is_not_kept(cache: ResponseCache, tmp_path: Path) -> None:
    cached = CachedModel(ScriptedModel([ScriptedReply("half", break_after=2)], INFO), cache)
    with pytest.raises(IncompleteReplyError):
        await complete(cached, REQUEST)
    assert files(tmp_path) == []


def test_an_answer_comes_back_whole_from_a_file_that_is_private(
    cache: ResponseCache, tmp_path: Path
) -> None:
    key = cache.key(INFO, REQUEST)
    cache.store(key, REPLY)
    assert cache.find(key) == REPLY
    (file,) = files(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda content: content[:-3],
        lambda content: content.replace(b"model-1", b"model-2"),
        lambda content: content.partition(b"\n")[2],
        lambda _: b"\xff\xfe" * 100,
        lambda _: b"[" * 100_000,
    ],
)
def test_a_damaged_answer_is_as_good_as_none_and_goes(
    cache: ResponseCache, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    key = cache.key(INFO, REQUEST)
    cache.store(key, REPLY)
    (file,) = files(tmp_path)
    file.write_bytes(damage(file.read_bytes()))
    assert cache.find(key) is None
    assert files(tmp_path) == []


def test_an_answer_under_another_name_is_not_believed(cache: ResponseCache, tmp_path: Path) -> None:
    key = cache.key(INFO, REQUEST)
    cache.store(key, REPLY)
    (file,) = files(tmp_path)
    file.rename(file.with_name("0" * 62 + ".json"))
    assert cache.find(key[:2] + "0" * 62) is None


@pytest.mark.parametrize("later", [101.0, -1.0])
def test_an_answer_that_is_too_old_or_of_the_future_goes(
    cache: ResponseCache, clock: Clock, tmp_path: Path, later: float
) -> None:
    key = cache.key(INFO, REQUEST)
    cache.store(key, REPLY)
    clock.at += later
    assert cache.find(key) is None
    assert files(tmp_path) == []


def test_what_was_of_no_use_for_longest_makes_room(tmp_path: Path, clock: Clock) -> None:
    size = 500
    limits = CacheLimits(total_bytes=4 * size, age_s=1e6)
    cache = ResponseCache(tmp_path / "answers", "1", limits, clock)
    keys = [f"{number:064x}" for number in range(6)]
    for key in keys:
        clock.at += 1
        cache.store(key, ChatReply("x" * 200, None, "m"))
    clock.at += 1
    assert cache.find(keys[0]) is not None
    cache.prune()
    assert sum(it.stat().st_size for it in files(tmp_path)) <= limits.total_bytes
    assert cache.find(keys[0]) is not None
    assert cache.find(keys[1]) is None
    assert cache.find(keys[5]) is not None


def test_storing_prunes_by_itself(tmp_path: Path) -> None:
    limits = CacheLimits(total_bytes=2000)
    cache = ResponseCache(tmp_path / "answers", "1", limits)
    for number in range(70):
        cache.store(f"{number:064x}", ChatReply("x" * 200, None, "m"))
    assert len(files(tmp_path)) < 40


def test_a_huge_answer_is_not_kept(tmp_path: Path) -> None:
    cache = ResponseCache(tmp_path / "answers", "1", CacheLimits(answer_bytes=100))
    cache.store("a" * 64, ChatReply("x" * 200, None, "m"))
    assert files(tmp_path) == []


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "answers").write_text("a file where the folder should be", "utf-8")
    cache = ResponseCache(tmp_path / "answers", "1")
    cache.store("a" * 64, REPLY)
    assert cache.find("a" * 64) is None


def test_clearing_leaves_nothing(cache: ResponseCache, tmp_path: Path) -> None:
    cache.store("a" * 64, REPLY)
    left_by_a_killed_writer = tmp_path / "answers/aa/x.part"
    left_by_a_killed_writer.write_bytes(b"")
    cache.clear()
    assert files(tmp_path) == []


async def test_a_model_counts_as_it_does_without_its_cache(cache: ResponseCache) -> None:
    model = ScriptedModel([], INFO)
    assert await CachedModel(model, cache).count_tokens(REQUEST) == await model.count_tokens(
        REQUEST
    )
