"""Own an editor's indexes, one a repository that its folders lie in, and what they know of it.

It must not know the editor's protocol, nor start or find an owner itself: its client does.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

from glossator_gate.errors import GlossatorError
from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.facts import has_uses
from glossator_indexer.owner_client import IndexClient
from glossator_indexer.records import ContextPiece, PieceRole, PiecesQuery, Trust
from glossator_indexer.types import Symbol
from glossator_server.settings import IndexOptions
from glossator_server.snapshot import Snapshot

# An unsaved text that is longer is no source that anybody edits; the one on disk is found.
MOST_BUFFER_CHARACTERS = 8_000_000
# A model takes seconds to write; nobody notices this before it.
EXAMPLES_SECONDS = 0.3
MOST_EXAMPLES = 8
# Of each kind; a prompt has room for few.
MOST_PIECES = 4

OpenIndex = Callable[[Path, IndexOptions], IndexClient]
T = TypeVar("T")

_log = logging.getLogger(__name__)


class Buffer(Protocol):
    """An open document, as far as an index must know it."""

    path: Path | None
    text: str
    is_in_step: bool
    is_saved: bool


@dataclass(frozen=True, slots=True)
class IndexedPlace:
    """A file in a repository that is indexed; `path` is relative to its root."""

    client: IndexClient
    path: str


class Indexes:
    """The indexes of one editor's folders; lives on the main loop.

    Unsaved texts are sent right before a question, and only those that changed since the last one.
    """

    def __init__(self, open_index: OpenIndex) -> None:
        self._open_index = open_index
        self._clients: dict[Path, IndexClient] = {}
        self._changing = asyncio.Lock()
        self._sending = asyncio.Lock()
        # The unsaved texts that each index has: versions begin anew where a file is opened again.
        self._sent: dict[tuple[Path, str], str] = {}

    @property
    def clients(self) -> tuple[IndexClient, ...]:
        """Return the clients, one a repository."""
        return tuple(self._clients.values())

    async def use(self, folders: Iterable[Path], options: IndexOptions) -> list[IndexClient]:
        """Have an index for each folder's repository and for no other; return the new ones.

        They are not connected yet. A folder without one is left out, with a line in the log.
        """
        async with self._changing:
            wanted: dict[Path, IndexClient] = {}
            for folder in folders:
                try:
                    client = await asyncio.to_thread(self._open_index, folder, options)
                except IndexUnavailableError as trouble:
                    _log.warning("%s", trouble)
                    continue
                wanted.setdefault(client.root, client)
            new = [it for root, it in wanted.items() if root not in self._clients]
            gone = [it for root, it in self._clients.items() if root not in wanted]
            self._clients = {root: self._clients.get(root, it) for root, it in wanted.items()}
            self._sent = {key: it for key, it in self._sent.items() if key[0] in wanted}
            await asyncio.gather(*(it.close() for it in gone))
            return new

    async def close(self) -> None:
        """Hang up everywhere."""
        await self.use((), IndexOptions())

    def place(self, path: Path | None) -> IndexedPlace | None:
        """Return where a file lies in an index, in the innermost repository; None outside all."""
        if path is None or not self._clients:
            return None
        # The root is a real path, and the editor's name of a file may lead over a link.
        real = Path(os.path.realpath(path))
        roots = [it for it in self._clients if real.is_relative_to(it)]
        if not roots:
            return None
        root = max(roots, key=lambda it: len(it.parts))
        return IndexedPlace(self._clients[root], real.relative_to(root).as_posix())

    async def update_files(self, paths: Iterable[Path]) -> None:
        """Have files taken in that changed on disk."""
        by_client: dict[IndexClient, list[str]] = defaultdict(list)
        for path in paths:
            if (place := self.place(path)) is not None:
                by_client[place.client].append(place.path)
        await asyncio.gather(*(client.update_files(them) for client, them in by_client.items()))

    async def send_buffers(self, documents: Iterable[Buffer]) -> None:
        """Tell every index which texts are unsaved, as far as it does not know yet."""
        async with self._sending:
            unsaved = self._unsaved(documents)
            changes: dict[Path, dict[str, str | None]] = defaultdict(dict)
            for (root, path), document in unsaved.items():
                if self._sent.get((root, path)) != document.text:
                    changes[root][path] = document.text
            for root, path in self._sent.keys() - unsaved.keys():
                changes[root][path] = None
            for root, buffers in changes.items():
                client = self._clients.get(root)
                if client is not None:
                    await client.update_buffers(buffers)
                for path, text in buffers.items():
                    self._sent.pop((root, path), None)
                    if text is not None:
                        self._sent[root, path] = text

    async def ask(
        self, question: Callable[[IndexClient], Awaitable[Iterable[T]]]
    ) -> list[tuple[Path, T]]:
        """Put a question to every index; return the answers with their repositories' roots.

        Raises `IndexUnavailableError`, or what the question raises, where no index answered.
        """
        clients = self.clients
        answers = await asyncio.gather(*(question(it) for it in clients), return_exceptions=True)
        found: list[tuple[Path, T]] = []
        troubles: list[BaseException] = []
        for client, answer in zip(clients, answers, strict=True):
            if isinstance(answer, BaseException):
                troubles.append(answer)
                _log.warning("%s", answer)
            else:
                found += [(client.root, it) for it in answer]
        if troubles and len(troubles) == len(clients):
            raise troubles[0]
        return found

    async def with_examples(
        self, snapshot: Snapshot, symbol: Symbol, documents: Iterable[Buffer]
    ) -> Snapshot:
        """Return the snapshot with what its repository knows about a symbol.

        That is how similar code is documented, and the code that calls it. As it is where no index
        answers at once; none is started for it.
        """
        place = self.place(snapshot.path)
        # One that would have to be started first comes too late anyway.
        if place is None or place.client.session is None:
            return snapshot
        is_told = has_uses(snapshot.source)
        roles = (PieceRole.EXAMPLE, PieceRole.CALLER) if is_told else (PieceRole.EXAMPLE,)
        query = PiecesQuery(
            path=place.path,
            line=snapshot.text.count("\n", 0, symbol.extent.start) + 1,
            roles=roles,
            limit_per_role=MOST_EXAMPLES,
        )
        try:
            async with asyncio.timeout(EXAMPLES_SECONDS):
                await self.send_buffers(documents)
                pieces = await place.client.pieces(query)
        except (GlossatorError, TimeoutError) as trouble:
            _log.info("no examples from the index: %s", str(trouble) or "it took too long")
            return snapshot
        # How others' code and generated code is documented says nothing of how this project does,
        # and what is more secret than the text itself is not shown beside it.
        root = place.client.root
        ours = [it for it in pieces if it.trust is Trust.PROJECT and snapshot.lends(root / it.path)]
        return replace(
            snapshot,
            examples=tuple(it.text for it in ours if it.role is PieceRole.EXAMPLE),
            callers=tuple(
                it.text for it in ours if it.role is PieceRole.CALLER and it.path != place.path
            ),
        )

    async def pieces_around(
        self, snapshot: Snapshot, line: int, text: str, documents: Iterable[Buffer]
    ) -> tuple[ContextPiece, ...]:
        """Return what helps to understand a line of a file (from 1), and what is like a text.

        Nothing where no index is up; what is more secret than the snapshot stays out. Raises
        `IndexUnavailableError` where the index does not answer.
        """
        place = self.place(snapshot.path)
        if place is None or place.client.session is None:
            return ()
        await self.send_buffers(documents)
        query = PiecesQuery(path=place.path, line=line, text=text, limit_per_role=MOST_PIECES)
        pieces = await place.client.pieces(query)
        root = place.client.root
        return tuple(it for it in pieces if snapshot.lends(root / it.path))

    def open_paths(self, client: IndexClient, documents: Iterable[Buffer]) -> tuple[str, ...]:
        """Return the open documents in a client's repository, last opened first."""
        places = [self.place(it.path) for it in documents]
        return tuple(it.path for it in reversed(places) if it is not None and it.client is client)

    def _unsaved(self, documents: Iterable[Buffer]) -> Mapping[tuple[Path, str], Buffer]:
        found: dict[tuple[Path, str], Buffer] = {}
        for document in documents:
            if document.is_saved or not document.is_in_step:
                continue
            place = self.place(document.path)
            if place is not None and len(document.text) <= MOST_BUFFER_CHARACTERS:
                found[place.client.root, place.path] = document
        return found
