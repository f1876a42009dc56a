"""Own the chat with the embedded model, started anew where the engine's process ends.

It must not import the engine, whose crashes end its process; the chat itself is the OpenAI
client's.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from glossator_clients.adapters import Adapter, adapter_for_measuring, adapters_of
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
from glossator_clients.model_files import KNOWN_MODELS, model_path
from glossator_clients.openai_client import OpenAIModel, ServerOptions
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


# Adds nothing to any number. With 0 the engine takes no adapter to be asked for, and goes on with
# what it has read of the prompt with one: its cache is dropped only from one adapter to another.
_AT_REST = 1e-12


@dataclass(frozen=True, slots=True)
class EmbeddedOptions:
    """How the engine is run; the first who starts it decides about threads and idling.

    `role` is what the model is opened for. `adapter` names the one to measure with (`NAME`,
    `NAME:f16`, "none"), whether or not it has passed its gate; None leaves it to what is in use.
    """

    threads: int = ENGINE_THREADS
    idle_s: float = ENGINE_IDLE_S
    context_tokens: int = _MOST_CONTEXT_TOKENS
    role: str = ""
    adapter: str | None = None


class _AdaptersRefusedError(Exception):
    """The engine does not start with the adapters that are in use."""


class EmbeddedModel:
    """A chat model that runs on this machine, in one process for all of the user's editors.

    The process is started by the first request. An adapter is applied to requests of the role and
    the prompt that it was taught, and to no other. `name` is a known model or the absolute path of
    a GGUF file; raises `ModelUnavailableError` where its file or the engine is not there.
    """

    def __init__(self, model_id: str, name: str, options: EmbeddedOptions | None = None) -> None:
        options = options or EmbeddedOptions()
        check_installed()
        path = model_path(name)
        trained = read_gguf(path).context_tokens
        context = min(options.context_tokens, trained or options.context_tokens)
        threads = max(1, min(options.threads, os.cpu_count() or 1))
        adapters = _adapters(name, options)
        self._settings = EngineSettings(
            str(path),
            context,
            threads,
            options.idle_s,
            adapters=tuple((str(it.path), it.sha256) for it in adapters),
        )
        self._adapters = {
            it.prompt: (at, it)
            # What stands first is preferred.
            for at, it in reversed([*enumerate(adapters)])
            if it.role == options.role
        }
        self._measured = adapters[0] if adapters and options.adapter is not None else None
        self._name = name
        self._info = ModelInfo(
            model_id,
            "embedded",
            _with_label(name, adapters, options.role),
            BUILTIN_ORIGIN,
            context,
            local=True,
            # The engine writes and reads calls in whatever way the model knows.
            takes_tools=True,
            digest=",".join(it.sha256 for it in adapters) or None,
        )
        # By the place of the adapter that they ask for among those of the engine.
        self._chats: dict[int | None, OpenAIModel] = {}
        self._engine: EngineState | None = None
        # Two requests at once must not each open a connection of their own.
        self._connecting = asyncio.Lock()

    @property
    def info(self) -> ModelInfo:
        """Say what is known of the model without asking it."""
        return self._info

    async def close(self) -> None:
        """Let go of connections; the engine ends by itself when nobody needs it."""
        chats, self._chats = self._chats, {}
        for chat in chats.values():
            await chat.close()

    async def count_tokens(self, request: ChatRequest) -> TokenCount:
        """Return the size of a request's prompt by the model's own tokenizer."""
        places = engine_places(self._settings)
        async with engine_lease(places):
            async with self._connecting:
                chat = await self._connected(places, None)
            return await chat.count_tokens(request)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        """Yield the answer; an adapter that the engine does not take is done without."""
        try:
            async with aclosing(self._stream(request)) as events:
                async for event in events:
                    yield event
        except _AdaptersRefusedError:
            pass
        else:
            return
        self._settings = replace(self._settings, adapters=())
        self._adapters = {}
        async with aclosing(self._stream(request)) as events:
            async for event in events:
                yield event

    async def _stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
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
        at, adapter = self._adapters.get(request.prompt, (None, None))
        if adapter is None and self._measured is not None:
            raise ModelUnavailableError(
                f"The adapter {self._measured.name} was taught another prompt than the one that is "
                "asked with; measure it with its own."
            )
        label = "" if adapter is None else adapter.label
        async with self._connecting:
            chat = await self._connected(places, at, label)
        name = f"{self._name}+{label}" if label else self._name
        async with aclosing(chat.stream(request)) as events:
            async for event in events:
                yield replace(event, model=name) if isinstance(event, Finished) else event

    async def _connected(
        self, places: EnginePlaces, at: int | None, label: str = ""
    ) -> OpenAIModel:
        """Return a chat with the engine that runs now, started if need be; `at` is an adapter."""
        if read_live_state(places) != self._engine or self._engine is None:
            await self.close()
            self._engine = await self._running(places)
        if at not in self._chats:
            scales: dict[str, object] = {}
            if self._settings.adapters:
                place, scale = (0, _AT_REST) if at is None else (at, 1.0)
                scales = {"lora": [{"id": place, "scale": scale}]}
            destination = engine_destination(self._engine, _CHAT, label)
            self._chats[at] = OpenAIModel(self._info, destination, ServerOptions(always=scales))
        return self._chats[at]

    async def _running(self, places: EnginePlaces) -> EngineState:
        """Return the engine that runs, started if need be, with its adapters."""
        try:
            return await running_engine(places, self._settings, self._info)
        except ModelUnavailableError as error:
            if self._measured is not None or not self._settings.adapters:
                raise
            _LOG.warning("the engine does not start with its adapters, and is started without")
            raise _AdaptersRefusedError from error


def _adapters(name: str, options: EmbeddedOptions) -> tuple[Adapter, ...]:
    """Return the adapters that the engine is to load with a known model, or that one alone."""
    known = KNOWN_MODELS.get(name)
    if options.adapter is not None:
        adapter = adapter_for_measuring(options.adapter, "" if known is None else known.file_sha256)
        if adapter is not None and adapter.role != options.role:
            raise ModelUnavailableError(
                f"The adapter {adapter.name} is for the role {adapter.role}, not for "
                f"{options.role or 'this'}; measure it on its own task."
            )
        return () if adapter is None else (adapter,)
    found = adapters_of(name)
    for problem in found.problems:
        _LOG.warning("%s", problem)
    return found.adapters


def _with_label(name: str, adapters: Sequence[Adapter], role: str) -> str:
    first = next((it for it in adapters if it.role == role), None)
    return name if first is None else f"{name}+{first.label}"


def _crashes(info: ModelInfo) -> ModelUnavailableError:
    return ModelUnavailableError(
        f"The embedded engine ended twice in the middle of an answer of {info.id}; "
        f"see {log_file()}, or choose another model."
    )
