"""What models take of a case: answers at the same time count once, kept answers cost nothing."""

from __future__ import annotations

from dataclasses import replace

from glossator_clients.protocol import complete
from glossator_clients.scripted import ScriptedModel
from glossator_clients.types import Author, ChatRequest, Finished, Message, Usage
from glossator_gate.types import Price
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


def test_an_answer_that_was_kept_costs_nothing() -> None:
    meter, info = Meter(), replace(ScriptedModel([]).info, price=Price(1.0, 2.0, "EUR"))
    meter.count(Finished(Usage(1_000_000, 500_000), "m", from_cache=True), info)
    assert meter.take() == Spent()
    meter.count(Finished(Usage(1_000_000, 500_000), "m"), info)
    assert str(meter.take().cost) == "2.0000 EUR"
