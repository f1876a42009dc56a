"""Own the frozen data that travels between Glossator and a language model.

Nothing in here does anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

JsonSchema = Mapping[str, Any]


class Author(StrEnum):
    """Who speaks in a message, in the chat interfaces' own words."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    author: Author
    text: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the model picks its words."""

    temperature: float = 0.2
    top_p: float = 0.95
    max_tokens: int = 400
    stop: tuple[str, ...] = ()
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A conversation to be continued, by text or by JSON that fits `schema`."""

    messages: tuple[Message, ...]
    sampling: Sampling = field(default_factory=Sampling)
    schema: JsonSchema | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of an answer, as it streams."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the server counted them."""

    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class StartedOver:
    """All text so far is void: the model had to begin its answer anew."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event of every complete answer; a stream without it is incomplete."""

    usage: Usage | None
    model: str


ChatEvent = TextDelta | StartedOver | Finished


@dataclass(frozen=True, slots=True)
class ChatReply:
    """A complete answer."""

    text: str
    usage: Usage | None
    model: str


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What is known of a model before it is asked.

    `id` is the user's name for it, `name` the server's; `context_tokens` is None where unknown;
    `local` is True only where the model is known to run on this machine.
    """

    id: str
    api: str
    name: str
    origin: str
    context_tokens: int | None
    local: bool
