"""What models take of a case: answers at the same time count once, kept answers cost nothing."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from itertools import count

import pytest

from glossator_clients.protocol import complete
from glossator_clients.scripted import ScriptedModel
from glossator_clients.types import Author, ChatEvent, ChatRequest, Finished, Message, Usage
from glossator_gate.errors import RateLimitError
from glossator_gate.types import Price
from glossator_server.evals import metering
from glossator_server.evals.metering import Meter, MeteredModel, Spent

ASKED = ChatRequest((Message(Author.USER, "What is it?"),))


def test_answers_at_the_same_time_count_once() -> None:
    times = iter([1.0, 4.0, 10.0, 12.0])
    meter = Meter(lambda: next(times))
    meter.begin()
    meter.begin()
    meter.end()
    meter.end()
    meter.begin()
    meter.end()
    assert meter.take().seconds == 3.0 + 2.0
    assert meter.take() == Spent()


async def test_tokens_and_money_of_each_answer_add_up() -> None:
    meter = Meter()
    scripted = ScriptedModel(["It is a ring.", "It is a log."])
    model = MeteredModel(scripted, meter)
    assert (await complete(model, ASKED)).text == "It is a ring."
    first = meter.take()
    assert (first.prompt_tokens, first.completion_tokens, first.cost) == (3, 4, None)
    await complete(model, ASKED)
    assert meter.take().completion_tokens == 3
    await model.close()
    assert scripted.closed


class Limited(ScriptedModel):
    """A model that the policy lets be asked only every third time."""

    def __init__(self, replies: list[str]) -> None:
        super().__init__(replies)
        self._tried = count(1)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        if next(self._tried) % 3:
            raise RateLimitError("The policy allows 1 request a minute; wait a little.")
        async for event in super().stream(request):
            yield event


async def test_a_question_waits_for_the_minute_and_that_is_nobodys_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(metering, "LIMIT_SECONDS", 0.0)
    seconds = count()
    meter = Meter(lambda: float(next(seconds)))
    model = MeteredModel(Limited(["It is a ring.", "It is a log."]), meter)
    assert (await complete(model, ASKED)).text == "It is a ring."
    # More questions than a minute allows end, too.
    assert (await complete(model, ASKED)).text == "It is a log."
    spent = meter.take()
    assert spent.waited == 4.0
    # Of every look at the clock but those around the waiting, one second each is the model's.
    assert spent.seconds == (next(seconds) - 2 * spent.waited) / 2
    assert spent.prompt_tokens == 2 * spent.first_prompt_tokens == 6


def test_an_answer_that_was_kept_costs_nothing() -> None:
    meter, info = Meter(), replace(ScriptedModel([]).info, price=Price(1.0, 2.0, "EUR"))
    meter.count(Finished(Usage(1_000_000, 500_000), "m", from_cache=True), info)
    assert meter.take() == Spent()
    meter.count(Finished(Usage(1_000_000, 500_000), "m"), info)
    assert str(meter.take().cost) == "2.0000 EUR"
