"""Own the chat with an Ollama server, through its native interface.

It must not choose models, read configuration or the environment, or use models that Ollama only
passes on to somebody else's machine.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace

from glossator_clients.errors import (
    IncompleteReplyError,
    ModelError,
    ModelTimeoutError,
    ModelUnavailableError,
    PromptTooLongError,
)
from glossator_clients.json_http import JsonHttp
from glossator_clients.ollama_metadata import (
    OllamaMetadata,
    ShownModel,
    check_digest,
    check_runs_here,
    same_name,
)
from glossator_clients.ollama_sdk import ChatResponse, OllamaSdk, prompt_too_long
from glossator_clients.ollama_wire import (
    ASSUMED_CONTEXT_TOKENS,
    chat_parameters,
    context_step,
    enough_context,
    first_call_number,
    likely_context,
    read_call,
)
from glossator_clients.reasoning import answer_reader, share_of_reasoning
from glossator_clients.retries import BusyError, Patience
from glossator_clients.thinking import ThinkTags
from glossator_clients.token_bounds import least_prompt_tokens
from glossator_clients.types import (
    ChatEvent,
    ChatRequest,
    Finished,
    ModelInfo,
    Reasoning,
    StartedOver,
    TextDelta,
    Thought,
    Usage,
)
from glossator_gate.types import AddressClass, Destination

_LOG = logging.getLogger(__name__)

# Code has about three visible characters a token, the floor counts eight: a prompt of which the
# floor is a larger share of the context than this may have been cut.
_CUTTABLE_SHARE = 0.4
# An agent has no use for more at once; a model that writes calls without end is stopped.
_MOST_CALLS = 64
_NANOSECONDS = 1e9


@dataclass(frozen=True, slots=True)
class OllamaOptions:
    """What is asked of a model besides its answers.

    `digest` is the only one that its files may have; `keep_alive_s` is how long it stays in memory
    without work, the server's own choice where None.
    """

    digest: str | None = None
    keep_alive_s: float | None = None


class OllamaModel:
    """A chat model that an Ollama server runs itself."""

    def __init__(
        self, info: ModelInfo, destination: Destination, options: OllamaOptions | None = None
    ) -> None:
        self._info = info
        self._options = options or OllamaOptions()
        self._asked_context = info.context_tokens
        self._is_loopback = destination.address is AddressClass.LOOPBACK
        # One exchange may take so long, and so may all that one request needs.
        self._total_s = destination.limits.total_s
        self._sdk = OllamaSdk(info, destination)
        self._http = JsonHttp(info.id, destination, self._sdk.transport)
        self._metadata = OllamaMetadata(self._http)
        # What the model was last used with: another size makes the server load it anew.
        self._context: int | None = None

    @property
    def info(self) -> ModelInfo:
        """Say what is known of the model; `inspect` adds its context and what it can do."""
        return self._info

    async def close(self) -> None:
        """Let go of connections."""
        # The SDK's clients ride on the same transport and own nothing else.
        await self._http.close()

    async def inspect(self) -> ModelInfo:
        """Ask the server about the model.

        Raises `PolicyError` where it runs somewhere else or its files are not those pinned.
        """
        try:
            await self._inspected()
        except BusyError as busy:
            raise busy.final from busy
        return self._info

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        """Yield the answer, if the server runs the model itself and the whole prompt fits it.

        A prompt that takes more tokens than is likely is asked again with a larger context.
        """
        patience = Patience(self._total_s)
        deadline = asyncio.get_running_loop().time() + self._total_s
        while True:
            try:
                # A server that is busy says so before it begins, so that nothing is yielded twice.
                async with aclosing(self._asked(request, deadline)) as events:
                    async for event in events:
                        yield event
            except BusyError as busy:
                wait = patience.wait_s(busy)
                if wait is None:
                    raise busy.final from busy
                await asyncio.sleep(wait)
            else:
                return

    async def _asked(self, request: ChatRequest, deadline: float) -> AsyncGenerator[ChatEvent]:
        """Yield the answer; a prompt that was too long is asked again with a larger context."""
        async with _deadline(deadline, self._info):
            shown = await self._inspected()
            if self._context is None:
                self._context = await self._loaded_context()
        request = _as_far_as_able(self._info, request, shown.capabilities)
        limit = self._info.context_tokens or ASSUMED_CONTEXT_TOKENS
        if least_prompt_tokens(request) >= limit:
            raise prompt_too_long(self._info)
        context = max(context_step(likely_context(request), limit), min(self._context, limit))
        has_spoken = False
        try:
            async with aclosing(self._attempt(request, context, shown, deadline)) as events:
                async for event in events:
                    has_spoken = True
                    yield event
        except PromptTooLongError:
            if context >= limit:
                raise
        else:
            return
        if has_spoken:
            yield StartedOver()
        larger = min(limit, max(context_step(enough_context(request), limit), 2 * context))
        async with aclosing(self._attempt(request, larger, shown, deadline)) as events:
            async for event in events:
                yield event

    async def _inspected(self) -> ShownModel:
        name = self._info.name
        check_runs_here(name, None, None)
        shown = await self._metadata.shown(name)
        rows = await self._metadata.listed()
        row = next((it for it in rows if same_name(it.name, name)), None)
        check_runs_here(name, shown, row)
        check_digest(name, self._options.digest, row)
        lengths = [it for it in (self._asked_context, shown.context_tokens) if it is not None]
        abilities = shown.capabilities
        self._info = replace(
            self._info,
            context_tokens=min(lengths, default=ASSUMED_CONTEXT_TOKENS),
            local=self._is_loopback,
            digest=row.digest if row is not None else None,
            takes_tools=None if abilities is None else "tools" in abilities,
            parameters=shown.parameters,
        )
        return shown

    async def _loaded_context(self) -> int:
        """Return the context that the model is in memory with, 0 where it is not or nobody says."""
        try:
            contexts = await self._metadata.loaded_contexts()
        except ModelError:
            return 0
        found = (it for name, it in contexts.items() if same_name(name, self._info.name))
        return next(found, 0)

    async def _attempt(
        self, request: ChatRequest, context: int, shown: ShownModel, deadline: float
    ) -> AsyncGenerator[ChatEvent]:
        parameters = chat_parameters(self._info.name, request, context, shown.capabilities)
        if self._options.keep_alive_s is not None:
            parameters["keep_alive"] = self._options.keep_alive_s
        reading = _Reading(self._info, request, context)
        async with aclosing(self._sdk.chat(parameters, request.errand)) as chunks:
            is_done = False
            while not is_done:
                # The consumer's own time between two events is not the model's.
                async with _deadline(deadline, self._info):
                    chunk = await anext(chunks, None)
                if chunk is None:
                    break
                for event in reading.take(chunk):
                    yield event
                is_done = bool(chunk.done)
        ending = list(reading.end())
        # Before the last event, after which nobody may ask for more.
        self._context = context
        for event in ending:
            yield event


class _Reading:
    """What has been understood of one answer so far."""

    def __init__(self, info: ModelInfo, request: ChatRequest, context: int) -> None:
        self._info = info
        self._request = request
        self._context = context
        self._tags = ThinkTags()
        self._reader = answer_reader(request)
        self._first_call = self._next_call = first_call_number(request.messages)
        self._thought = 0
        self._called = 0
        self._last: ChatResponse | None = None

    def take(self, chunk: ChatResponse) -> Iterator[ChatEvent]:
        """Yield what a chunk holds."""
        message = chunk.message
        if message.thinking:
            self._thought += len(message.thinking)
            yield Thought(len(message.thinking))
        if message.content:
            yield from self._said(self._tags.feed(message.content))
        for it in message.tool_calls or ():
            call = read_call(self._next_call, it.function.name, it.function.arguments)
            self._next_call += 1
            self._called += len(call.name) + len(call.arguments)
            if self._next_call - self._first_call > _MOST_CALLS:
                raise IncompleteReplyError(
                    f"{self._info.id} calls tools without end; try again, or choose another model."
                )
            yield call
        if chunk.done:
            self._last = chunk

    def end(self) -> Iterator[ChatEvent]:
        """Yield the end of a complete answer to a complete prompt, or raise what is wrong."""
        info, last = self._info, self._last
        if last is None:
            raise IncompleteReplyError(
                f"The answer of {info.id} broke off before its end; try again."
            )
        prompt, written = last.prompt_eval_count, last.eval_count or 0
        if prompt is not None and self._was_cut(prompt, written):
            raise prompt_too_long(info)
        if last.done_reason == "length" or self._tags.is_open:
            raise IncompleteReplyError(
                f"{info.id} ran out of room before the end of its answer; "
                "raise max_tokens or ask about a smaller piece of code."
            )
        if last.done_reason != "stop":
            raise IncompleteReplyError(
                f"{info.id} stopped before the end of its answer ({last.done_reason}); try again."
            )
        yield from self._said(self._tags.end())
        load_s = (last.load_duration or 0) / _NANOSECONDS
        _LOG.debug("%s: context %s, loaded in %.1f s", info.id, self._context, load_s)
        yield Finished(self._usage(prompt, written), last.model or info.name, load_s)

    def _said(self, pieces: Iterator[TextDelta | Thought | StartedOver]) -> Iterator[ChatEvent]:
        """Yield what the model says; what it thinks between tags or in a field is counted only."""
        for piece in pieces:
            match piece:
                case TextDelta():
                    yield from self._reader.take(piece.text)
                case Thought():
                    self._thought += piece.characters
                    yield piece
                case StartedOver():
                    self._reader = answer_reader(self._request)
                    yield piece

    def _usage(self, prompt: int | None, written: int) -> Usage | None:
        if prompt is None:
            return None
        thought = self._thought + self._reader.thought
        reasoning = share_of_reasoning(written, thought, self._reader.text + self._called)
        return Usage(prompt, written, reasoning)

    def _was_cut(self, prompt: int, written: int) -> bool:
        # A server with a warm cache may count only what it read anew, so that a low count alone
        # proves nothing; it does where the prompt was long enough to have been cut.
        least = least_prompt_tokens(self._request)
        return (
            prompt + written > self._context
            or prompt >= self._context - 1
            or (least > self._context * _CUTTABLE_SHARE and prompt < least)
        )


@asynccontextmanager
async def _deadline(when: float, info: ModelInfo) -> AsyncIterator[None]:
    """End what is awaited in the block when the whole request has taken too long."""
    try:
        async with asyncio.timeout_at(when):
            yield
    except TimeoutError as error:
        raise ModelTimeoutError(
            f"{info.id} did not finish in time; try again, raise its timeout_s in config.toml, "
            "or choose a smaller model."
        ) from error


def _as_far_as_able(
    info: ModelInfo, request: ChatRequest, capabilities: frozenset[str] | None
) -> ChatRequest:
    """Return the request as this model can serve it; one without a channel thinks in a field."""
    if request.tools and capabilities is not None and "tools" not in capabilities:
        raise ModelUnavailableError(
            f"{info.id} calls no tools; choose a model that does for this task in config.toml."
        )
    if request.sampling.reasoning is Reasoning.NATIVE and "thinking" not in (capabilities or ()):
        return replace(request, sampling=replace(request.sampling, reasoning=Reasoning.FIELD))
    return request
