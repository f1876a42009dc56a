"""Own the counting of what models take of a case: seconds, tokens, money.

It must not know what is asked, nor change an answer.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from glossator_clients.costs import Cost, added, cost_of
from glossator_clients.protocol import ChatModel
from glossator_clients.types import ChatEvent, ChatRequest, Finished, ModelInfo


@dataclass(frozen=True, slots=True)
class Spent:
    """What models took: seconds in which at least one was answering, tokens, money."""

    seconds: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: Cost | None = None


class Meter:
    """Adds up what the models of one configuration take; lives on one loop."""

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        self._now = now
        self._spent = Spent()
        self._answering = 0
        self._since = 0.0

    def take(self) -> Spent:
        """Return what was spent since this was last asked, and begin anew."""
        spent, self._spent = self._spent, Spent()
        return spent

    def begin(self) -> None:
        """Note that a model answers; answers at the same time count once."""
        if not self._answering:
            self._since = self._now()
        self._answering += 1

    def end(self) -> None:
        """Note that it does no more."""
        self._answering -= 1
        if not self._answering:
            self._add(seconds=self._now() - self._since)

    def count(self, event: Finished, info: ModelInfo) -> None:
        """Add what a whole answer cost; one that nobody made anew costs nothing."""
        if event.usage is None or event.from_cache:
            return
        self._add(
            prompt=event.usage.prompt_tokens,
            completion=event.usage.completion_tokens,
            cost=cost_of(event.usage, info.price),
        )

    def _add(
        self,
        seconds: float = 0.0,
        prompt: int = 0,
        completion: int = 0,
        cost: Cost | None = None,
    ) -> None:
        before = self._spent
        self._spent = Spent(
            before.seconds + seconds,
            before.prompt_tokens + prompt,
            before.completion_tokens + completion,
            added(before.cost, cost),
        )


class MeteredModel:
    """A chat model whose time and tokens go to a meter."""

    def __init__(self, model: ChatModel, meter: Meter) -> None:
        self._model = model
        self._meter = meter

    @property
    def info(self) -> ModelInfo:
        """Say what is known of the model."""
        return self._model.info

    async def close(self) -> None:
        """Let go of connections."""
        await self._model.close()

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        """Yield the answer; what its reader does between two pieces is not the model's time."""
        async with aclosing(self._model.stream(request)) as events:
            while True:
                self._meter.begin()
                try:
                    event = await anext(events, None)
                finally:
                    self._meter.end()
                if event is None:
                    return
                if isinstance(event, Finished):
                    self._meter.count(event, self.info)
                yield event
