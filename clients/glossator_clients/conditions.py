"""Own how each configured model stands: approved, there, reachable, with how much context.

It must not ask a model for words.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib.util import find_spec

from glossator_clients.adapters import InUse, adapters_of
from glossator_clients.errors import ModelUnavailableError
from glossator_clients.factory import opened
from glossator_gate.errors import GlossatorError, PolicyError
from glossator_gate.types import Api, ModelEntry, Policy

# A list for people: a server that takes longer than this to say its name is as good as gone.
_PATIENCE_S = 5.0


class ModelCondition(StrEnum):
    """How a model stands; stable, for programs."""

    READY = "ready"
    UNREACHABLE = "unreachable"
    NOT_FETCHED = "not-fetched"
    NOT_INSTALLED = "not-installed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ModelState:
    """How one configured model stands; `reason` is a sentence, None where it is ready.

    `context_tokens` is what the model takes at once, None where neither the server nor a file says.
    `adapters` are those in use with it, in words, `adapter_problems` sentences about others.
    """

    id: str
    api: str
    name: str
    origin: str
    local: bool
    state: ModelCondition
    reason: str | None = None
    context_tokens: int | None = None
    adapters: tuple[str, ...] = ()
    adapter_problems: tuple[str, ...] = ()


async def describe_models(policy: Policy) -> list[ModelState]:
    """Return how every configured model stands, the refused ones last."""
    states = await asyncio.gather(*(_state(entry) for entry in policy.models))
    refused = [
        _model_state(item.entry, ModelCondition.REFUSED, item.reason) for item in policy.refused
    ]
    return [*states, *refused]


async def _state(entry: ModelEntry) -> ModelState:
    if entry.api is Api.EMBEDDED and find_spec("xllamacpp") is None:
        reason = "Run pip install 'glossator[embedded]', or configure a model server."
        return _model_state(entry, ModelCondition.NOT_INSTALLED, reason)
    try:
        async with asyncio.timeout(_PATIENCE_S):
            context = await _check(entry)
    except PolicyError as error:
        return _model_state(entry, ModelCondition.REFUSED, str(error))
    except GlossatorError as error:
        embedded = entry.api is Api.EMBEDDED
        condition = ModelCondition.NOT_FETCHED if embedded else ModelCondition.UNREACHABLE
        return _model_state(entry, condition, str(error))
    except TimeoutError:
        reason = f"Nothing answers at {entry.origin_text} within {_PATIENCE_S:g} s; restart it."
        return _model_state(entry, ModelCondition.UNREACHABLE, reason)
    used = adapters_of(entry.name) if entry.api is Api.EMBEDDED else InUse()
    return replace(
        _model_state(entry, ModelCondition.READY, None),
        context_tokens=context,
        adapters=tuple(it.in_words for it in used.adapters),
        adapter_problems=used.problems,
    )


async def _check(entry: ModelEntry) -> int | None:
    """Return the model's context; raise what stands between the user and it. Nothing is asked."""
    if entry.api is Api.EMBEDDED:
        from glossator_clients.gguf import read_gguf
        from glossator_clients.model_files import model_path

        trained = read_gguf(model_path(entry.name)).context_tokens
        return min((it for it in (trained, entry.context_tokens) if it), default=None)
    model = await opened(entry)
    try:
        if entry.api is Api.OPENAI:
            from glossator_clients.openai_client import OpenAIModel

            names = await model.served_names() if isinstance(model, OpenAIModel) else None
            if names and entry.name not in names:
                raise ModelUnavailableError(
                    f"{entry.origin_text} has no model {entry.name}; load it there, "
                    "or correct model in config.toml."
                )
        return model.info.context_tokens
    finally:
        await model.close()


def _model_state(entry: ModelEntry, state: ModelCondition, reason: str | None) -> ModelState:
    # An Ollama server that is ready has said that it runs the model itself.
    said_so = entry.api is Api.OLLAMA and state is ModelCondition.READY
    runs_here = said_so or entry.api in {Api.EMBEDDED, Api.SCRIPTED}
    return ModelState(
        entry.id,
        entry.api.value,
        entry.name,
        entry.origin_text,
        runs_here,
        state,
        reason,
        entry.context_tokens,
    )
