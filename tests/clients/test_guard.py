"""Own the proof that no secret reaches a model, that answers have it back, and that costs count."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest

from glossator_clients.costs import Cost
from glossator_clients.errors import IncompleteReplyError
from glossator_clients.guard import GuardedModel
from glossator_clients.protocol import complete
from glossator_clients.scripted import ScriptedModel, ScriptedReply
from glossator_clients.types import Author, ChatRequest, Message, ToolCall, Usage
from glossator_gate.errors import PolicyError
from glossator_gate.types import Api, DataClass, Errand, ModelEntry, Price

# Made up: of the right form and of no use.
TOKEN = "ghp_" + "a1B2c3D4e5F6" * 3
PASSWORD = "p4ss\\W0rd!x7"
ENTRY = ModelEntry("m", Api.SCRIPTED, ("m",), price=Price(2.0, 10.0, "EUR"))
ERRAND = Errand("chat", "document", DataClass.CONFIDENTIAL)


@dataclass
class Book:
    """A ledger that remembers, and refuses where it is told to."""

    refusal: str | None = None
    kept: list[tuple[Errand, Usage, Cost | None]] = field(default_factory=list)

    def admit(self, entry: ModelEntry) -> None:
        assert entry is ENTRY
        if self.refusal is not None:
            raise PolicyError(self.refusal)

    def keep(
        self, entry: ModelEntry, errand: Errand, usage: Usage, seconds: float, cost: Cost | None
    ) -> None:
        assert entry is ENTRY
        assert seconds >= 0
        self.kept.append((errand, usage, cost))


def asked(text: str, schema: dict[str, object] | None = None) -> ChatRequest:
    return ChatRequest((Message(Author.USER, text),), schema=schema, errand=ERRAND)


def sent(model: ScriptedModel) -> str:
    return "\n".join(it.text for request in model.requests for it in request.messages)


async def test_a_secret_is_a_placeholder_on_the_way_and_itself_in_the_answer() -> None:
    inner = ScriptedModel(
        [ScriptedReply("it is <secret:github-token:1>, not <secret:x:9>", chunk=3)]
    )
    reply = await complete(GuardedModel(inner, ENTRY, Book()), asked(f'push("{TOKEN}");'))
    assert TOKEN not in sent(inner)
    assert "<secret:github-token:1>" in sent(inner)
    assert reply.text == f"it is {TOKEN}, not <secret:x:9>"


async def test_a_text_without_secrets_is_sent_as_it_is() -> None:
    inner = ScriptedModel(["fine"])
    request = asked("int main(void)")
    await complete(GuardedModel(inner, ENTRY, Book()), request)
    assert inner.requests == [request]
    assert inner.requests[0] is request


@pytest.mark.parametrize("chunk", [1, 7, 1000])
async def test_an_answer_in_json_stays_json_whatever_the_secret_holds(chunk: int) -> None:
    answer = '{"summary": "uses <secret:password-in-an-address:1>"}'
    inner = ScriptedModel([ScriptedReply(answer, chunk=chunk)])
    guarded = GuardedModel(inner, ENTRY, Book())
    source = f"postgres://anna:{PASSWORD}@db.internal/orders"
    reply = await complete(guarded, asked(source, {"type": "object"}))
    assert PASSWORD not in sent(inner)
    assert json.loads(reply.text)["summary"] == f"uses {PASSWORD}"


async def test_arguments_of_tools_lose_their_secrets_too() -> None:
    inner = ScriptedModel(["done"])
    call = ToolCall("1", "grep", json.dumps({"pattern": TOKEN}))
    messages = (
        Message(Author.USER, "find it"),
        Message(Author.ASSISTANT, "", tool_calls=(call,)),
        Message(Author.TOOL, f"a.c:1: {TOKEN}", tool_call_id="1"),
    )
    await complete(GuardedModel(inner, ENTRY, Book()), ChatRequest(messages, errand=ERRAND))
    (request,) = inner.requests
    assert json.loads(request.messages[1].tool_calls[0].arguments) == {
        "pattern": "<secret:github-token:1>"
    }
    assert request.messages[2].text == "a.c:1: <secret:github-token:1>"


async def test_what_an_answer_costs_is_kept_with_what_it_was_for() -> None:
    book = Book()
    await complete(GuardedModel(ScriptedModel(["12345678"]), ENTRY, book), asked("1234"))
    assert book.kept == [(ERRAND, Usage(1, 2), Cost((1 * 2 + 2 * 10) / 1e6, "EUR"))]


async def test_at_a_limit_nothing_is_sent() -> None:
    inner = ScriptedModel(["never"])
    with pytest.raises(PolicyError, match="enough for today"):
        await complete(GuardedModel(inner, ENTRY, Book("It is enough for today.")), asked("x"))
    assert inner.requests == []


async def test_an_answer_that_breaks_off_is_not_whole_here_either() -> None:
    inner = ScriptedModel([ScriptedReply("half of <secret:github-token:1>", break_after=12)])
    with pytest.raises(IncompleteReplyError):
        await complete(GuardedModel(inner, ENTRY, Book()), asked(f'"{TOKEN}"'))
