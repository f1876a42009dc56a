"""Own what every call of a model passes: its secrets stay here, its limits hold, its cost is kept.

It must not choose models, nor know what an answer is for.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Protocol

from glossator_clients.costs import Cost, cost_of
from glossator_clients.protocol import ChatModel, count_tokens
from glossator_clients.types import (
    ChatEvent,
    ChatRequest,
    Finished,
    Message,
    ModelInfo,
    StartedOver,
    TextDelta,
    TokenCount,
    ToolCall,
    Usage,
)
from glossator_gate.redaction import Redaction
from glossator_gate.types import Errand, ModelEntry


class Ledger(Protocol):
    """Where it is kept what models cost; raises `PolicyError` where a limit is reached."""

    def admit(self, entry: ModelEntry) -> None:
        """Raise where the model may not be asked any more for now."""
        ...

    def keep(
        self, entry: ModelEntry, errand: Errand, usage: Usage, seconds: float, cost: Cost | None
    ) -> None:
        """Keep what an answer cost."""
        ...


class GuardedModel:
    """A chat model that never sees a secret.

    Each is a placeholder on the way, and itself again where an answer speaks of it. In answers that
    are JSON it is escaped as JSON demands.
    """

    def __init__(self, model: ChatModel, entry: ModelEntry, ledger: Ledger) -> None:
        self._model = model
        self._entry = entry
        self._ledger = ledger

    @property
    def info(self) -> ModelInfo:
        """Say what is known of the model."""
        return self._model.info

    async def close(self) -> None:
        """Let go of connections."""
        await self._model.close()

    async def count_tokens(self, request: ChatRequest) -> TokenCount | None:
        """Return the size of a request's prompt, as the model counts it without its secrets."""
        return await count_tokens(self._model, without_secrets(request, Redaction()))

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        """Yield the answer with its secrets back; what a whole one cost is kept."""
        # The database may be waited for.
        await asyncio.to_thread(self._ledger.admit, self._entry)
        redaction = Redaction()
        answer = redaction.stream() if request.schema is None else redaction.json_stream()
        began = time.monotonic()
        async with aclosing(self._model.stream(without_secrets(request, redaction))) as events:
            async for event in events:
                match event:
                    case TextDelta():
                        if text := answer.fed(event.text):
                            yield TextDelta(text)
                    case ToolCall():
                        yield replace(event, arguments=redaction.restored_in_json(event.arguments))
                    case StartedOver():
                        answer.ended()
                        yield event
                    case Finished():
                        if text := answer.ended():
                            yield TextDelta(text)
                        if event.usage is not None and not event.from_cache:
                            seconds = time.monotonic() - began
                            await asyncio.to_thread(self._keep, request, event.usage, seconds)
                        yield event
                    case _:
                        yield event

    def _keep(self, request: ChatRequest, usage: Usage, seconds: float) -> None:
        cost = cost_of(usage, self._entry.price)
        self._ledger.keep(self._entry, request.errand, usage, seconds, cost)


def without_secrets(request: ChatRequest, redaction: Redaction) -> ChatRequest:
    """Return a request without secrets; the same object where it has none."""
    messages = tuple(_message(it, redaction) for it in request.messages)
    if messages == request.messages:
        return request
    return replace(request, messages=messages)


def _message(message: Message, redaction: Redaction) -> Message:
    calls = tuple(
        replace(it, arguments=_without_secrets_json(it.arguments, redaction))
        for it in message.tool_calls
    )
    return replace(message, text=redaction.redacted(message.text), tool_calls=calls)


def _without_secrets_json(text: str, redaction: Redaction) -> str:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return redaction.redacted(text)
    found = redaction.redacted_json(value)
    return text if found is value else json.dumps(found, ensure_ascii=False)
