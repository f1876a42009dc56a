"""Own the talk with one client: greeting, questions in flight, answers, progress.

Whatever a client sends, the others and the index do not notice. It must not know how an answer is
found.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Protocol

from glossator_gate.errors import GlossatorError
from glossator_indexer.owner.refreshing import Refresher
from glossator_indexer.owner_client import methods
from glossator_indexer.owner_client.places import OwnerPlaces
from glossator_indexer.records import (
    ContextPiece,
    FoundEntity,
    Hit,
    IndexProgress,
    IndexStatus,
    PiecesQuery,
    SearchQuery,
)
from glossator_indexer.wire import (
    MOST_FRAME_BYTES,
    MOST_GREETING_BYTES,
    PROTOCOL,
    WireError,
    frame,
    from_json,
    read_frame,
    to_json,
)

# Who does not greet is no client of ours.
GREETING_SECONDS = 5.0
# Questions of one client that are being answered; the next ones are not even read.
MOST_IN_FLIGHT = 32
# Those that wait for a refresh are read on; so many of them are a mistake.
MOST_WAITING = 1_000
# A client that does not read its progress gets the newest one when it reads again.
_MOST_UNREAD_BYTES = 64 << 10

_log = logging.getLogger(__name__)


class Answers(Protocol):
    """What a conversation asks of the owner."""

    places: OwnerPlaces
    refresher: Refresher

    @property
    def is_ending(self) -> bool:
        """Tell whether the owner takes no more clients: they find or start the next one."""
        ...

    def makes_room_for(self, conversation: Conversation, version: str) -> bool:
        """Tell whether to end for a client of another version."""
        ...

    def came(self) -> None:
        """Note that a client was greeted."""
        ...

    def end(self) -> None:
        """End the owner."""
        ...

    async def search(self, session: int, query: SearchQuery) -> list[Hit]:
        """Return the best hits for a client."""
        ...

    async def pieces(self, session: int, query: PiecesQuery) -> list[ContextPiece]:
        """Return context for a client."""
        ...

    async def entities(self, session: int, name: str, limit: int) -> list[FoundEntity]:
        """Return named things for a client."""
        ...

    async def status(self) -> IndexStatus:
        """Return what is indexed."""
        ...

    async def update_files(self, paths: list[str]) -> None:
        """Take files in."""
        ...

    async def update_buffers(self, session: int, buffers: Mapping[str, str | None]) -> None:
        """Take a client's unsaved texts in."""
        ...


class Conversation:
    """One client. `session` is its number; nobody else sees its unsaved texts."""

    def __init__(
        self,
        answers: Answers,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        session: int,
    ) -> None:
        self.session = session
        self.is_greeted = False
        self.has_buffers = False
        self._answers = answers
        self._reader = reader
        self._writer = writer
        self._since: float | None = time.monotonic()
        self._is_watching = False
        self._unshown: IndexProgress | None = None
        self._room = asyncio.Semaphore(MOST_IN_FLIGHT)
        self._in_flight: dict[int, asyncio.Task[None]] = {}
        self._methods: Mapping[str, Callable[..., Awaitable[object]]] = {
            methods.SEARCH.name: self._on_search,
            methods.PIECES.name: self._on_pieces,
            methods.ENTITIES.name: self._on_entities,
            methods.STATUS.name: self._answers.status,
            methods.UPDATE_FILES.name: self._answers.update_files,
            methods.UPDATE_BUFFERS.name: self._on_update_buffers,
            methods.REFRESH.name: self._on_refresh,
            methods.WATCH.name: self._on_watch,
            methods.PAUSE.name: self._answers.refresher.pause,
            methods.RESUME.name: self._answers.refresher.resume,
            methods.SHUTDOWN.name: self._on_shutdown,
        }

    async def run(self) -> None:
        """Greet, then answer until either side hangs up."""
        try:
            if await self._greet():
                await self._listen()
        except (WireError, OSError) as trouble:
            # TimeoutError, for want of a greeting, is one of the latter and says nothing.
            _log.info("client %d: %s", self.session, str(trouble) or "no greeting")
        finally:
            for task in self._in_flight.values():
                task.cancel()
            self.hang_up()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()

    def hang_up(self) -> None:
        """Close the connection, which ends `run`."""
        self._writer.close()

    def tell(self, progress: IndexProgress) -> None:
        """Send a progress to a client that watches and reads; keep it for one that does not."""
        if not self._is_watching or self._writer.is_closing():
            return
        if self._writer.transport.get_write_buffer_size() > _MOST_UNREAD_BYTES:
            self._unshown = progress
            return
        self._unshown = None
        self._writer.write(frame({"progress": to_json(progress)}))

    def catch_up(self) -> None:
        """Send what could not be sent."""
        if self._unshown is not None:
            self.tell(self._unshown)

    async def _greet(self) -> bool:
        async with asyncio.timeout(GREETING_SECONDS):
            message = await read_frame(self._reader, MOST_GREETING_BYTES)
        hello = message.get("hello") if message else None
        if not isinstance(hello, dict) or self._answers.is_ending:
            return False
        own = self._answers.places.version
        version = str(hello.get("version"))
        if hello.get("protocol") != PROTOCOL or version != own:
            leaves = self._answers.makes_room_for(self, version)
            self._writer.write(frame({"other": {"version": own, "leaves": leaves}}))
            await self._writer.drain()
            if leaves:
                _log.info("making room for version %s", version[:40])
                self._answers.end()
            return False
        self.is_greeted = True
        self._writer.write(frame({"welcome": {"session": self.session, "pid": os.getpid()}}))
        self._answers.came()
        return True

    async def _listen(self) -> None:
        while (message := await read_frame(self._reader, MOST_FRAME_BYTES)) is not None:
            number, cancel = message.get("id"), message.get("cancel")
            if isinstance(cancel, int) and (asked := self._in_flight.get(cancel)) is not None:
                asked.cancel()
            if not isinstance(number, int) or number in self._in_flight:
                continue
            # Waiting for the end of a refresh costs nothing, and may only end by what comes next.
            takes_room = message.get("call") != methods.REFRESH.name
            if takes_room:
                await self._room.acquire()
            elif len(self._in_flight) >= MOST_WAITING:
                raise WireError(f"More than {MOST_WAITING} questions wait for an answer.")
            task = asyncio.create_task(self._answer(number, message))
            self._in_flight[number] = task
            task.add_done_callback(partial(self._done, number, takes_room=takes_room))

    def _done(
        self,
        number: int,
        task: asyncio.Task[None],  # noqa: ARG002 -- a callback
        *,
        takes_room: bool,
    ) -> None:
        self._in_flight.pop(number, None)
        if takes_room:
            self._room.release()

    async def _answer(self, number: int, message: dict[str, Any]) -> None:
        try:
            result = await self._result(str(message.get("call")), message.get("with"))
            data = frame({"id": number, "result": to_json(result)})
        except GlossatorError as trouble:
            data = _error(number, trouble)
        except Exception as trouble:  # noqa: BLE001 -- dispatch: the client gets an answer
            _log.error("%.40s failed: %s", message.get("call"), type(trouble).__name__)
            _log.debug("an answer failed", exc_info=trouble)
            log = self._answers.places.log
            data = _error(number, GlossatorError(f"The index met an error of its own; see {log}."))
        if self._writer.is_closing():
            return
        with contextlib.suppress(OSError):
            self._writer.write(data)
            await self._writer.drain()

    async def _result(self, name: str, data: object) -> object:
        method = methods.METHODS.get(name)
        if method is None:
            raise WireError(f"The index cannot be asked for {name[:40]!r}.")
        if not isinstance(data, dict) or data.keys() != method.parameters.keys():
            known = ", ".join(method.parameters) or "nothing"
            raise WireError(f"{name} takes {known}.")
        given = {key: from_json(kind, data[key]) for key, kind in method.parameters.items()}
        return await self._methods[name](**given)

    async def _on_search(self, query: SearchQuery) -> list[Hit]:
        return await self._answers.search(self.session, query)

    async def _on_pieces(self, query: PiecesQuery) -> list[ContextPiece]:
        return await self._answers.pieces(self.session, query)

    async def _on_entities(self, name: str, limit: int) -> list[FoundEntity]:
        return await self._answers.entities(self.session, name, limit)

    async def _on_update_buffers(self, buffers: dict[str, str | None]) -> None:
        self.has_buffers = True
        await self._answers.update_buffers(self.session, buffers)

    async def _on_refresh(self) -> None:
        # The first question may be answered by the refresh that the connection brought about.
        since, self._since = self._since, None
        await self._answers.refresher.wait_for(time.monotonic() if since is None else since)

    async def _on_watch(self) -> IndexProgress:
        self._is_watching = True
        return self._answers.refresher.progress

    async def _on_shutdown(self) -> None:
        # The answer is on its way before the connection is closed.
        asyncio.get_running_loop().call_later(0.05, self._answers.end)


def _error(number: int, trouble: GlossatorError) -> bytes:
    name = type(trouble).__name__
    kind = name if name in methods.ERRORS else "IndexUnavailableError"
    return frame({"id": number, "error": {"kind": kind, "message": str(trouble)}})
