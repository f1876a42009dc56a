"""Own the frozen data that travels between Glossator and a language model.

Nothing in here does anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from glossator_gate.types import Errand, Price

JsonSchema = Mapping[str, Any]


class Author(StrEnum):
    """Who speaks in a message, in the chat interfaces' own words."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class Reasoning(StrEnum):
    """How a model thinks before it answers; what it thinks is counted and never shown or used.

    `FIELD` puts a field for it first in the schema, `NATIVE` uses the model's own channel.
    """

    OFF = "off"
    FIELD = "field"
    NATIVE = "native"


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that a model may call; `parameters` is the JSON schema of its arguments object."""

    name: str
    description: str
    parameters: JsonSchema


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that a model wrote; `arguments` is its JSON text, which nobody has checked."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation.

    An assistant's turn may hold `tool_calls`; a tool's turn answers the call `tool_call_id`.
    """

    author: Author
    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the model picks its words."""

    temperature: float = 0.2
    top_p: float = 0.95
    max_tokens: int = 400
    stop: tuple[str, ...] = ()
    seed: int | None = None
    reasoning: Reasoning = Reasoning.OFF


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A conversation to be continued: by text, by JSON that fits `schema`, or by calls of `tools`.

    `errand` says what it is for and how secret its strictest part is; who does not say so sends
    what is restricted. `packing` says for whom the messages were made to fit, where they were.
    `prompt` is the sha256 of the prompt file that was filled, empty where none was: an adapter
    serves only requests of the prompt that it was taught.
    """

    messages: tuple[Message, ...]
    sampling: Sampling = field(default_factory=Sampling)
    schema: JsonSchema | None = None
    tools: tuple[Tool, ...] = ()
    errand: Errand = field(default_factory=lambda: Errand("chat"))
    packing: Packing | None = field(default=None, compare=False, repr=False)
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Packing:
    """For which model a request was made to fit, and how it is made for the one that takes over.

    `anew` returns None where nothing that is worth asking fits that one.
    """

    made_for: ModelInfo
    anew: Callable[[ModelInfo], ChatRequest | None]


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of an answer, as it streams."""

    text: str


@dataclass(frozen=True, slots=True)
class Thought:
    """The model thinks: so many more characters, which nobody gets to see."""

    characters: int


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the server counted them; those of reasoning are among the completion's."""

    prompt_tokens: int
    completion_tokens: int
    reasoning_tokens: int = 0


@dataclass(frozen=True, slots=True)
class TokenCount:
    """How many tokens a prompt has: as its server counts them, or at most so many."""

    tokens: int
    exact: bool


@dataclass(frozen=True, slots=True)
class StartedOver:
    """All text so far is void: the model had to begin its answer anew."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event of every complete answer; a stream without it is incomplete.

    `load_s` is how long the server first took to load the model, where it says so. Where
    `from_cache` is true no model was asked: `usage` is what the answer cost at its time.
    """

    usage: Usage | None
    model: str
    load_s: float = 0.0
    from_cache: bool = False


ChatEvent = TextDelta | Thought | ToolCall | StartedOver | Finished


@dataclass(frozen=True, slots=True)
class ChatReply:
    """A complete answer; `model` is what the server calls the one that gave it."""

    text: str
    usage: Usage | None
    model: str
    tool_calls: tuple[ToolCall, ...] = ()
    from_cache: bool = False


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What is known of a model before it is asked.

    `id` is the user's name for it, `name` the server's; `context_tokens` is None where unknown;
    `local` is True only where the model is known to run on this machine. `digest` is the server's
    for the model's files, with the engine that of the adapters that it uses; `takes_tools` is None
    where nobody has said, and so is `parameters`, how many the model has. `why` is the router's
    reason for it, as one clause; `price` is the policy's.
    """

    id: str
    api: str
    name: str
    origin: str
    context_tokens: int | None
    local: bool
    digest: str | None = None
    takes_tools: bool | None = None
    price: Price | None = None
    why: str = ""
    parameters: float | None = None

    @property
    def route(self) -> str:
        """Say where a prompt goes: `this machine, ollama, qwen2.5-coder:7b`."""
        return f"{'this machine' if self.local else self.origin}, {self.api}, {self.name}"

    @property
    def requests_at_once(self) -> int:
        """Return how many requests a run over many symbols keeps open; more would only wait.

        The engine of this process answers one after the other, and a script in its order. Servers
        batch what they can, and let the rest wait.
        """
        return 1 if self.api in {"embedded", "scripted"} else 4
