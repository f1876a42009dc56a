"""Own the way from a policy to the models of search: what makes vectors, and what scores texts.

It must not decide what is allowed: it opens only what the policy lists as usable.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from glossator_clients.errors import ModelUnavailableError
from glossator_gate.errors import PolicyError
from glossator_gate.policy import (
    default_classification,
    destination_of,
    refusal_for,
    strictest_possible,
)
from glossator_gate.types import Api, DataClass, Errand, ModelEntry, Policy

if TYPE_CHECKING:
    from glossator_clients.embedded_search import EmbeddedReranker
    from glossator_clients.embedding import ServerEmbedder
    from glossator_clients.rerank_client import ServerReranker


def open_embedder(policy: Policy, preferred: Sequence[str] = ()) -> ServerEmbedder | None:
    """Return the model that the role `embed` names, None where it names none.

    Nothing takes the place of a model that is named and cannot serve: vectors of two models do not
    mix. It waits for the server, so it is called on a thread. Raises `PolicyError` where the named
    ones may not be used for that, and a `ModelError` where the chosen one cannot serve.
    """
    # An index holds what it holds: who may not see its strictest file makes no part of it.
    entry = _entry_for_search("embed", policy, strictest_possible(policy), preferred)
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
    return _opened_embedder(entry, Errand("embeddings", "embed", strictest_possible(policy)))


def _entry_for_search(
    role: str, policy: Policy, bound: DataClass, preferred: Sequence[str] = ()
) -> ModelEntry | None:
    """Return the entry for `embed` or `rerank`, which are uses of models as well as roles.

    It is one that may see what is as secret as `bound`.
    """
    listed = policy.roles.get(role)
    if listed is None:
        return None
    usable = [it for it in map(policy.model, listed) if it is not None and role in it.uses]
    if not usable:
        raise PolicyError(
            f"No model may be used for {role}: list one in config.toml with "
            f'uses = ["{role}"], or remove the role.'
        )
    refusals = [it for it in (refusal_for(entry, bound) for entry in usable) if it is not None]
    usable = [it for it in usable if refusal_for(it, bound) is None]
    if not usable:
        raise PolicyError(f"No model may be used for {role}: {refusals[0]}")
    ranks = {model_id: rank for rank, model_id in reversed([*enumerate(preferred)])}
    return min(usable, key=lambda it: ranks.get(it.id, len(ranks)))


def _opened_embedder(entry: ModelEntry, errand: Errand) -> ServerEmbedder:
    from glossator_clients.embedding import EmbeddingServer
    from glossator_clients.openai_profiles import endpoint_of, server_options
    from glossator_gate.blocking import BlockingHttp

    http = BlockingHttp(destination_of(entry))
    server = EmbeddingServer(entry.id, entry.origin_text, http, errand)
    try:
        if entry.api is Api.OLLAMA:
            from glossator_clients.ollama_embedder import OllamaEmbedder

            return OllamaEmbedder(server, entry.name, entry.digests.get(entry.name))
        from glossator_clients.openai_embedder import OpenAIEmbedder

        endpoint = endpoint_of(server_options(entry), entry.name)
        return OpenAIEmbedder(server, entry.name, endpoint.path, endpoint.query)
    except BaseException:
        server.close()
        raise


def rerank_entry(policy: Policy) -> ModelEntry | None:
    """Return the model that the role `rerank` names, None where it names none.

    It is the first that may see a question, which is as secret as ordinary code; texts are chosen
    by who asks. Raises `PolicyError` where none of the named ones may.
    """
    return _entry_for_search("rerank", policy, default_classification(policy).data_class)


def open_reranker(entry: ModelEntry) -> ServerReranker | EmbeddedReranker:
    """Return the model of an entry for the role `rerank`.

    It is asked, and closed, on a thread, and told of each question how secret its texts are. Raises
    a `ModelError` or a `ConfigurationError` where it cannot serve.
    """
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
