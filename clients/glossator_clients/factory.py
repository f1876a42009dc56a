"""Own the way from a policy to a chat model: routed, guarded, and its answers kept.

It must not decide what is allowed: it opens only what the policy lists as usable.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TypeVar

from glossator_clients.costs import Cost
from glossator_clients.errors import ModelUnavailableError
from glossator_clients.guard import GuardedModel
from glossator_clients.protocol import ChatModel, Inspectable
from glossator_clients.response_cache import CachedModel, ResponseCache
from glossator_clients.router import Health, Need, RoutedModel, Router
from glossator_clients.types import ModelInfo, Usage
from glossator_gate.policy import destination_of
from glossator_gate.types import Api, Errand, ModelEntry, Policy, UsageLimits
from glossator_gate.usage import UsageRow, UsageStore

_MODULES = {
    Api.EMBEDDED: "glossator_clients.embedded",
    Api.OPENAI: "glossator_clients.openai_client",
    Api.OLLAMA: "glossator_clients.ollama_client",
    Api.SCRIPTED: "glossator_clients.scripted",
}


@dataclass(frozen=True, slots=True)
class Shared:
    """What all models of a process share: what was spent, answers that are kept, who failed."""

    usage: UsageStore
    cache: ResponseCache | None = None
    health: Health = field(default_factory=Health)


async def open_model(need: Need, policy: Policy, shared: Shared) -> RoutedModel:
    """Return the model that the router chooses for a need, not yet asked for words.

    Where no file names a model, those that Ollama runs here stand before the built-in one. Raises
    `PolicyError` where no model may serve, and a `ModelError` where none can.
    """
    # What it rides on takes long to import.
    from glossator_clients.discovery import choice_reason, with_discovered

    listed = policy
    policy = await with_discovered(listed)
    found = policy.models[: len(policy.models) - len(listed.models)]

    async def open_entry(entry: ModelEntry) -> ChatModel:
        # An SDK takes most of a second to import: a server's loop must not stand still meanwhile.
        await asyncio.to_thread(import_module, _MODULES[entry.api])
        model = await opened(entry, need.role)
        if policy.may_cache and shared.cache is not None:
            model = CachedModel(model, shared.cache)
        return GuardedModel(model, entry, _Ledger(shared.usage, _limits(entry, policy)))

    return await Router(policy, open_entry, shared.health, choice_reason(found)).open(need)


def _limits(entry: ModelEntry, policy: Policy) -> UsageLimits:
    """Return what a model is held to here.

    Requests to a server are counted at the door, once. What is paid in one currency does not wait
    for money in another, and what has no price for none.
    """
    sums, currency = policy.limits.cost_per_day, entry.price.currency if entry.price else None
    held = None if sums is None or currency is None else {currency: sums.get(currency, 0.0)}
    rate = policy.limits.requests_per_min if entry.origin is None else None
    return replace(policy.limits, requests_per_min=rate, cost_per_day=held)


@dataclass(frozen=True, slots=True)
class _Ledger:
    """What the user's models cost, held to one policy's limits."""

    usage: UsageStore
    limits: UsageLimits

    def admit(self, entry: ModelEntry) -> None:
        self.usage.admit(self.limits, entry.id)

    def keep(
        self, entry: ModelEntry, errand: Errand, usage: Usage, seconds: float, cost: Cost | None
    ) -> None:
        self.usage.keep(
            UsageRow(
                entry.id,
                errand.operation,
                errand.role,
                usage.prompt_tokens,
                usage.completion_tokens,
                usage.reasoning_tokens,
                seconds,
                None if cost is None else cost.amount,
                None if cost is None else cost.currency,
            )
        )


async def opened(entry: ModelEntry, role: str = "") -> ChatModel:
    """Open a usable entry for a role; an SDK is imported only when one of its models is opened."""
    match entry.api:
        case Api.EMBEDDED:
            from glossator_clients.embedded import EmbeddedModel, EmbeddedOptions

            chosen = {
                name: value
                for name in ("context_tokens", "idle_s", "threads", "adapter")
                if (value := getattr(entry, name)) is not None
            }
            return EmbeddedModel(entry.id, entry.name, EmbeddedOptions(role=role, **chosen))
        case Api.OPENAI:
            from glossator_clients.openai_client import OpenAIModel
            from glossator_clients.openai_profiles import server_options

            asked = OpenAIModel(_info(entry), destination_of(entry), server_options(entry))
            # Prompts are made to fit: the server is asked how much it takes.
            return await _inspected(asked)
        case Api.OLLAMA:
            from glossator_clients.ollama_client import OllamaModel, OllamaOptions

            native = OllamaOptions(entry.digests.get(entry.name), entry.idle_s)
            model = OllamaModel(_info(entry), destination_of(entry), native)
            return await _inspected(model)
        case Api.SCRIPTED:
            from glossator_clients.scripted import load_script

            if entry.script is None:
                raise ModelUnavailableError(f"The model {entry.id} has no script; name one.")
            return load_script(entry.script, entry.id)


_Asked = TypeVar("_Asked", bound=Inspectable)


async def _inspected(model: _Asked) -> _Asked:
    try:
        await model.inspect()
    except BaseException:
        await model.close()
        raise
    return model


def _info(entry: ModelEntry) -> ModelInfo:
    return ModelInfo(
        entry.id,
        entry.api.value,
        entry.name,
        entry.origin_text,
        entry.context_tokens,
        local=False,
    )
