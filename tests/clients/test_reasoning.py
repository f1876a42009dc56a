"""Own the proof that a field for reasoning is counted and never reaches the answer."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from glossator_clients.reasoning import (
    answer_reader,
    asked_schema,
    most_tokens,
    share_of_reasoning,
)
from glossator_clients.types import ChatRequest, Reasoning, Sampling, TextDelta, Thought

SCHEMA = {
    "type": "object",
    "properties": {"summary": {"type": "string"}},
    "required": ["summary"],
    "additionalProperties": False,
}
THOUGHT = 'hmm, "a" {b} [c], \\ d'


def request(
    schema: dict[str, Any] | None = None, reasoning: Reasoning = Reasoning.FIELD
) -> ChatRequest:
    return ChatRequest((), Sampling(reasoning=reasoning), schema)


def read(text: str, step: int = 1, schema: dict[str, Any] | None = None) -> tuple[str, int]:
    """Return the answer and the characters of thought, read in pieces of `step` characters."""
    reader = answer_reader(request(schema or SCHEMA))
    events = [
        event for at in range(0, len(text), step) for event in reader.take(text[at : at + step])
    ]
    answer = "".join(it.text for it in events if isinstance(it, TextDelta))
    thought = sum(it.characters for it in events if isinstance(it, Thought))
    assert (reader.text, reader.thought) == (len(answer), thought)
    return answer, thought


def test_the_field_comes_first_and_is_required() -> None:
    asked = asked_schema(request(SCHEMA))
    assert asked is not None
    assert list(asked["properties"]) == ["reasoning", "summary"]
    assert asked["required"] == ["reasoning", "summary"]
    assert asked["additionalProperties"] is False
    assert list(SCHEMA["properties"]) == ["summary"]  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("schema", "reasoning"),
    [
        (SCHEMA, Reasoning.OFF),
        (SCHEMA, Reasoning.NATIVE),
        ({"type": "array"}, Reasoning.FIELD),
        ({"anyOf": [SCHEMA]}, Reasoning.FIELD),
        (None, Reasoning.FIELD),
    ],
)
def test_where_no_field_fits_nothing_is_asked_and_nothing_is_taken_out(
    schema: dict[str, Any] | None, reasoning: Reasoning
) -> None:
    asked = request(schema, reasoning)
    assert asked_schema(asked) == schema
    text = '{"reasoning": "a"}'
    assert list(answer_reader(asked).take(text)) == [TextDelta(text)]


def test_an_answer_that_has_such_a_field_of_its_own_keeps_it() -> None:
    own = {"type": "object", "properties": {"reasoning": {"type": "string"}}}
    asked = asked_schema(request(own))
    assert asked is not None
    assert list(asked["properties"]) == ["_reasoning", "reasoning"]
    answer, thought = read('{"_reasoning": "x", "reasoning": "y"}', schema=own)
    assert json.loads(answer) == {"reasoning": "y"}
    assert thought > 0


@pytest.mark.parametrize("step", [1, 2, 7, 1000])
@pytest.mark.parametrize(
    "members",
    [
        {"reasoning": THOUGHT, "summary": "add"},
        {"summary": "add", "reasoning": THOUGHT},
        {"summary": "add", "reasoning": {"deep": [THOUGHT, {"reasoning": 1}]}, "more": [1, {}]},
        {"summary": 'a "quoted" \\ {text}', "reasoning": None},
        {"reasoning": THOUGHT},
        {"summary": {"reasoning": "of the answer itself"}},
        {},
    ],
)
def test_the_field_is_taken_out_wherever_it_stands(members: dict[str, Any], step: int) -> None:
    for text in (json.dumps(members), json.dumps(members, indent=1), json.dumps([members])):
        answer, thought = read(text, step)
        left = {name: value for name, value in members.items() if name != "reasoning"}
        assert json.loads(answer) in (left, [left])
        assert (thought > 0) == ("reasoning" in members)


def test_random_objects_lose_the_field_and_nothing_else() -> None:
    chance = random.Random(3)
    for _ in range(300):
        names = chance.sample(["a", "b", "reasoning", "c,", 'd"', "{e}"], chance.randrange(7))
        members = {
            name: chance.choice(["x", "\\", '"', "}", ",", 1, None, [], [1, "]"], {"f": "{"}])
            for name in names
        }
        text = json.dumps(members, ensure_ascii=chance.random() < 0.5)
        answer, _ = read(text, chance.randrange(1, 9))
        members.pop("reasoning", None)
        assert json.loads(answer) == members


@pytest.mark.parametrize(
    "text",
    [
        '{"reasoning": "secret thou',
        '{"reason\\u0069ng": "secret thought", "summary": "a"}',
        '```json\n{"reasoning": "secret thought", "summary": "a"}\n```',
        '{"reasoning": secret, "summary": "a"}',
        '{"summary": "a"}\n{"reasoning": "secret thought"}',
    ],
)
def test_no_thought_comes_through_whatever_is_wrong_with_the_answer(text: str) -> None:
    answer, thought = read(text)
    assert "secret" not in answer
    assert thought > 0


def test_reasoning_has_room_beside_the_answer() -> None:
    rooms = [most_tokens(Sampling(max_tokens=100, reasoning=it)) for it in Reasoning]
    assert rooms == sorted(rooms)
    assert rooms[0] == 100


def test_tokens_are_shared_by_characters() -> None:
    assert share_of_reasoning(10, 30, 70) == 3
    assert share_of_reasoning(10, 0, 0) == 0
