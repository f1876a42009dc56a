"""Own the counting of what models take of a case: seconds, tokens, money; and the waiting for them.

It must not know what is asked, nor change an answer.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, replace

from glossator_clients.costs import Cost, added, cost_of
from glossator_clients.protocol import ChatModel
from glossator_clients.types import ChatEvent, ChatRequest, Finished, ModelInfo
from glossator_gate.errors import RateLimitError

# A policy's minute is over soon; asking more often finds nothing sooner.
LIMIT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Spent:
    """What models took: seconds in which at least one was answering, tokens, money.

    `first_prompt_tokens` are those of the prompt that was answered first. `waited` are the seconds
    in which at least one was not asked yet, because of what the policy allows in a minute.
    """

    seconds: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: Cost | None = None
    first_prompt_tokens: int = 0
    waited: float = 0.0


class _Stopwatch:
    """Counts the seconds in which at least one of several things is going on."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._going_on = 0
        self._since = 0.0

    def begin(self) -> None:
        if not self._going_on:
            self._since = self._now()
        self._going_on += 1

    def end(self) -> float:
        """Return the seconds that are over with this one, none where another one goes on."""
        self._going_on -= 1
        return 0.0 if self._going_on else self._now() - self._since


class Meter:
    """Adds up what the models of one configuration take; lives on one loop."""

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        self._spent = Spent()
        self._answering, self._waiting = _Stopwatch(now), _Stopwatch(now)

    def take(self) -> Spent:
        """Return what was spent since this was last asked, and begin anew."""
        spent, self._spent = self._spent, Spent()
        return spent

    def begin(self) -> None:
        """Note that a model answers; answers at the same time count once."""
        self._answering.begin()

    def end(self) -> None:
        """Note that it does no more."""
        spent = self._spent
        self._spent = replace(spent, seconds=spent.seconds + self._answering.end())

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Note while the block runs that a model which was to answer is not asked yet."""
        self.end()
        self._waiting.begin()
        try:
            yield
        finally:
            spent = self._spent
            self._spent = replace(spent, waited=spent.waited + self._waiting.end())
            self.begin()

    def count(self, event: Finished, info: ModelInfo) -> None:
        """Add what a whole answer cost; one that nobody made anew costs nothing."""
        usage, spent = event.usage, self._spent
        if usage is None or event.from_cache:
            return
        self._spent = replace(
            spent,
            prompt_tokens=spent.prompt_tokens + usage.prompt_tokens,
            completion_tokens=spent.completion_tokens + usage.completion_tokens,
            cost=added(spent.cost, cost_of(usage, info.price)),
            first_prompt_tokens=spent.first_prompt_tokens or usage.prompt_tokens,
        )


class MeteredModel:
    """A chat model whose time and tokens go to a meter, and that waits for the policy's minute."""

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
        async with aclosing(self._patiently(request)) as events:
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

    async def _patiently(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        """Yield the answer, asked for again until the policy's limit of a minute allows it.

        Here, because a case may need more questions than a minute allows.
        """
        while True:
            try:
                async with aclosing(self._model.stream(request)) as events:
                    async for event in events:
                        yield event
            except RateLimitError:
                with self._meter.waiting():
                    await asyncio.sleep(LIMIT_SECONDS)
            else:
                return
