"""Own the chat with the embedded model, started anew where the engine's process ends.

It must not import the engine, whose crashes end its process; the chat itself is the OpenAI
client's.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

from glossator_clients.engine_process import (
    ENGINE_IDLE_S,
    ENGINE_THREADS,
    check_installed,
    engine_destination,
    engine_lease,
    has_died,
    running_engine,
)
from glossator_clients.engine_state import (
    EnginePlaces,
    EngineSettings,
    EngineState,
    engine_places,
    log_file,
    read_live_state,
)
from glossator_clients.errors import (
    IncompleteReplyError,
    ModelError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from glossator_clients.gguf import read_gguf
from glossator_clients.model_files import model_path
from glossator_clients.openai_client import OpenAIModel
from glossator_clients.types import (
    ChatEvent,
    ChatRequest,
    Finished,
    ModelInfo,
    StartedOver,
    TokenCount,
)
from glossator_gate.types import BUILTIN_ORIGIN, EgressLimits

_LOG = logging.getLogger(__name__)

# Enough for a function with its neighbours; more would cost memory on every machine.
_MOST_CONTEXT_TOKENS = 8192
# Others may be served first, and nothing is sent until the whole prompt is read.
_CHAT = EgressLimits(connect_s=5.0, silence_s=180.0, total_s=900.0)


@dataclass(frozen=True, slots=True)
class EmbeddedOptions:
    """How the engine is run; the first who starts it decides about threads and idling."""

    threads: int = ENGINE_THREADS
    idle_s: float = ENGINE_IDLE_S
    context_tokens: int = _MOST_CONTEXT_TOKENS


class EmbeddedModel:
    """A chat model that runs on this machine, in one process for all of the user's editors.

    The process is started by the first request. `name` is a known model or the absolute path of a
    GGUF file; raises `ModelUnavailableError` where its file or the engine is not there.
    """

    def __init__(self, model_id: str, name: str, options: EmbeddedOptions | None = None) -> None:
        options = options or EmbeddedOptions()
        check_installed()
        path = model_path(name)
        trained = read_gguf(path).context_tokens
        context = min(options.context_tokens, trained or options.context_tokens)
        threads = max(1, min(options.threads, os.cpu_count() or 1))
        self._settings = EngineSettings(str(path), context, threads, options.idle_s)
        self._info = ModelInfo(
            model_id,
            "embedded",
            name,
            BUILTIN_ORIGIN,
            context,
            local=True,
            # The engine writes and reads calls in whatever way the model knows.
            takes_tools=True,
        )
        self._chat: OpenAIModel | None = None
        self._engine: EngineState | None = None
        # Two requests at once must not each open a connection of their own.
        self._connecting = asyncio.Lock()

    @property
    def info(self) -> ModelInfo:
        """Say what is known of the model without asking it."""
        return self._info

    async def close(self) -> None:
        """Let go of connections; the engine ends by itself when nobody needs it."""
        if self._chat is not None:
            await self._chat.close()
            self._chat = None

    async def count_tokens(self, request: ChatRequest) -> TokenCount:
        """Return the size of a request's prompt by the model's own tokenizer."""
        places = engine_places(self._settings)
        async with engine_lease(places):
            async with self._connecting:
                chat = await self._connected(places)
            return await chat.count_tokens(request)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        """Yield the answer; where the engine dies in the middle, start it and the answer anew."""
        places = engine_places(self._settings)
        async with engine_lease(places):
            try:
                async with aclosing(self._answer(places, request)) as events:
                    async for event in events:
                        yield event
            except ModelTimeoutError:
                # It may hang: the next request looks at it anew.
                await self.close()
                raise
            except (IncompleteReplyError, ModelUnavailableError) as error:
                if self._engine is None or not await has_died(places, self._engine):
                    raise
                _LOG.warning("the embedded engine ended in mid-answer and is started again")
                _LOG.debug("its end was noticed by %r", error)
            else:
                return
            yield StartedOver()
            try:
                async with aclosing(self._answer(places, request)) as events:
                    async for event in events:
                        yield event
            except ModelError as error:
                if await has_died(places, self._engine):
                    raise _crashes(self._info) from error
                raise

    async def _answer(
        self, places: EnginePlaces, request: ChatRequest
    ) -> AsyncGenerator[ChatEvent]:
        async with self._connecting:
            chat = await self._connected(places)
        async with aclosing(chat.stream(request)) as events:
            async for event in events:
                if isinstance(event, Finished):
                    yield replace(event, model=self._info.name)
                else:
                    yield event

    async def _connected(self, places: EnginePlaces) -> OpenAIModel:
        """Return a chat with the engine that runs now, started if need be."""
        if self._chat is not None and read_live_state(places) == self._engine:
            return self._chat
        await self.close()
        self._engine = await running_engine(places, self._settings, self._info)
        self._chat = OpenAIModel(self._info, engine_destination(self._engine, _CHAT))
        return self._chat


def _crashes(info: ModelInfo) -> ModelUnavailableError:
    return ModelUnavailableError(
        f"The embedded engine ended twice in the middle of an answer of {info.id}; "
        f"see {log_file()}, or choose another model."
    )
