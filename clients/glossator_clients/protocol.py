"""Own `ChatModel`, the one interface through which Glossator speaks to any language model.

It must stay free of SDKs: implementations live in modules of their own.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import Protocol, cast

from glossator_clients.errors import IncompleteReplyError
from glossator_clients.types import (
    ChatEvent,
    ChatReply,
    ChatRequest,
    Finished,
    ModelInfo,
    StartedOver,
    TextDelta,
    Thought,
    TokenCount,
    ToolCall,
)


class ChatModel(Protocol):
    """A language model that continues conversations.

    Cancelling the task that consumes `stream` closes the connection, so that the server stops
    generating.
    """

    @property
    def info(self) -> ModelInfo:
        """Say what is known of the model without asking it."""
        ...

    def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        """Yield the answer in pieces and, only where it is complete, one `Finished` last.

        Pieces are `TextDelta`s, `Thought`s, and whole `ToolCall`s. A `StartedOver` between them
        voids what came before it. Raises a `ModelError` where the model cannot answer.
        """
        ...

    async def close(self) -> None:
        """Let go of connections; the model may not be used afterwards."""
        ...


class CountsTokens(Protocol):
    """A model that can say how long a prompt is before it is sent."""

    async def count_tokens(self, request: ChatRequest) -> TokenCount | None:
        """Return the size of a request's prompt, template and tools included; None where unknown.

        A server that counts is sent the whole prompt for it, under the request's errand.
        """
        ...


class Inspectable(Protocol):
    """A model that can be asked about itself before it is asked for words."""

    async def inspect(self) -> ModelInfo:
        """Ask the server what it says of the model; raises a `ModelError` or `PolicyError`."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


async def count_tokens(model: ChatModel, request: ChatRequest) -> TokenCount | None:
    """Return the size of a request's prompt as a model counts it, None where none can be asked."""
    if not hasattr(model, "count_tokens"):
        return None
    return await cast("CountsTokens", model).count_tokens(request)


async def complete(
    model: ChatModel, request: ChatRequest, on_text: Callable[[str], None] | None = None
) -> ChatReply:
    """Return the whole answer, or raise `IncompleteReplyError` where the stream broke off."""
    pieces: list[str] = []
    calls: list[ToolCall] = []
    async for event in model.stream(request):
        match event:
            case Finished():
                text = "".join(pieces)
                return ChatReply(text, event.usage, event.model, tuple(calls), event.from_cache)
            case StartedOver():
                pieces.clear()
                calls.clear()
            case ToolCall():
                calls.append(event)
            case TextDelta():
                pieces.append(event.text)
                if on_text is not None:
                    on_text(event.text)
            case Thought():
                pass
    raise IncompleteReplyError(
        f"The answer of {model.info.id} broke off before its end; try again, or raise max_tokens."
    )
