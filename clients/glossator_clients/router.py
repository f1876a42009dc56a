"""Own the route of a request: which approved model answers, and which one takes over when it fails.

It must not decide what is allowed (the policy does) or know any SDK: models are opened for it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from glossator_clients.errors import (
    ModelError,
    ModelProtocolError,
    ModelTimeoutError,
    ModelUnavailableError,
    PromptTooLongError,
)
from glossator_clients.protocol import ChatModel, count_tokens
from glossator_clients.types import ChatEvent, ChatRequest, ModelInfo, StartedOver, TokenCount
from glossator_gate.errors import ConfigurationError, GlossatorError, PolicyError
from glossator_gate.policy import BUILTIN_MODEL, refusal_for
from glossator_gate.types import DataClass, ModelEntry, Policy

_LOG = logging.getLogger(__name__)

# Long enough that a burst of requests does not wait for the same dead server again and again,
# short enough that one which was just started is found.
ILL_SECONDS = 20.0

OpenEntry = Callable[[ModelEntry], Awaitable[ChatModel]]


@dataclass(frozen=True, slots=True)
class Need:
    """What a model is wanted for; `preferred` are ids that go first among those that may serve."""

    role: str
    data_class: DataClass = DataClass.RESTRICTED
    preferred: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A model that stands before the chosen one, with the reason against it as one sentence."""

    model: str
    reason: str


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who may serve a need, best first, and who may not."""

    entries: tuple[ModelEntry, ...]
    passed_over: tuple[PassedOver, ...]


class Health:
    """Which models did not answer a moment ago, and why; forgotten after `ILL_SECONDS`."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._ill: dict[tuple[str, str], tuple[float, str]] = {}

    def trouble(self, entry: ModelEntry) -> str | None:
        """Return why a model is not asked at the moment, None where it is."""
        until, reason = self._ill.get(_identity(entry), (0.0, ""))
        return reason if self._now() < until else None

    def note_trouble(self, entry: ModelEntry, reason: str) -> None:
        """Remember that a model did not answer."""
        self._ill[_identity(entry)] = (self._now() + ILL_SECONDS, reason)

    def note_answer(self, entry: ModelEntry) -> None:
        """Remember that a model answered."""
        self._ill.pop(_identity(entry), None)


def candidates(need: Need, policy: Policy) -> Candidates:
    """Return who may serve a need: of the role's list, else any usable model, the built-in last.

    A role whose list is empty has no candidates: no other model takes over unasked.
    """
    passed_over: list[PassedOver] = []
    entries: list[ModelEntry] = []
    for entry in _listed(need.role, policy):
        if "chat" not in entry.uses:
            passed_over.append(PassedOver(entry.id, f"{entry.id} is not listed for chat."))
        elif (refusal := refusal_for(entry, need.data_class)) is not None:
            passed_over.append(PassedOver(entry.id, refusal))
        else:
            entries.append(entry)
    ranks = {model_id: rank for rank, model_id in reversed([*enumerate(need.preferred)])}
    entries.sort(key=lambda it: ranks.get(it.id, len(ranks)))
    return Candidates(tuple(entries), tuple(passed_over))


@dataclass(frozen=True, slots=True)
class Router:
    """The way from a need to a model that answers; `health` outlives it.

    `remark` is a sentence about the choice that only who made the policy's list can give.
    """

    policy: Policy
    open_entry: OpenEntry
    health: Health = field(default_factory=Health)
    remark: str | None = None

    async def open(self, need: Need) -> RoutedModel:
        """Return the first candidate that can be opened, with the others behind it.

        Raises `PolicyError` where none may serve, a `ModelError` where none can.
        """
        line = _Line(self, need)
        return RoutedModel(line, await line.next(line.nobody()))


@dataclass(frozen=True, slots=True)
class _Opened:
    """A candidate that could be opened."""

    entry: ModelEntry
    model: ChatModel


class _Line:
    """The candidates for one need: who is left, and who was passed over."""

    def __init__(self, router: Router, need: Need) -> None:
        self.router = router
        self.need = need
        found = candidates(need, router.policy)
        self.passed_over = list(found.passed_over)
        # Who did not answer a moment ago is asked last.
        ill = {it.id: it for it in found.entries if router.health.trouble(it) is not None}
        self._left = [*(it for it in found.entries if it.id not in ill), *ill.values()]
        if len(ill) < len(self._left):
            self.passed_over += [
                PassedOver(it.id, router.health.trouble(it) or "") for it in ill.values()
            ]

    def nobody(self) -> PolicyError:
        """Return why there may be no candidate at all."""
        role, policy = self.need.role, self.router.policy
        reasons = [it.reason for it in self.passed_over] + [it.reason for it in policy.refused]
        if reasons:
            return PolicyError(f"No model may be used for {role}: {reasons[0]}")
        return PolicyError(
            f"No model may be used for {role}; list one in config.toml under [[model]] and "
            "[roles], or see `glossator models list`."
        )

    async def next(self, trouble: GlossatorError) -> _Opened:
        """Open the next candidate; raises what stood against the last one where none is left."""
        while self._left:
            entry = self._left.pop(0)
            try:
                opened = _Opened(entry, await self.router.open_entry(entry))
            except (ModelError, ConfigurationError, PolicyError) as refused:
                self.pass_over(entry, refused)
                self.router.health.note_trouble(entry, str(refused))
                trouble = refused
            else:
                _LOG.info("route for %s: %s", self.need.role, self.why(entry))
                return opened
        raise trouble

    def pass_over(self, entry: ModelEntry, trouble: GlossatorError) -> None:
        """Note that a candidate does not serve."""
        _LOG.info("%s is passed over: %s", entry.id, trouble)
        self.passed_over.append(PassedOver(entry.id, str(trouble)))

    def why(self, entry: ModelEntry) -> str:
        """Say in a clause why a candidate is the one."""
        role = self.need.role
        place = "listed for" if role in self.router.policy.roles else "usable for"
        if entry.id in self.need.preferred:
            place = f"preferred and {place}"
        words = f"first {place} {role} that may see {self.need.data_class} text and answers"
        others = "; ".join(f"{it.model}: {it.reason.rstrip('.')}" for it in self.passed_over)
        remark = f"; {self.router.remark.rstrip('.')}" if self.router.remark else ""
        return f"{words} (passed over: {others}){remark}" if others else f"{words}{remark}"


class RoutedModel:
    """A chat model that is whoever of the candidates answers.

    A candidate that cannot be reached, or that the prompt does not fit, hands over to the next one;
    the others were approved for the same class of text, so that nothing widens who sees it.
    """

    def __init__(self, line: _Line, first: _Opened) -> None:
        self._line = line
        self._current = first
        self._moving = asyncio.Lock()

    @property
    def info(self) -> ModelInfo:
        """Say what is known of the model that is asked now, with the reason for it."""
        entry = self._current.entry
        return replace(self._current.model.info, price=entry.price, why=self._line.why(entry))

    @property
    def passed_over(self) -> tuple[PassedOver, ...]:
        """Return who was passed over so far, and why."""
        return tuple(self._line.passed_over)

    async def close(self) -> None:
        """Let go of the model that is asked now."""
        await self._current.model.close()

    async def count_tokens(self, request: ChatRequest) -> TokenCount | None:
        """Return the size of a request's prompt as the model counts it that is asked now."""
        current = self._current
        self._check_class(current.entry, request)
        return await count_tokens(current.model, request)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        """Yield the answer of whoever answers; what a failing one had begun is started over.

        Each is sent what was made to fit it, where the request says how that is made.
        """
        health = self._line.router.health
        has_begun = False
        while True:
            current = self._current
            self._check_class(current.entry, request)
            if has_begun:
                yield StartedOver()
                has_begun = False
            try:
                fitting = _made_for(self.info, request)
                async with aclosing(current.model.stream(fitting)) as events:
                    async for event in events:
                        has_begun = True
                        yield event
            except (ModelUnavailableError, ModelProtocolError) as trouble:
                health.note_trouble(current.entry, str(trouble))
                await self._hand_over(current, trouble)
            except PromptTooLongError as trouble:
                # It is well, and another may have more room.
                await self._hand_over(current, trouble)
            except ModelTimeoutError as trouble:
                # Its time is used up: the next request finds another one.
                health.note_trouble(current.entry, str(trouble))
                raise
            else:
                health.note_answer(current.entry)
                return

    async def _hand_over(self, failed: _Opened, trouble: ModelError) -> None:
        """Go on to the next candidate, or raise the trouble where none is left."""
        async with self._moving:
            if self._current is not failed:
                # Another request has moved on already.
                return
            self._line.pass_over(failed.entry, trouble)
            try:
                self._current = await self._line.next(trouble)
            except GlossatorError as last:
                raise trouble from last
            await failed.model.close()

    @staticmethod
    def _check_class(entry: ModelEntry, request: ChatRequest) -> None:
        if (refusal := refusal_for(entry, request.errand.data_class)) is not None:
            raise PolicyError(refusal)


def _made_for(info: ModelInfo, request: ChatRequest) -> ChatRequest:
    """Return a request as it fits a model; it is for the same errand and no less secret."""
    packing = request.packing
    if packing is None or packing.made_for == info:
        return request
    made = packing.anew(info)
    if made is None:
        raise PromptTooLongError(
            f"The request is too long for {info.id}, however it is cut; ask about a smaller piece "
            "of code, or use a model with a larger context."
        )
    return replace(made, errand=request.errand)


def _identity(entry: ModelEntry) -> tuple[str, str]:
    return (entry.origin_text, entry.name)


def _listed(role: str, policy: Policy) -> Sequence[ModelEntry]:
    listed = policy.roles.get(role)
    if listed is not None:
        return [entry for entry in map(policy.model, listed) if entry is not None]
    others = [entry for entry in policy.models if entry != BUILTIN_MODEL]
    return [*others, *(entry for entry in policy.models if entry == BUILTIN_MODEL)]
