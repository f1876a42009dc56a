"""Own the recording of what models are asked and answer, as it goes to them.

It must not change a request or an answer, nor know what they are for.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from glossator_clients.guard import without_secrets
from glossator_clients.protocol import ChatModel, count_tokens
from glossator_clients.router import Need
from glossator_clients.types import (
    ChatEvent,
    ChatRequest,
    Finished,
    ModelInfo,
    StartedOver,
    TextDelta,
    ToolCall,
    Usage,
)
from glossator_gate.errors import GlossatorError
from glossator_gate.policy import Policy
from glossator_gate.redaction import Redaction
from glossator_server.prompts.document import tokens_of
from glossator_server.session import OpenModel


class NotAskedError(GlossatorError):
    """Nobody was asked, because the messages alone are wanted."""


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """How many tokens each message of a request has, and how many all of it.

    `exact` says that the model's own tokenizer counted; else they are a cautious estimate. A
    message's share holds what the chat template writes around it.
    """

    messages: tuple[int, ...]
    whole: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question to a model and its answer, word for word; secrets are out of the question.

    `answer` is None where nobody was asked; `calls` are the tools that it wanted. `problem` says
    why there is no whole answer. `seconds` is wall time.
    """

    role: str
    model: ModelInfo
    request: ChatRequest
    tokens: TokenCounts
    answer: str | None = None
    calls: tuple[ToolCall, ...] = ()
    usage: Usage | None = None
    seconds: float = 0.0
    problem: str = ""


@dataclass(slots=True)
class Recorder:
    """Keeps what models are asked, in order; `dry` has nobody asked at all."""

    dry: bool = False
    exchanges: list[Exchange] = field(default_factory=list)

    def recorded(self, open_model: OpenModel) -> OpenModel:
        """Return a way to open models that are heard; none of them gives an answer it has kept."""

        async def opened(need: Need, policy: Policy) -> ChatModel:
            # A kept answer would come at once, and say nothing of what it took.
            model = await open_model(need, replace(policy, may_cache=False))
            return RecordedModel(model, self)

        return opened


class RecordedModel:
    """A chat model that is heard."""

    def __init__(self, model: ChatModel, recorder: Recorder) -> None:
        self._model = model
        self._recorder = recorder

    @property
    def info(self) -> ModelInfo:
        """Say what is known of the model."""
        return self._model.info

    async def close(self) -> None:
        """Let go of connections."""
        await self._model.close()

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        """Yield the answer, and keep all of it; raises `NotAskedError` where nobody is to be."""
        asked = self._sent(request)
        if asked.model.local:
            # Who counts on another machine would be sent the whole prompt for it.
            counts = await _counted(self._model, asked.request)
            asked = asked if counts is None else replace(asked, tokens=counts)
        if self._recorder.dry:
            self._recorder.exchanges.append(asked)
            raise NotAskedError("Nobody was asked: only the messages were wanted.")
        heard = _Heard()
        began = time.monotonic()
        try:
            async with aclosing(self._model.stream(request)) as events:
                async for event in events:
                    heard.take(event)
                    if isinstance(event, Finished):
                        # Whoever has a whole answer asks for no more, and nothing goes on here.
                        self._keep(request, asked, heard, time.monotonic() - began)
                    yield event
        except GlossatorError as trouble:
            heard.problem = str(trouble)
            raise
        finally:
            if heard.problem:
                self._keep(request, asked, heard, time.monotonic() - began)

    def _keep(self, request: ChatRequest, asked: Exchange, heard: _Heard, seconds: float) -> None:
        if self._model.info.id != asked.model.id:
            # Another one took over, and was sent what fits it.
            asked = self._sent(request)
        self._recorder.exchanges.append(heard.completed(asked, seconds))

    def _sent(self, request: ChatRequest) -> Exchange:
        """Return the question as it goes to the model that is asked now, secrets out of it."""
        packing, info = request.packing, self._model.info
        if packing is not None and packing.made_for != info:
            request = packing.anew(info) or request
        shown = without_secrets(request, Redaction())
        return Exchange(request.errand.role or "", info, shown, _estimated(shown))


@dataclass(slots=True)
class _Heard:
    pieces: list[str] = field(default_factory=list)
    calls: list[ToolCall] = field(default_factory=list)
    usage: Usage | None = None
    problem: str = "the answer broke off before its end"

    def take(self, event: ChatEvent) -> None:
        match event:
            case TextDelta():
                self.pieces.append(event.text)
            case ToolCall():
                self.calls.append(event)
            case StartedOver():
                self.pieces.clear()
                self.calls.clear()
            case Finished():
                self.usage, self.problem = event.usage, ""

    def completed(self, exchange: Exchange, seconds: float) -> Exchange:
        return replace(
            exchange,
            answer="".join(self.pieces),
            calls=tuple(self.calls),
            usage=self.usage,
            seconds=seconds,
            problem=self.problem,
        )


async def _counted(model: ChatModel, request: ChatRequest) -> TokenCounts | None:
    """Return the counts of a model's own tokenizer, None where it has none to ask."""
    sizes: list[int] = []
    for end in range(1, len(request.messages) + 1):
        part = replace(request, messages=request.messages[:end], packing=None)
        try:
            found = await count_tokens(model, part)
        except GlossatorError:
            # Whoever cannot count may answer all the same.
            return None
        if found is None or not found.exact:
            return None
        sizes.append(found.tokens)
    shares = [size - before for size, before in zip(sizes, [0, *sizes], strict=False)]
    return TokenCounts(tuple(shares), sizes[-1], exact=True) if sizes else None


def _estimated(request: ChatRequest) -> TokenCounts:
    shares = tuple(tokens_of([it]) for it in request.messages)
    return TokenCounts(shares, sum(shares), exact=False)
