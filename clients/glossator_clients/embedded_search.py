"""Own the embedded engine's models for search: vectors and scores, made in a process of their own.

It must not import the engine, and not be used on an event loop: it waits for the process.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from glossator_clients.embedding import EMBEDDINGS, EmbeddingServer
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
    EngineUse,
    engine_places,
    log_file,
    read_live_state,
)
from glossator_clients.errors import ModelError, ModelProtocolError, ModelUnavailableError
from glossator_clients.gguf import POOLING_NONE, POOLING_RANK, read_gguf
from glossator_clients.model_files import model_path, sha256_of
from glossator_clients.openai_embedder import OpenAIEmbedder
from glossator_clients.rerank_client import RERANK, ServerReranker
from glossator_clients.types import ModelInfo
from glossator_gate.blocking import BlockingHttp
from glossator_gate.types import BUILTIN_ORIGIN, EgressLimits, Errand, ModelEntry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# A chunk is a function; what is longer is cut to its head. More would cost memory for each token.
_MOST_CONTEXT_TOKENS = 2048
# Others may be served first.
_LIMITS = EgressLimits(connect_s=5.0, silence_s=180.0, total_s=600.0)
_BASE_PATH = "/v1"


class _Closable(Protocol):
    def close(self) -> None: ...


_Client = TypeVar("_Client", bound=_Closable)
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class EmbeddedSearchOptions:
    """How the engine is run; the first who starts it decides about threads and idling."""

    threads: int = ENGINE_THREADS
    idle_s: float = ENGINE_IDLE_S
    context_tokens: int = _MOST_CONTEXT_TOKENS


def search_options(entry: ModelEntry) -> EmbeddedSearchOptions:
    """Return what the policy's entry says about running the engine."""
    default = EmbeddedSearchOptions()
    return EmbeddedSearchOptions(
        entry.threads or default.threads,
        default.idle_s if entry.idle_s is None else entry.idle_s,
        entry.context_tokens or default.context_tokens,
    )


class EmbeddedEmbedder:
    """An embedding model in a GGUF file; making it starts the engine.

    Raises `ModelUnavailableError` where the file or the engine is not there.
    """

    def __init__(
        self,
        model_id: str,
        name: str,
        options: EmbeddedSearchOptions | None = None,
        errand: Errand = EMBEDDINGS,
    ) -> None:
        path, pooling = _file_of(name)
        if pooling == POOLING_RANK:
            raise _not_made_for(path, "scores", "rerank")
        # A model that was made for chats says nothing of it.
        mean = "mean" if pooling in {None, POOLING_NONE} else ""
        settings = _settings(path, EngineUse.EMBED, options, mean)
        self._engine = _Engine(model_id, settings, errand, _embedder)
        self.name = name
        self.dim = self._engine.ask(lambda client: client.dim)
        self.version = f"{sha256_of(path)[:16]}/{settings.context_tokens}"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit vector a text, shape (len(texts), dim); raises a `ModelError`."""
        return self._engine.ask(lambda client: client.encode(texts))

    def close(self) -> None:
        """End what is under way, also from another thread; the engine ends by itself."""
        self._engine.close()


class EmbeddedReranker:
    """A re-ranking model in a GGUF file; the first question starts the engine.

    Raises `ModelUnavailableError` where the file or the engine is not there.
    """

    def __init__(
        self,
        model_id: str,
        name: str,
        options: EmbeddedSearchOptions | None = None,
        errand: Errand = RERANK,
    ) -> None:
        path, pooling = _file_of(name)
        if pooling != POOLING_RANK:
            # The engine would make up scores with weights that such a file does not have.
            raise _not_made_for(path, "vectors or answers", "embed")
        settings = _settings(path, EngineUse.RERANK, options, "")
        self._engine = _Engine(model_id, settings, errand, _reranker)
        self.name = name

    def scores(
        self, query: str, texts: Sequence[str], errand: Errand | None = None
    ) -> NDArray[np.float32]:
        """Return one score a text, in their order, higher is better; raises a `ModelError`."""
        return self._engine.ask(lambda client: client.scores(query, texts, errand))

    def close(self) -> None:
        """End what is under way, also from another thread; the engine ends by itself."""
        self._engine.close()


class _Engine(Generic[_Client]):
    """The engine with one model for one use, started when needed; one question at a time."""

    def __init__(
        self,
        model_id: str,
        settings: EngineSettings,
        errand: Errand,
        client_of: Callable[[EmbeddingServer, str], _Client],
    ) -> None:
        check_installed()
        self._settings = settings
        self._errand = errand
        self._client_of: Callable[[EmbeddingServer, str], _Client] = client_of
        self._info = ModelInfo(
            model_id,
            "embedded",
            settings.model,
            BUILTIN_ORIGIN,
            settings.context_tokens,
            local=True,
        )
        self._asking = threading.Lock()
        self._is_closed = False
        self._state: EngineState | None = None
        self._client: _Client | None = None

    def ask(self, question: Callable[[_Client], _Answer]) -> _Answer:
        """Return the answer; where the engine dies meanwhile, start it and ask once more."""
        with self._asking:
            return asyncio.run(self._ask(question))

    def close(self) -> None:
        """End what is under way."""
        self._is_closed = True
        if self._client is not None:
            self._client.close()

    async def _ask(self, question: Callable[[_Client], _Answer]) -> _Answer:
        places = engine_places(self._settings)
        async with engine_lease(places):
            try:
                return await asyncio.to_thread(question, await self._connected(places))
            except ModelError:
                if self._is_closed or self._state is None or not await self._died(places):
                    raise
            try:
                return await asyncio.to_thread(question, await self._connected(places))
            except ModelError as error:
                if await self._died(places):
                    raise ModelUnavailableError(
                        f"The embedded engine ended twice while {self._info.id} was asked; "
                        f"see {log_file()}, or choose another model."
                    ) from error
                raise

    async def _died(self, places: EnginePlaces) -> bool:
        return self._state is not None and await has_died(places, self._state)

    async def _connected(self, places: EnginePlaces) -> _Client:
        """Return the client of the engine that runs now, started if need be."""
        if self._client is not None and read_live_state(places) == self._state:
            return self._client
        if self._client is not None:
            await asyncio.to_thread(self._client.close)
        self._state = await running_engine(places, self._settings, self._info)
        to = engine_destination(self._state, _LIMITS)
        server = EmbeddingServer(self._info.id, str(to.origin), BlockingHttp(to), self._errand)
        # Making it may ask the server.
        client = await asyncio.to_thread(self._client_of, server, self._info.name)
        self._client = client
        return client


def _embedder(server: EmbeddingServer, name: str) -> OpenAIEmbedder:
    return OpenAIEmbedder(server, name, _BASE_PATH)


def _reranker(server: EmbeddingServer, name: str) -> ServerReranker:
    return ServerReranker(server, name, _BASE_PATH)


def _file_of(name: str) -> tuple[Path, int | None]:
    """Return the model's file and how it makes one vector of a text's."""
    path = model_path(name)
    return path, read_gguf(path).pooling


def _settings(
    path: Path, use: EngineUse, options: EmbeddedSearchOptions | None, pooling: str
) -> EngineSettings:
    options = options or EmbeddedSearchOptions()
    trained = read_gguf(path).context_tokens or options.context_tokens
    return EngineSettings(
        str(path),
        min(options.context_tokens, trained),
        max(1, min(options.threads, os.cpu_count() or 1)),
        options.idle_s,
        use,
        pooling,
    )


def _not_made_for(path: Path, what: str, use: str) -> ModelProtocolError:
    return ModelProtocolError(
        f'{path} is a model that makes {what}; list it with uses = ["{use}"], '
        "or choose another file."
    )
