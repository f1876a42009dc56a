"""Own `ChatModel`, the one interface through which Glossator speaks to any language model.

It must stay free of SDKs: implementations live in modules of their own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Protocol

from glossator_clients.errors import IncompleteReplyError
from glossator_clients.types import (
    ChatEvent,
    ChatReply,
    ChatRequest,
    Finished,
    ModelInfo,
    StartedOver,
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

    def stream(self, request: ChatRequest) -> AsyncIterator[ChatEvent]:
        """Yield the answer as `TextDelta`s and, only where it is complete, one `Finished` last.

        A `StartedOver` between them voids the text before it. Raises a
        `ModelError` where the model cannot answer.
        """
        ...

    async def close(self) -> None:
        """Let go of connections; the model may not be used afterwards."""
        ...


async def complete(
    model: ChatModel, request: ChatRequest, on_text: Callable[[str], None] | None = None
) -> ChatReply:
    """Return the whole answer, or raise `IncompleteReplyError` where the stream broke off."""
    pieces: list[str] = []
    async for event in model.stream(request):
        if isinstance(event, Finished):
            return ChatReply("".join(pieces), event.usage, event.model)
        if isinstance(event, StartedOver):
            pieces.clear()
            continue
        pieces.append(event.text)
        if on_text is not None:
            on_text(event.text)
    raise IncompleteReplyError(
        f"The answer of {model.info.id} broke off before its end; try again, or raise max_tokens."
    )
