"""Own the way from a policy to a model: which one serves a role, and how each of them stands.

It must not decide what is allowed: it opens only what the policy lists as usable.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from glossator_clients.errors import ModelError, ModelUnavailableError
from glossator_clients.protocol import ChatModel
from glossator_clients.types import ModelInfo
from glossator_gate.errors import GlossatorError, PolicyError
from glossator_gate.policy import BUILTIN_MODEL, destination_of
from glossator_gate.types import Api, ModelEntry, Policy

if TYPE_CHECKING:
    from glossator_clients.embedded_search import EmbeddedReranker
    from glossator_clients.embedding import ServerEmbedder
    from glossator_clients.rerank_client import ServerReranker

# A list for people: a server that takes longer than this to say its name is as good as gone.
_PATIENCE_S = 5.0


_MODULES = {
    Api.EMBEDDED: "glossator_clients.embedded",
    Api.OPENAI: "glossator_clients.openai_client",
    Api.OLLAMA: "glossator_clients.ollama_client",
    Api.SCRIPTED: "glossator_clients.scripted",
}


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
    """

    id: str
    api: str
    name: str
    origin: str
    local: bool
    state: ModelCondition
    reason: str | None = None
    context_tokens: int | None = None


async def open_model(role: str, policy: Policy, preferred: Sequence[str] = ()) -> ChatModel:
    """Return the model for a role, not yet asked anything.

    `preferred` are ids that go first among those that the policy allows for the role. Raises
    `PolicyError` where no model is allowed, and a `ModelError` where the chosen one cannot serve.
    """
    entry = choose_entry(role, policy, preferred)
    # An SDK takes most of a second to import: a server's loop must not stand still meanwhile.
    await asyncio.to_thread(import_module, _MODULES[entry.api])
    return await _opened(entry)


def choose_entry(role: str, policy: Policy, preferred: Sequence[str] = ()) -> ModelEntry:
    """Return the entry for a role: of its list, else any usable one, the built-in one last."""
    listed = policy.roles.get(role)
    if listed is None:
        others = [entry for entry in policy.models if entry != BUILTIN_MODEL]
        builtin = [entry for entry in policy.models if entry == BUILTIN_MODEL]
        candidates = [*others, *builtin]
    else:
        candidates = [entry for entry in map(policy.model, listed) if entry is not None]
    candidates = [entry for entry in candidates if "chat" in entry.uses]
    if not candidates:
        raise PolicyError(_nothing_usable(role, policy))
    ranks = {model_id: rank for rank, model_id in reversed([*enumerate(preferred)])}
    return min(candidates, key=lambda entry: ranks.get(entry.id, len(ranks)))


def open_embedder(policy: Policy, preferred: Sequence[str] = ()) -> ServerEmbedder | None:
    """Return the model that the role `embed` names, None where it names none.

    Nothing takes the place of a model that is named and cannot serve: vectors of two models do not
    mix. It waits for the server, so it is called on a thread. Raises `PolicyError` where the named
    ones may not be used for that, and a `ModelError` where the chosen one cannot serve.
    """
    entry = _entry_for_search("embed", policy, preferred)
    if entry is None:
        return None
    if entry.api is Api.EMBEDDED:
        from glossator_clients.embedded_search import EmbeddedEmbedder, search_options

        return EmbeddedEmbedder(entry.id, entry.name, search_options(entry))
    if entry.api not in {Api.OLLAMA, Api.OPENAI}:
        raise ModelUnavailableError(
            f"{entry.id} makes no vectors: name an embedding model of a server or in a GGUF file "
            "for the role embed."
        )
    return _opened_embedder(entry)


def _entry_for_search(role: str, policy: Policy, preferred: Sequence[str]) -> ModelEntry | None:
    """Return the entry for `embed` or `rerank`, which are uses of models as well as roles."""
    listed = policy.roles.get(role)
    if listed is None:
        return None
    usable = [it for it in map(policy.model, listed) if it is not None and role in it.uses]
    if not usable:
        raise PolicyError(
            f"No model may be used for {role}: list one in config.toml with "
            f'uses = ["{role}"], or remove the role.'
        )
    ranks = {model_id: rank for rank, model_id in reversed([*enumerate(preferred)])}
    return min(usable, key=lambda it: ranks.get(it.id, len(ranks)))


def _opened_embedder(entry: ModelEntry) -> ServerEmbedder:
    from glossator_clients.embedding import EmbeddingServer
    from glossator_clients.openai_profiles import ServerOptions, addressed, endpoint_of
    from glossator_gate.blocking import BlockingHttp

    http = BlockingHttp(addressed(destination_of(entry), entry.profile))
    server = EmbeddingServer(entry.id, entry.origin_text, http)
    try:
        if entry.api is Api.OLLAMA:
            from glossator_clients.ollama_embedder import OllamaEmbedder

            return OllamaEmbedder(server, entry.name, entry.digests.get(entry.name))
        from glossator_clients.openai_embedder import OpenAIEmbedder

        options = ServerOptions(entry.base_path, entry.profile, entry.api_version)
        endpoint = endpoint_of(options, entry.name)
        return OpenAIEmbedder(server, entry.name, endpoint.path, endpoint.query)
    except BaseException:
        server.close()
        raise


def open_reranker(
    policy: Policy, preferred: Sequence[str] = ()
) -> ServerReranker | EmbeddedReranker | None:
    """Return the model that the role `rerank` names, None where it names none.

    It is asked, and closed, on a thread. Raises `PolicyError` where the named ones may not be used
    for that, and a `ModelError` where the chosen one cannot serve.
    """
    entry = _entry_for_search("rerank", policy, preferred)
    if entry is None:
        return None
    if entry.api is Api.EMBEDDED:
        from glossator_clients.embedded_search import EmbeddedReranker, search_options

        return EmbeddedReranker(entry.id, entry.name, search_options(entry))
    if entry.api is not Api.OPENAI:
        raise ModelUnavailableError(
            f'{entry.id} scores no texts: name a model with api = "openai" or a GGUF file with '
            'api = "embedded" for the role rerank.'
        )
    from glossator_clients.embedding import EmbeddingServer
    from glossator_clients.rerank_client import RERANK, ServerReranker
    from glossator_gate.blocking import BlockingHttp

    http = BlockingHttp(destination_of(entry))
    server = EmbeddingServer(entry.id, entry.origin_text, http, RERANK)
    return ServerReranker(server, entry.name, entry.base_path)


def _nothing_usable(role: str, policy: Policy) -> str:
    if policy.refused:
        return f"No model may be used for {role}: {policy.refused[0].reason}"
    return (
        f"No model may be used for {role}; list one in config.toml under [[model]] and [roles], "
        "or see `glossator models list`."
    )


async def _opened(entry: ModelEntry) -> ChatModel:
    """Open a usable entry; each SDK is imported only when one of its models is opened."""
    match entry.api:
        case Api.EMBEDDED:
            from glossator_clients.embedded import EmbeddedModel, EmbeddedOptions

            asked = {
                name: value
                for name in ("context_tokens", "idle_s", "threads")
                if (value := getattr(entry, name)) is not None
            }
            return EmbeddedModel(entry.id, entry.name, EmbeddedOptions(**asked))
        case Api.OPENAI:
            from glossator_clients.openai_client import OpenAIModel, ServerOptions

            server = ServerOptions(entry.base_path, entry.profile, entry.api_version)
            return OpenAIModel(_info(entry), destination_of(entry), server)
        case Api.OLLAMA:
            from glossator_clients.ollama_client import OllamaModel, OllamaOptions

            options = OllamaOptions(entry.digests.get(entry.name), entry.idle_s)
            model = OllamaModel(_info(entry), destination_of(entry), options)
            try:
                await model.inspect()
            except BaseException:
                await model.close()
                raise
            return model
        case Api.SCRIPTED:
            from glossator_clients.scripted import load_script

            if entry.script is None:
                raise ModelUnavailableError(f"The model {entry.id} has no script; name one.")
            return load_script(entry.script, entry.id)


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
    return replace(_model_state(entry, ModelCondition.READY, None), context_tokens=context)


async def _check(entry: ModelEntry) -> int | None:
    """Return the model's context; raise what stands between the user and it. Nothing is asked."""
    if entry.api is Api.EMBEDDED:
        from glossator_clients.gguf import read_gguf
        from glossator_clients.model_files import model_path

        trained = read_gguf(model_path(entry.name)).context_tokens
        return min((it for it in (trained, entry.context_tokens) if it), default=None)
    model = await _opened(entry)
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


def _info(entry: ModelEntry) -> ModelInfo:
    return ModelInfo(
        entry.id,
        entry.api.value,
        entry.name,
        entry.origin_text,
        entry.context_tokens,
        local=False,
    )


__all__ = [
    "ModelCondition",
    "ModelError",
    "ModelState",
    "choose_entry",
    "describe_models",
    "open_embedder",
    "open_model",
    "open_reranker",
]
