"""Own how a model's reasoning is asked for in a field of its answer, and kept out of that answer.

It must not know any server's interface: those with a channel for reasoning read it themselves.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import Enum, auto

from glossator_clients.types import ChatRequest, JsonSchema, Reasoning, Sampling, TextDelta, Thought

_FIELD = "reasoning"
_DESCRIPTION = "Think here first, briefly. The other fields are the answer."
# `max_tokens` is for the answer; what a model thinks first comes on top of it. A field holds a few
# sentences; models that were trained to reason write pages.
_EXTRA_TOKENS = {Reasoning.OFF: 0, Reasoning.FIELD: 512, Reasoning.NATIVE: 4096}


def most_tokens(sampling: Sampling) -> int:
    """Return how many tokens a model may write in all: its answer's and those of its reasoning."""
    return sampling.max_tokens + _EXTRA_TOKENS[sampling.reasoning]


def asked_schema(request: ChatRequest) -> JsonSchema | None:
    """Return the schema to be sent: the request's, with a field for reasoning first if it asks so.

    A schema that is no plain object stays as it is, and so does a request that has none.
    """
    schema, name = request.schema, _field_of(request)
    if schema is None or name is None:
        return schema
    field = {name: {"type": "string", "description": _DESCRIPTION}}
    return {
        **schema,
        "properties": field | dict(schema["properties"]),
        "required": [name, *schema.get("required", ())],
    }


def answer_reader(request: ChatRequest) -> AnswerReader:
    """Return what reads the answer to a request that was sent with `asked_schema`."""
    return AnswerReader(_field_of(request))


def share_of_reasoning(completion_tokens: int, thought: int, text: int) -> int:
    """Return how many of the tokens were reasoning, by its share of the characters.

    Servers count both together; who has written nothing has thought nothing.
    """
    written = thought + text
    return round(completion_tokens * thought / written) if written else 0


def _field_of(request: ChatRequest) -> str | None:
    schema = request.schema
    if schema is None or request.sampling.reasoning is not Reasoning.FIELD:
        return None
    properties = schema.get("properties")
    if schema.get("type") != "object" or not isinstance(properties, dict):
        return None
    name = _FIELD
    while name in properties:
        name = f"_{name}"
    return name


class _At(Enum):
    """Where in an answer the next character stands; members are those of the outermost object."""

    OUTSIDE = auto()
    BEFORE_KEY = auto()
    IN_KEY = auto()
    IN_VALUE = auto()


class AnswerReader:
    """Takes the text of one answer in pieces and gives it back without the field for reasoning.

    Whatever the field's place and value, and also where the answer is no whole JSON: nothing of
    the field comes through. `thought` and `text` count the characters of both so far.
    """

    def __init__(self, field: str | None) -> None:
        self._field = field
        self._at = _At.OUTSIDE
        # What stands before a member and its key, until it is known whose key it is.
        self._held = ""
        self._key = ""
        self._members = 0
        self._is_thought = False
        self._depth = 0
        self._in_string = False
        self._escaped = False
        self.thought = 0
        self.text = 0

    def take(self, piece: str) -> Iterator[TextDelta | Thought]:
        """Yield what the next piece holds of thought, then what it holds of the answer."""
        if self._field is None:
            kept, thought = piece, 0
        else:
            before = self.thought
            kept = "".join(map(self._next, piece))
            thought = self.thought - before
        self.text += len(kept)
        if thought:
            yield Thought(thought)
        if kept:
            yield TextDelta(kept)

    def _next(self, character: str) -> str:
        """Return what is known to belong to the answer after one more character."""
        match self._at:
            case _At.OUTSIDE:
                if character == "{":
                    self._at, self._members, self._held = _At.BEFORE_KEY, 0, ""
                return character
            case _At.BEFORE_KEY:
                return self._before_key(character)
            case _At.IN_KEY:
                return self._in_key(character)
            case _At.IN_VALUE:
                return self._in_value(character)

    def _before_key(self, character: str) -> str:
        if character == '"':
            self._at, self._key, self._escaped = _At.IN_KEY, '"', False
            return ""
        if character == "}":
            self._at = _At.OUTSIDE
            return self._released() + character
        # Commas are written anew before each member that stays.
        self._held += "" if character == "," else character
        return ""

    def _in_key(self, character: str) -> str:
        self._key += character
        if self._escaped or character != '"':
            self._escaped = character == "\\" and not self._escaped
            return ""
        self._at, self._depth, self._in_string = _At.IN_VALUE, 0, False
        self._is_thought = _read_key(self._key) == self._field
        if self._is_thought:
            self._held = ""
            return ""
        comma = "," if self._members else ""
        self._members += 1
        return comma + self._released() + self._key

    def _in_value(self, character: str) -> str:
        if self._in_string:
            if self._escaped or character not in '"\\':
                self._escaped = False
            elif character == "\\":
                self._escaped = True
            else:
                self._in_string = False
        elif character == '"':
            self._in_string, self._escaped = True, False
        elif character in "{[":
            self._depth += 1
        elif self._depth == 0 and character in ",}":
            self._at = _At.BEFORE_KEY
            return self._before_key(character)
        elif character in "}]":
            self._depth -= 1
        if self._is_thought:
            self.thought += 1
            return ""
        return character

    def _released(self) -> str:
        held, self._held = self._held, ""
        return held


def _read_key(text: str) -> str | None:
    try:
        key = json.loads(text)
    except ValueError:
        return None
    return key if isinstance(key, str) else None
