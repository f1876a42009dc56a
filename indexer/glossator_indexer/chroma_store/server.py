"""Own collections on a Chroma server that somebody else runs.

It must not know what the vectors mean, and it sends nothing but through the session it is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from glossator_gate.errors import GlossatorError
from glossator_indexer.chroma_store.library import (
    HttpSession,
    existing_collection,
    not_found_error,
    require_library,
    server_collection,
    server_interface,
)
from glossator_indexer.errors import IndexUnavailableError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Metadata = Mapping[str, str | int | float]
# Servers take some thousand records at once; a page of these with vectors stays under 2 MB.
PAGE = 500


class ChromaServer:
    """A Chroma server; nothing is sent before a collection is asked for."""

    def __init__(self, session: HttpSession, origin: str) -> None:
        require_library()
        self.origin = origin
        self._session = session
        self._interface: Any = None

    def collection(self, name: str, metadata: Metadata) -> ServerCollection:
        """Return a collection, made with `metadata` where there is none of that name."""
        with translated(self.origin):
            found = server_collection(self._opened(), name, metadata)
        return ServerCollection(found, self.origin)

    def collection_if_any(self, name: str) -> ServerCollection | None:
        """Return the collection of that name, None where the server has none."""
        with translated(self.origin):
            interface = self._opened()
            try:
                found = existing_collection(interface, name)
            except not_found_error():
                return None
        return ServerCollection(found, self.origin)

    def close(self) -> None:
        """End what is under way."""
        self._session.close()

    def _opened(self) -> Any:  # noqa: ANN401 -- the library's own type
        if self._interface is None:
            self._interface = server_interface(self._session, self.origin)
        return self._interface


class ServerCollection:
    """Records of a vector and metadata by id. Every method raises `IndexUnavailableError`."""

    def __init__(self, collection: Any, origin: str) -> None:  # noqa: ANN401
        self._collection = collection
        self._origin = origin

    def notes(self) -> dict[str, Any]:
        """Return the collection's own metadata as the server has it now."""
        with translated(self._origin):
            client, name = self._collection._client, self._collection.name  # noqa: SLF001
            return dict(client.get_collection(name).metadata or {})

    def note(self, metadata: Metadata) -> None:
        """Replace the collection's own metadata."""
        with translated(self._origin):
            self._collection.modify(metadata=dict(metadata))

    def count(self) -> int:
        """Return the number of records."""
        with translated(self._origin):
            return int(self._collection.count())

    def metadata(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Return the metadata of those of these records that there are."""
        with translated(self._origin):
            found = self._collection.get(ids=list(ids), include=["metadatas"])
            return _by_id(found)

    def vectors(self, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Return the vectors of those of these records that there are."""
        with translated(self._origin):
            found = self._collection.get(ids=list(ids), include=["embeddings"])
            return dict(zip(found["ids"], found["embeddings"], strict=True))

    def put(
        self, ids: Sequence[str], vectors: NDArray[np.float32], metadata: Sequence[Metadata]
    ) -> None:
        """Write whole records."""
        with translated(self._origin):
            self._collection.upsert(
                ids=list(ids), embeddings=vectors, metadatas=[dict(it) for it in metadata]
            )

    def describe(self, ids: Sequence[str], metadata: Sequence[Metadata]) -> None:
        """Replace the metadata of records and leave their vectors."""
        with translated(self._origin):
            self._collection.update(ids=list(ids), metadatas=[dict(it) for it in metadata])

    def drop(self, ids: Sequence[str]) -> None:
        """Delete records."""
        with translated(self._origin):
            self._collection.delete(ids=list(ids))

    def nearest(
        self, vector: NDArray[np.float32], limit: int
    ) -> list[tuple[str, float, dict[str, Any]]]:
        """Return ids, cosines and metadata of the nearest records, nearest first."""
        with translated(self._origin):
            found = self._collection.query(
                query_embeddings=vector.reshape(1, -1),
                n_results=limit,
                include=["distances", "metadatas"],
            )
            rows = zip(found["ids"][0], found["distances"][0], found["metadatas"][0], strict=True)
            return [(name, 1.0 - float(distance), dict(its or {})) for name, distance, its in rows]

    def pages(self) -> Iterator[dict[str, dict[str, Any]]]:
        """Yield the metadata of all records, page by page."""
        at = 0
        while True:
            with translated(self._origin):
                found = self._collection.get(limit=PAGE, offset=at, include=["metadatas"])
            if not found["ids"]:
                return
            yield _by_id(found)
            at += PAGE


def _by_id(found: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    # A record that something else wrote may have none.
    rows = zip(found["ids"], found["metadatas"], strict=True)
    return {name: dict(its or {}) for name, its in rows}


@contextmanager
def translated(origin: str) -> Iterator[None]:
    """Turn what the library and the session raise into a sentence."""
    try:
        yield
    except IndexUnavailableError:
        raise
    except GlossatorError as error:
        raise IndexUnavailableError(str(error)) from error
    except Exception as error:  # the library raises bare exceptions with the server's words
        raise IndexUnavailableError(
            f"The index server {origin} answered with an error ({str(error)[:120]!r}); look at its "
            "log, or search without it."
        ) from error
