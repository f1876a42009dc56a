"""Own one connection to the owner of an index: the greeting, questions in flight, progress.

It is made once and lost once; it must not start an owner or connect again.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import socket
from collections.abc import Mapping
from typing import Any

from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.owner_client.methods import ERRORS, Method
from glossator_indexer.owner_client.places import OwnerPlaces, is_own_user, with_address
from glossator_indexer.records import IndexProgress
from glossator_indexer.wire import PROTOCOL, WireError, frame, from_json, read_frame, to_json

# An owner that listens greets at once, also on a busy machine.
GREETING_SECONDS = 10.0

_log = logging.getLogger(__name__)


class NoOwnerError(Exception):
    """Nobody listens."""


class OtherVersionError(Exception):
    """The owner is of another version; `leaves` says that it makes room."""

    def __init__(self, version: str, *, leaves: bool) -> None:
        super().__init__(version)
        self.version = version
        self.leaves = leaves


class ConnectionLostError(Exception):
    """The owner went away before it answered."""


class Connection:
    """A greeted connection. `session` is this client's number among the owner's clients."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, welcome: dict[str, Any]
    ) -> None:
        self.session = int(welcome["session"])
        self.process_id = int(welcome["pid"])
        self.progress: IndexProgress | None = None
        self.news = asyncio.Event()
        self._reader = reader
        self._writer = writer
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        # Once set, nothing can come any more.
        self.is_lost = False
        self._task = asyncio.create_task(self._read(), name="index answers")

    async def call(self, method: Method, arguments: Mapping[str, object]) -> Any:  # noqa: ANN401
        """Ask and wait; a cancelled wait cancels the question at the owner's too.

        Raises `ConnectionLostError`, the error that the owner answered with, or `WireError`.
        """
        if self.is_lost:
            raise ConnectionLostError
        number = next(self._ids)
        data = frame({"id": number, "call": method.name, "with": to_json(arguments)})
        answered = asyncio.get_running_loop().create_future()
        self._waiting[number] = answered
        try:
            self._writer.write(data)
            await self._writer.drain()
            result = await answered
        except OSError as trouble:
            # The writing end may know before the reading one, and nobody is to ask here again.
            self.is_lost = True
            raise ConnectionLostError from trouble
        except asyncio.CancelledError:
            if not self.is_lost:
                self._writer.write(frame({"cancel": number}))
            raise
        finally:
            self._waiting.pop(number, None)
        return None if method.result is None else from_json(method.result, result)

    async def ended(self) -> None:
        """Wait until either side has hung up."""
        await asyncio.shield(self._task)

    async def close(self) -> None:
        """Hang up."""
        self.is_lost = True
        # The reading ends with the stream; nothing that is still to be written matters any more.
        self._writer.transport.abort()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _read(self) -> None:
        try:
            while (message := await read_frame(self._reader)) is not None:
                self._take(message)
        except (WireError, OSError) as trouble:
            _log.warning("the connection to the index broke: %s", trouble)
        finally:
            # Before anybody who waits goes on, and asks again.
            self.is_lost = True
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(ConnectionLostError())
            self.news.set()
            self._writer.close()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()

    def _take(self, message: dict[str, Any]) -> None:
        if "progress" in message:
            self.progress = from_json(IndexProgress, message["progress"])
            self.news.set()
            return
        future = self._waiting.get(message.get("id", 0))
        if future is None or future.done():
            return
        error = message.get("error")
        if isinstance(error, dict):
            kind = ERRORS.get(str(error.get("kind")), IndexUnavailableError)
            future.set_exception(kind(str(error.get("message"))))
        else:
            future.set_result(message.get("result"))


def somebody_listens(places: OwnerPlaces) -> bool:
    """Tell whether a process has the index open."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            with_address(places.socket, probe.connect)
        except OSError:
            return False
    return True


async def connect(places: OwnerPlaces) -> Connection:
    """Connect to the owner that listens, and greet it.

    Raises `NoOwnerError`, `OtherVersionError`, or `IndexUnavailableError` where somebody else's
    process listens.
    """
    try:
        async with asyncio.timeout(GREETING_SECONDS):
            reader, writer = await _open(places)
            try:
                welcome = await _greet(places, reader, writer)
            except BaseException:
                writer.close()
                raise
    except (OSError, WireError) as trouble:
        # TimeoutError is one of the former: who does not greet is not there.
        raise NoOwnerError from trouble
    return Connection(reader, writer, welcome)


async def _open(places: OwnerPlaces) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # A Unix socket connects at once, or there is nobody, or its queue is full.
        connected.setblocking(False)  # noqa: FBT003 -- the library's signature
        with_address(places.socket, connected.connect)
        _check_user(places, connected)
        return await asyncio.open_unix_connection(sock=connected)
    except BaseException:
        connected.close()
        raise


def _check_user(places: OwnerPlaces, connected: socket.socket) -> None:
    if not is_own_user(connected):
        raise IndexUnavailableError(
            f"{places.socket} belongs to another user's process; remove it."
        )


async def _greet(
    places: OwnerPlaces, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> dict[str, Any]:
    writer.write(frame({"hello": {"protocol": PROTOCOL, "version": places.version}}))
    await writer.drain()
    message = await read_frame(reader) or {}
    welcome, other = message.get("welcome"), message.get("other")
    if isinstance(welcome, dict):
        return welcome
    if isinstance(other, dict):
        raise OtherVersionError(str(other.get("version")), leaves=other.get("leaves") is True)
    raise NoOwnerError
