"""Own `IndexClient`, what a program asks the index of a repository through.

It must not decide what is asked; a lost owner is found or started again, once for each question.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias

from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.owner_client import methods
from glossator_indexer.owner_client.connection import Connection, ConnectionLostError
from glossator_indexer.owner_client.methods import Method
from glossator_indexer.owner_client.places import OwnerPlaces
from glossator_indexer.owner_client.starting import connect_or_start
from glossator_indexer.records import (
    ContextPiece,
    FoundEntity,
    Hit,
    IndexProgress,
    IndexStatus,
    PiecesQuery,
    SearchQuery,
)
from glossator_indexer.wire import WireError

Variables: TypeAlias = Callable[[], Collection[str]]

# An owner that ends as it is found is one loss, and the next may be killed: a third is trouble.
_MOST_TRIES = 3
# An owner that could not be started is not tried again for every key that is pressed.
SECONDS_BETWEEN_STARTS = 5.0
_SECONDS_BEFORE_WATCHING_AGAIN = 1.0


class IndexClient:
    """The index of one repository, as coroutines; every error is an `IndexUnavailableError`.

    A query's `session` is filled in by the owner. Cancelling a coroutine cancels the work behind
    it. Unsaved texts are sent again where the owner died and another took its place.
    """

    def __init__(
        self, places: OwnerPlaces, command: Sequence[str], variables: Variables = frozenset
    ) -> None:
        self.places = places
        self._command = tuple(command)
        self._variables = variables
        self._connection: Connection | None = None
        self._connecting = asyncio.Lock()
        self._buffers: dict[str, str] = {}
        self._failure: tuple[float, str] | None = None
        self._is_closed = False

    @classmethod
    def connect_or_start(
        cls, places: OwnerPlaces, command: Sequence[str], variables: Variables = frozenset
    ) -> Self:
        """Return a client that connects on entering, and starts an owner where none runs.

        The owner is given these variables of the environment beside the usual ones; they are asked
        for when one is started, which may be long after.
        """
        return cls(places, command, variables)

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: object, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def open(self) -> None:
        """Connect now rather than with the first question."""
        await self._connected()

    async def close(self) -> None:
        """Hang up; the owner forgets this client's unsaved texts."""
        self._is_closed = True
        if self._connection is not None:
            await self._connection.close()

    @property
    def root(self) -> Path:
        """Return the real path of the repository."""
        return self.places.root

    @property
    def session(self) -> int | None:
        """Return the number that the owner gave this client, None while not connected."""
        connection = self._connection
        return None if connection is None or connection.is_lost else connection.session

    @property
    def owner_process(self) -> int | None:
        """Return the process id of the owner, None while not connected."""
        connection = self._connection
        return None if connection is None or connection.is_lost else connection.process_id

    async def search(self, query: SearchQuery) -> list[Hit]:
        """Return the best hits, best first."""
        hits: list[Hit] = await self._ask(methods.SEARCH, query=query)
        return hits

    async def pieces(self, query: PiecesQuery) -> list[ContextPiece]:
        """Return context for a place or a question, role by role, best first."""
        pieces: list[ContextPiece] = await self._ask(methods.PIECES, query=query)
        return pieces

    async def entities(self, name: str, limit: int = 50) -> list[FoundEntity]:
        """Return named things whose name is, begins with, or holds the words of `name`."""
        found: list[FoundEntity] = await self._ask(methods.ENTITIES, name=name, limit=limit)
        return found

    async def status(self) -> IndexStatus:
        """Return what is indexed."""
        status: IndexStatus = await self._ask(methods.STATUS)
        return status

    async def update_files(self, paths: Sequence[str]) -> None:
        """Have files taken in that were saved, created or deleted; on return they are found."""
        await self._ask(methods.UPDATE_FILES, paths=list(paths))

    async def update_buffers(self, buffers: Mapping[str, str | None]) -> None:
        """Have unsaved texts taken in; None says that the file on disk is what counts again."""
        for path, text in buffers.items():
            self._buffers.pop(path, None)
            if text is not None:
                self._buffers[path] = text
        await self._ask(methods.UPDATE_BUFFERS, buffers=dict(buffers))

    async def refresh(self) -> None:
        """Wait until everything is indexed that was on disk when this client connected or later.

        Also waits while the index is paused.
        """
        await self._ask(methods.REFRESH)

    async def pause(self) -> None:
        """Stop taking files in, for all clients, until somebody resumes."""
        await self._ask(methods.PAUSE)

    async def resume(self) -> None:
        """Go on taking files in."""
        await self._ask(methods.RESUME)

    async def shutdown(self) -> None:
        """Have the owner end; the next question starts another."""
        connection, _ = await self._asked(methods.SHUTDOWN)
        with contextlib.suppress(TimeoutError):
            # Until it hangs up it would greet who asks next, and leave in the middle of an answer.
            async with asyncio.timeout(methods.SHUTDOWN.seconds):
                await connection.ended()
        await connection.close()

    async def watch(self) -> AsyncIterator[IndexProgress]:
        """Yield the progress as it is, and then whenever it changes; what is outdated is left out.

        Ends when the client is closed only.
        """
        while not self._is_closed:
            # Progress comes over the connection that was asked, whichever is in use later.
            connection, progress = await self._asked(methods.WATCH)
            yield progress
            while not connection.is_lost:
                connection.news.clear()
                await connection.news.wait()
                if connection.progress is not None and not connection.is_lost:
                    yield connection.progress
            # Who ended the owner on purpose may want to do something before there is another.
            await asyncio.sleep(_SECONDS_BEFORE_WATCHING_AGAIN)

    async def _ask(self, method: Method, **arguments: object) -> Any:  # noqa: ANN401
        return (await self._asked(method, **arguments))[1]

    async def _asked(self, method: Method, **arguments: object) -> tuple[Connection, Any]:
        """Return the answer and the connection that it came over."""
        # Every question may be asked again: updates say what is, not what changes.
        tries = 1 if method is methods.SHUTDOWN else _MOST_TRIES
        for left in reversed(range(tries)):
            try:
                connection = await self._connected()
                async with asyncio.timeout(method.seconds):
                    return connection, await connection.call(method, arguments)
            except ConnectionLostError as trouble:
                if not left:
                    raise IndexUnavailableError(
                        f"The index of {self.root} went away; see {self.places.log}, try again."
                    ) from trouble
            except WireError as trouble:
                raise IndexUnavailableError(str(trouble)) from trouble
            except TimeoutError as trouble:
                raise IndexUnavailableError(
                    f"The index of {self.root} did not answer in {method.seconds:.0f} s; try again."
                ) from trouble
        raise AssertionError

    async def _connected(self) -> Connection:
        async with self._connecting:
            connection = self._connection
            if connection is not None and not connection.is_lost:
                return connection
            if self._is_closed:
                raise IndexUnavailableError("The connection to the index is closed; open another.")
            connection = await self._connect()
            try:
                await self._tell_unsaved(connection)
            except BaseException:
                # Nobody else knows of it.
                await connection.close()
                raise
            self._connection = connection
            return connection

    async def _tell_unsaved(self, connection: Connection) -> None:
        """Tell another owner, which knows nothing of it, what this editor has not saved."""
        if self._buffers:
            buffers = {"buffers": dict(self._buffers)}
            async with asyncio.timeout(methods.UPDATE_BUFFERS.seconds):
                await connection.call(methods.UPDATE_BUFFERS, buffers)

    async def _connect(self) -> Connection:
        if self._failure is not None and self._failure[0] > time.monotonic():
            raise IndexUnavailableError(self._failure[1])
        try:
            connection = await connect_or_start(self.places, self._command, self._variables())
        except IndexUnavailableError as trouble:
            self._failure = (time.monotonic() + SECONDS_BETWEEN_STARTS, str(trouble))
            raise
        self._failure = None
        return connection
