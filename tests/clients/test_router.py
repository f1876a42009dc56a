"""Own the proof that a request finds the first model that may and can serve, and no other."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import pytest

from glossator_clients.errors import (
    IncompleteReplyError,
    ModelTimeoutError,
    ModelUnavailableError,
    PromptTooLongError,
)
from glossator_clients.protocol import ChatModel, complete
from glossator_clients.router import ILL_SECONDS, Health, Need, Router, candidates
from glossator_clients.scripted import ScriptedModel, ScriptedReply
from glossator_clients.types import Author, ChatRequest, Message, ModelInfo, Packing
from glossator_gate.errors import PolicyError
from glossator_gate.policy import BUILTIN_MODEL
from glossator_gate.types import Api, DataClass, Errand, ModelEntry, Policy, RefusedModel


def entry(
    model_id: str,
    max_class: DataClass = DataClass.RESTRICTED,
    uses: tuple[str, ...] = ("chat",),
) -> ModelEntry:
    return ModelEntry(model_id, Api.SCRIPTED, (model_id,), max_class=max_class, uses=uses)


def policy_of(*entries: ModelEntry, **roles: tuple[str, ...]) -> Policy:
    return Policy(entries, MappingProxyType(roles))


def question(data_class: DataClass = DataClass.CONFIDENTIAL) -> ChatRequest:
    errand = Errand("chat", "document", data_class)
    return ChatRequest((Message(Author.USER, "what is it?"),), errand=errand)


A, B, C = entry("a"), entry("b"), entry("c")
OPEN = entry("open", DataClass.INTERNAL)
EMBEDDINGS = entry("e", uses=("embed",))
NEED = Need("document", DataClass.CONFIDENTIAL)


@dataclass
class Models:
    """Models by id, made anew each time one is opened; what has no reply cannot be opened."""

    replies: dict[str, list[str | ScriptedReply]]
    opened: list[str] = field(default_factory=list)
    made: list[ScriptedModel] = field(default_factory=list)

    async def open(self, wanted: ModelEntry) -> ChatModel:
        self.opened.append(wanted.id)
        if wanted.id not in self.replies:
            raise ModelUnavailableError(f"Nothing answers for {wanted.id}; start it.")
        self.made.append(ScriptedModel(self.replies[wanted.id]))
        return self.made[-1]


def fails(error: str, text: str = "") -> ScriptedReply:
    return ScriptedReply(text, error=error, repeat=True)


@pytest.mark.parametrize(
    ("policy", "preferred", "chosen"),
    [
        (policy_of(A, B, document=("b", "a")), (), "b"),
        (policy_of(A, B, document=("b", "a")), ("a",), "a"),
        (policy_of(A, B, document=("b",)), ("a",), "b"),
        (policy_of(A, B, fix=("b",)), (), "a"),
        (policy_of(A, B), ("x", "b", "a"), "b"),
        (policy_of(BUILTIN_MODEL, A), (), "a"),
        (policy_of(BUILTIN_MODEL), (), "smollm2"),
        (policy_of(EMBEDDINGS, A, document=("e", "a")), (), "a"),
        (policy_of(OPEN, A, document=("open", "a")), ("open",), "a"),
    ],
)
def test_the_role_then_the_preference_then_the_order_decide(
    policy: Policy, preferred: tuple[str, ...], chosen: str
) -> None:
    need = Need("document", DataClass.CONFIDENTIAL, preferred)
    assert candidates(need, policy).entries[0].id == chosen


@pytest.mark.parametrize(
    "policy", [policy_of(), policy_of(EMBEDDINGS), policy_of(A, document=()), policy_of(OPEN)]
)
async def test_where_none_may_serve_none_is_opened(policy: Policy) -> None:
    models = Models({"a": ["x"], "e": ["x"], "open": ["x"]})
    with pytest.raises(PolicyError, match="document"):
        await Router(policy, models.open).open(NEED)
    assert models.opened == []


async def test_the_reason_of_a_refused_model_is_told() -> None:
    policy = Policy((), refused=(RefusedModel(A, "Because it is raining."),))
    with pytest.raises(PolicyError, match="raining"):
        await Router(policy, Models({}).open).open(NEED)


async def test_who_cannot_be_opened_is_passed_over_and_named() -> None:
    models = Models({"b": ["fine"]})
    model = await Router(policy_of(OPEN, A, B), models.open).open(NEED)
    assert (await complete(model, question())).text == "fine"
    assert model.info.why.startswith("first usable for document that may see confidential text")
    assert "open: " in model.info.why
    assert "a: Nothing answers for a; start it" in model.info.why
    assert [it.model for it in model.passed_over] == ["open", "a"]


async def test_where_none_can_be_opened_the_last_reason_is_told() -> None:
    with pytest.raises(ModelUnavailableError, match="answers for b"):
        await Router(policy_of(A, B), Models({}).open).open(NEED)


@pytest.mark.parametrize("error", ["unavailable", "protocol", "too_long"])
async def test_who_fails_hands_over_and_what_it_had_begun_is_void(error: str) -> None:
    models = Models({"a": [fails(error, "half an ans")], "b": ["whole"]})
    model = await Router(policy_of(A, B), models.open).open(NEED)
    assert (await complete(model, question())).text == "whole"
    assert [it.closed for it in models.made] == [True, False]
    assert model.passed_over[0].model == "a"


@pytest.mark.parametrize("error", ["unavailable", "timeout", "too_long", "incomplete"])
async def test_the_last_ones_trouble_is_the_callers(error: str) -> None:
    kinds = (
        ModelUnavailableError,
        ModelTimeoutError,
        PromptTooLongError,
        IncompleteReplyError,
    )
    model = await Router(policy_of(A), Models({"a": [fails(error)]}).open).open(NEED)
    with pytest.raises(kinds, match=error):
        await complete(model, question())


async def test_a_call_that_took_its_time_is_over_and_the_next_one_goes_elsewhere() -> None:
    models = Models({"a": [fails("timeout")], "b": ["quick"]})
    router = Router(policy_of(A, B), models.open)
    with pytest.raises(ModelTimeoutError):
        await complete(await router.open(NEED), question())
    model = await router.open(NEED)
    assert (await complete(model, question())).text == "quick"
    assert model.passed_over[0].model == "a"


async def test_who_failed_is_asked_again_after_a_while_and_at_once_where_all_failed() -> None:
    now = 0.0
    health = Health(lambda: now)
    models = Models({"a": ["here again"]})
    router = Router(policy_of(A, B), models.open, health)
    for it in (A, B):
        health.note_trouble(it, "It was away.")
    assert (await router.open(NEED)).passed_over == ()
    health.note_answer(B)
    models.replies["b"] = ["b serves"]
    assert (await complete(await router.open(NEED), question())).text == "b serves"
    now = ILL_SECONDS
    assert (await complete(await router.open(NEED), question())).text == "here again"


async def test_a_stricter_text_than_was_asked_for_is_refused_before_it_is_sent() -> None:
    models = Models({"open": ["never"]})
    model = await Router(policy_of(OPEN), models.open).open(Need("document", DataClass.PUBLIC))
    with pytest.raises(PolicyError, match="confidential"):
        await complete(model, question())
    assert models.made[0].requests == []


async def test_no_fail_over_goes_to_a_model_that_may_not_see_the_text() -> None:
    models = Models({"a": [fails("unavailable")], "open": ["never"]})
    model = await Router(policy_of(A, OPEN), models.open).open(NEED)
    with pytest.raises(ModelUnavailableError):
        await complete(model, question())
    assert models.opened == ["a"]


async def test_two_requests_that_fail_at_once_move_on_once() -> None:
    models = Models({"a": [fails("unavailable")], "b": ["one", "two"]})
    model = await Router(policy_of(A, B, C), models.open).open(NEED)
    replies = await asyncio.gather(*(complete(model, question()) for _ in range(2)))
    assert {it.text for it in replies} == {"one", "two"}
    assert models.opened == ["a", "b"]


def info_of(model_id: str, context_tokens: int) -> ModelInfo:
    return ModelInfo(model_id, "scripted", model_id, "built-in", context_tokens, local=True)


def sized(info: ModelInfo) -> ChatRequest | None:
    """Return a request that names the context that it was made for; none fits 10 tokens."""
    text = f"{info.context_tokens} tokens"
    return None if info.context_tokens == 10 else ChatRequest((Message(Author.USER, text),))


@dataclass
class Sized:
    """Models of different contexts; each answers with what `replies` says."""

    replies: dict[str, list[str | ScriptedReply]]
    contexts: dict[str, int]
    made: dict[str, ScriptedModel] = field(default_factory=dict)

    async def open(self, wanted: ModelEntry) -> ChatModel:
        info = info_of(wanted.id, self.contexts[wanted.id])
        self.made[wanted.id] = ScriptedModel(self.replies[wanted.id], info)
        return self.made[wanted.id]

    def texts(self, model_id: str) -> list[str]:
        return [it.messages[0].text for it in self.made[model_id].requests]


def packed(info: ModelInfo) -> ChatRequest:
    request = sized(info)
    assert request is not None
    errand = Errand("chat", "document", DataClass.CONFIDENTIAL)
    return replace(request, errand=errand, packing=Packing(info, sized))


@pytest.mark.parametrize("error", ["unavailable", "too_long"])
async def test_who_takes_over_gets_what_was_made_to_fit_it(error: str) -> None:
    models = Sized({"a": [fails(error)], "b": ["whole"]}, {"a": 8000, "b": 500})
    model = await Router(policy_of(A, B), models.open).open(NEED)
    assert (await complete(model, packed(model.info))).text == "whole"
    assert (models.texts("a"), models.texts("b")) == (["8000 tokens"], ["500 tokens"])
    # What was approved for one class is not sent as another.
    assert models.made["b"].requests[0].errand.data_class is DataClass.CONFIDENTIAL


async def test_a_request_that_was_made_before_another_one_handed_over_is_made_anew() -> None:
    models = Sized({"a": [fails("unavailable")], "b": ["one", "two"]}, {"a": 8000, "b": 500})
    model = await Router(policy_of(A, B), models.open).open(NEED)
    requests = [packed(model.info), packed(model.info)]
    assert [(await complete(model, it)).text for it in requests] == ["one", "two"]
    assert models.texts("b") == ["500 tokens"] * 2
    # What is made for the one that answers goes to it as it is.
    assert packed(model.info).messages[0].text == "500 tokens"


async def test_whom_nothing_fits_is_not_asked() -> None:
    contexts = {"a": 8000, "b": 10, "c": 500}
    models = Sized({"a": [fails("unavailable")], "b": ["no"], "c": ["whole"]}, contexts)
    model = await Router(policy_of(A, B, C), models.open).open(NEED)
    assert (await complete(model, packed(model.info))).text == "whole"
    assert models.texts("b") == []
    assert "too long for b" in model.passed_over[1].reason
    models = Sized({"a": [fails("unavailable")], "b": ["no"]}, contexts)
    model = await Router(policy_of(A, B), models.open).open(NEED)
    with pytest.raises(PromptTooLongError, match="too long for b"):
        await complete(model, packed(model.info))
