"""Own the index of a team: vectors on a Chroma server that all copies of a repository share.

It must not choose the server or open connections, and no text of a chunk leaves through it: what it
sends are vectors, hashes, paths, lines and names.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeAlias

from glossator_gate.errors import GlossatorError
from glossator_indexer.chroma_store.server import PAGE, ChromaServer, ServerCollection
from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.ports import Catalog, Team
from glossator_indexer.records import DISK, ChunkRecord, FileRecord, key_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# A writer that was killed is waited for no longer than this; a living one renews in time.
LEASE_S = 120.0
_RENEW_AFTER_S = 30.0
# Where a chunk stands in the copies that were pushed: enough for some branches.
_MOST_PATHS = 8
# A search never waits longer for the team than this; what comes later is dropped.
PATIENCE_S = 0.15
# A server that failed is not asked again before this.
_REST_AFTER_TROUBLE_S = 30.0
# A chunk that no copy has held for so long is taken away by a prune.
PRUNE_AFTER_S = 30 * 24 * 3600.0
# How fresh the time of the last push is kept, so that a push of what is there stays cheap.
_SEEN_AGAIN_AFTER_S = 7 * 24 * 3600.0
_SCALE = 127.0
_OWNER = "glossator"
Scored: TypeAlias = list[tuple[int, float]]
_LOG = logging.getLogger(__name__)
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")


class TeamSource(Protocol):
    """The local truth, as far as it is shared."""

    def files(self) -> Iterable[tuple[FileRecord, bytes | None]]:
        """Yield each file on disk with its vectors, int8 row by row; None where it has none."""
        ...


@dataclass(frozen=True, slots=True)
class PushProgress:
    """How far a push has come."""

    files: int
    sent: int
    present: int


@dataclass(frozen=True, slots=True)
class PushReport:
    """What a push did: chunks sent, there before, described anew, and left without vectors."""

    sent: int
    present: int
    moved: int
    without_vectors: int
    seconds: float


class TeamIndex:
    """The vectors of one project and one embedding model on a server.

    An id is the hash of a redacted chunk and of the model, so that equal chunks of all branches
    are one record, and pushing twice sends nothing. Every method may raise
    `IndexUnavailableError`.
    """

    def __init__(self, server: ChromaServer, project: str, model: str) -> None:
        self.project = _NOT_IN_NAMES.sub("-", project).strip("_-")[:60] or "project"
        self.model = model
        self._server = server
        self._opened: ServerCollection | None = None

    def push(
        self,
        source: TeamSource,
        report: Callable[[PushProgress], None],
        stop: Callable[[], bool],
    ) -> PushReport:
        """Send what the server lacks, as its one writer; ends early where `stop()` says so.

        A push that was broken off is continued by the next one.
        """
        began = time.monotonic()
        collection = self._collection()
        totals = _Totals()
        with _Lease(collection) as lease:
            for batch in _batches(source, self.model, totals):
                if stop():
                    break
                lease.renew()
                _send(collection, batch, totals)
                report(PushProgress(totals.files, totals.sent, totals.present))
        seconds = time.monotonic() - began
        return PushReport(
            totals.sent, totals.present, totals.moved, totals.without_vectors, seconds
        )

    def prune(self, source: TeamSource, older_than_s: float = PRUNE_AFTER_S) -> int:
        """Delete our records that the local tree lacks and no push has sent for so long.

        Records that something else put there stay. Returns how many are gone.
        """
        collection = self._collection()
        with _Lease(collection) as lease:
            local = {
                record_id(chunk.hash, self.model)
                for record, _ in source.files()
                for chunk in record.chunks
            }
            before = time.time() - older_than_s
            doomed = [
                name
                for page in collection.pages()
                for name, its in page.items()
                if its.get("owner") == _OWNER
                and float(its.get("pushed", time.time())) <= before
                and name not in local
            ]
            for start in range(0, len(doomed), PAGE):
                lease.renew()
                collection.drop(doomed[start : start + PAGE])
        return len(doomed)

    def fetch(self, hashes: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return vectors by the hash of their chunk, int8, as far as the team has made them."""
        import numpy as np

        by_id = {record_id(it, self.model): it for it in hashes}
        ids = list(by_id)
        found: dict[bytes, bytes] = {}
        with self._read() as collection:
            if collection is None:
                return found
            for start in range(0, len(ids), PAGE):
                vectors = collection.vectors(ids[start : start + PAGE])
                for name, vector in vectors.items():
                    if not bool(np.isfinite(vector).all()):
                        continue
                    row = np.clip(np.rint(vector * _SCALE), -_SCALE, _SCALE).astype(np.int8)
                    found[by_id[name]] = row.tobytes()
        return found

    def search(
        self, query: NDArray[np.float32], limit: int, catalog: Catalog
    ) -> list[tuple[int, float]]:
        """Return keys and cosines of local chunks that are near in the team's index, nearest first.

        A hit counts only where a file on disk, at a path that the team knows for it, holds a
        chunk of that very hash now: what was changed or deleted here is dropped.
        """
        with self._read() as collection:
            found = collection.nearest(query, limit) if collection is not None else []
        numbers = catalog.numbers(DISK)
        hits: list[tuple[int, float]] = []
        for name, score, its in found:
            key = self._local_key(name, str(its.get("paths", "")), numbers, catalog)
            if key is not None:
                hits.append((key, score))
        return hits

    def close(self) -> None:
        """End what is under way."""
        self._server.close()

    def _collection(self) -> ServerCollection:
        if self._opened is None:
            self._opened = self._server.collection(self._name, {"owner": _OWNER})
        return self._opened

    @contextmanager
    def _read(self) -> Iterator[ServerCollection | None]:
        """Hold the collection; who only reads begins none.

        After trouble it is looked for again: somebody may have deleted it and pushed anew.
        """
        try:
            if self._opened is None:
                self._opened = self._server.collection_if_any(self._name)
            yield self._opened
        except IndexUnavailableError:
            self._opened = None
            raise

    @property
    def _name(self) -> str:
        return f"glossator-{self.project}-{self.model}"

    def _local_key(
        self, name: str, paths: str, numbers: Mapping[str, int], catalog: Catalog
    ) -> int | None:
        for path in paths.split("\n"):
            number = numbers.get(path)
            known = None if number is None else catalog.file(number)
            if number is None or known is None:
                continue
            for ordinal, chunk in enumerate(known[1].chunks):
                if record_id(chunk.hash, self.model) == name:
                    return key_of(number, ordinal)
        return None


class TeamSearch:
    """Asks the team beside a local search, which it never breaks, nor holds up for long."""

    def __init__(self, team: Team, catalog: Catalog) -> None:
        self._team = team
        self._catalog = catalog
        # One at a time: a server that hangs keeps one thread, not one a query.
        self._pool = ThreadPoolExecutor(1, "team")
        self._under_way: Future[Scored] | None = None
        self._rests_until = float("-inf")

    def ask(
        self, query: NDArray[np.float32], limit: int, patience_s: float = PATIENCE_S
    ) -> Callable[[], Scored]:
        """Ask, and return what gives the hits; `patience_s` after now it gives none.

        Nothing is asked while an earlier answer is awaited, nor soon after trouble.
        """
        is_awaited = self._under_way is not None and not self._under_way.done()
        if is_awaited or time.monotonic() < self._rests_until:
            return _nothing
        try:
            asked = self._under_way = self._pool.submit(self._asked, query, limit)
        except RuntimeError:
            # Closed beneath a question, as a repair does: local search says what there is to say.
            return _nothing
        until = time.monotonic() + patience_s

        def hits() -> Scored:
            try:
                return asked.result(max(0.0, until - time.monotonic()))
            except FutureTimeoutError:
                return []

        return hits

    def close(self) -> None:
        """Ask no more; what is under way ends with the team's `close`."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _asked(self, query: NDArray[np.float32], limit: int) -> Scored:
        try:
            return self._team.search(query, limit, self._catalog)
        except GlossatorError as trouble:
            _LOG.warning("the team's index is not asked for a while: %s", trouble)
        except Exception:  # noqa: BLE001 -- a background job: local search goes on
            _LOG.exception("the team's index could not be asked")
        self._rests_until = time.monotonic() + _REST_AFTER_TROUBLE_S
        return []


def _nothing() -> Scored:
    return []


def record_id(chunk_hash: bytes, model: str) -> str:
    """Return the id of a chunk's vector: the same in every copy of the repository."""
    return hashlib.sha256(chunk_hash + model.encode()).hexdigest()[:32]


@dataclass(slots=True)
class _Totals:
    files: int = 0
    sent: int = 0
    present: int = 0
    moved: int = 0
    without_vectors: int = 0


_Batch = Mapping[str, tuple[FileRecord, ChunkRecord, bytes]]


def _batches(source: TeamSource, model: str, totals: _Totals) -> Iterator[_Batch]:
    """Yield records by id, in batches of a bounded size; equal chunks of a batch are one."""
    batch: dict[str, tuple[FileRecord, ChunkRecord, bytes]] = {}
    for record, vectors in source.files():
        totals.files += 1
        if vectors is None:
            totals.without_vectors += len(record.chunks)
            continue
        width = len(vectors) // max(1, len(record.chunks))
        for at, chunk in enumerate(record.chunks):
            row = vectors[at * width : (at + 1) * width]
            batch.setdefault(record_id(chunk.hash, model), (record, chunk, row))
            if len(batch) >= PAGE:
                yield batch
                batch = {}
    if batch:
        yield batch


def _send(collection: ServerCollection, batch: _Batch, totals: _Totals) -> None:
    import numpy as np

    present = collection.metadata(list(batch))
    missing = {name: it for name, it in batch.items() if name not in present}
    if missing:
        rows = np.frombuffer(b"".join(it[2] for it in missing.values()), np.int8)
        vectors = rows.reshape(len(missing), -1).astype(np.float32) / np.float32(_SCALE)
        # Zeros have no direction, which the server would not take.
        vectors[~vectors.any(axis=1), 0] = 1e-6
        described = [_described(record, chunk, ()) for record, chunk, _ in missing.values()]
        collection.put(list(missing), vectors, described)
    moved: dict[str, dict[str, Any]] = {}
    for name, its in present.items():
        record, chunk, _ = batch[name]
        paths = str(its.get("paths", "")).split("\n")
        is_old = time.time() - float(its.get("pushed", 0.0)) > _SEEN_AGAIN_AFTER_S
        if record.path not in paths or is_old:
            moved[name] = _described(record, chunk, paths)
    if moved:
        collection.describe(list(moved), list(moved.values()))
    totals.sent += len(missing)
    totals.present += len(present)
    totals.moved += len(moved)


def _described(
    record: FileRecord, chunk: ChunkRecord, other_paths: Sequence[str]
) -> dict[str, Any]:
    """Return what is told of a chunk: where it stands and what it is called, never its text."""
    symbol = record.entities[chunk.entity].name if chunk.entity >= 0 else ""
    paths = dict.fromkeys([record.path, *filter(None, other_paths)])
    return {
        "owner": _OWNER,
        "paths": "\n".join(list(paths)[:_MOST_PATHS]).encode("utf-8", "replace").decode(),
        "start_line": chunk.start_line,
        "end_line": chunk.end_line,
        "symbol": symbol,
        "kind": str(chunk.kind),
        "language": record.language,
        "pushed": time.time(),
    }


class _Lease:
    """The right to be the one writer of a collection, for as long as it is renewed.

    It stands in the collection's own metadata. The server cannot compare and set, so a writer reads
    back what it wrote; two that slip through write the same records under the same ids.
    """

    def __init__(self, collection: ServerCollection) -> None:
        self._collection = collection
        self._token = secrets.token_hex(8)
        self._renewed = 0.0

    def __enter__(self) -> Self:
        notes = self._collection.notes()
        until = float(notes.get("lease_until", 0.0))
        # A time far ahead comes from a clock that was wrong, not from a writer.
        if notes.get("writer", "") and time.time() < until < time.time() + 2 * LEASE_S:
            raise IndexUnavailableError(
                "Somebody else is pushing to this index at the moment; try again when it is done, "
                f"or in {LEASE_S:g} s where it was broken off."
            )
        self._write(self._token, time.time() + LEASE_S)
        self._check()
        return self

    def renew(self) -> None:
        """Keep the right, or raise where another writer has taken it."""
        if time.monotonic() - self._renewed > _RENEW_AFTER_S:
            self._check()
            self._write(self._token, time.time() + LEASE_S)

    def __exit__(self, *_: object) -> None:
        if self._is_ours():
            self._write("", 0.0)

    def _write(self, writer: str, until: float) -> None:
        self._collection.note({"owner": _OWNER, "writer": writer, "lease_until": until})
        self._renewed = time.monotonic()

    def _check(self) -> None:
        if not self._is_ours():
            raise IndexUnavailableError(
                "Somebody else has begun to push to this index; let one push at a time."
            )

    def _is_ours(self) -> bool:
        return bool(self._collection.notes().get("writer") == self._token)
