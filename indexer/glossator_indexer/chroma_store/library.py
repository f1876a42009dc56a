"""Own the use of the library chromadb: sealed settings, an embedded collection, a server's client.

It reads no environment and no `.env` file, sends no telemetry and lets the library embed nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from glossator_indexer.errors import IndexUnavailableError

COLLECTION = "glossator-chunks"
# Recall@10 of 0.99 against exact search on vectors of code takes more than the library's 16 and
# 100; `benchmarks/chroma.py` measures what these cost. The space is cosine, so that vectors that
# were rounded to bytes need not be of one length. What came after the last `sync_threshold` is put
# into the graph again at each opening, which takes seconds for some thousand.
HNSW: Mapping[str, object] = {
    "space": "cosine",
    "max_neighbors": 24,
    "ef_construction": 128,
    "ef_search": 160,
    "num_threads": 2,
    "sync_threshold": 5_000,
    "batch_size": 2_000,
}

# A server counts its own threads and batches.
_SERVER_HNSW = {
    name: HNSW[name] for name in ("space", "max_neighbors", "ef_construction", "ef_search")
}

_importing = threading.Lock()


class HttpSession(Protocol):
    """What the library asks of an HTTP session; the one that is passed in decides where to."""

    @property
    def headers(self) -> Any:  # noqa: ANN401 -- the library reads it as a mapping
        """Return the headers that go with every request."""
        ...

    @property
    def request(self) -> Callable[..., Any]:
        """Return the function that sends one request and returns its whole answer."""
        ...

    def close(self) -> None:
        """Close all connections."""
        ...


def require_library() -> None:
    """Raise `IndexUnavailableError` that says how to install Chroma where it is missing."""
    if find_spec("chromadb") is None:
        raise IndexUnavailableError(
            "Chroma is not installed: run pip install 'glossator[chroma]', "
            'or set vectors = "exact".'
        )


def load_library() -> Any:  # noqa: ANN401 -- the library itself
    """Import chromadb; what stands in the environment or in a `.env` has no say in it."""
    require_library()
    with _importing, _no_settings_from_outside():
        import chromadb
    return chromadb


@contextmanager
def _no_settings_from_outside() -> Iterator[None]:
    """Keep the library, while it is imported, from reading the environment and `.env`."""
    from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource

    kept = [
        (it, it.__dict__.get("_load_env_vars")) for it in (DotEnvSettingsSource, EnvSettingsSource)
    ]
    for source, _ in kept:
        source._load_env_vars = lambda _self: {}  # noqa: SLF001
    try:
        yield
    finally:
        for source, original in kept:
            source._load_env_vars = original  # noqa: SLF001


def _settings(**values: object) -> Any:  # noqa: ANN401 -- the library's own type
    """Return settings that hold `values` and defaults, whatever stands around."""
    from chromadb.config import Settings

    class Sealed(Settings):  # type: ignore[misc]
        @classmethod
        def settings_customise_sources(cls, _settings: object, **sources: object) -> tuple[object]:
            return (sources["init_settings"],)

    return Sealed(anonymized_telemetry=False, allow_reset=False, **values)


def embedded_collection(folder: Path) -> Any:  # noqa: ANN401 -- the library's own type
    """Open the collection of vectors in a folder of ours, new where there is none."""
    chromadb = load_library()
    client = chromadb.PersistentClient(path=str(folder), settings=_settings())
    return client.get_or_create_collection(
        COLLECTION, embedding_function=None, configuration={"hnsw": dict(HNSW)}
    )


def server_interface(session: HttpSession, origin: str) -> Any:  # noqa: ANN401 -- the library's
    """Return the library's interface to a Chroma server; every byte goes through `session`.

    Unlike the library's own client, making it sends nothing and reads no proxy.
    """
    load_library()
    from chromadb.api.fastapi import FastAPI
    from chromadb.config import System

    class Sessioned(FastAPI):  # type: ignore[misc]
        """The library's HTTP interface without the HTTP client that it would make."""

        def __init__(self, system: System) -> None:
            super(FastAPI, self).__init__(system)
            self._api_url = origin + system.settings.chroma_server_api_default_path
            self._session = session

    return Sessioned(System(_settings(chroma_server_host=origin)))


def server_collection(interface: Any, name: str, metadata: Mapping[str, object]) -> Any:  # noqa: ANN401
    """Return a collection of a server, made with `metadata` where there is none of that name."""
    from chromadb.api.models.Collection import Collection

    model = interface.get_or_create_collection(
        name, configuration={"hnsw": dict(_SERVER_HNSW)}, metadata=dict(metadata)
    )
    return Collection(client=interface, model=model, embedding_function=None)


def existing_collection(interface: Any, name: str) -> Any:  # noqa: ANN401 -- the library's own type
    """Return a collection of a server, or raise what `not_found_error` returns."""
    from chromadb.api.models.Collection import Collection

    model = interface.get_collection(name)
    return Collection(client=interface, model=model, embedding_function=None)


def not_found_error() -> type[Exception]:
    """Return what the library raises where a server has no such collection."""
    from chromadb.errors import NotFoundError

    found: type[Exception] = NotFoundError
    return found
