"""Own the bytes: reading and writing threads, standard input and output, a loopback socket.

Nothing else may write to standard output; this module must not know what a message says.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import os
import queue
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from glossator_server.errors import UsageError
from glossator_server.lsp.framing import FrameCutter, FramingEvent

CHUNK_BYTES = 64 << 10
# How many pieces of input may wait for the loop: a flood must not fill the memory.
MOST_WAITING = 64

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stream:
    """One connection to an editor; `read` returns no bytes at its end."""

    read: Callable[[int], bytes]
    write: Callable[[bytes], None]


def take_standard_streams() -> Stream:
    """Return the process's own input and output, and point both elsewhere for everybody else.

    Afterwards a stray `print`, also one of a library in C, ends in the log instead of between two
    messages, and no child process can read the editor's messages. Raises `UsageError` where one of
    them is closed.
    """
    if sys.stdin is None or sys.stdout is None:
        raise UsageError(
            "Standard input or output is closed; start the server from an editor, or use --tcp."
        )
    incoming, outgoing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    sys.stdout.flush()
    try:
        os.dup2(2, 1)
    except OSError:
        # An editor that wants no log may have closed it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    def write(data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(outgoing, view) :]

    return Stream(lambda count: os.read(incoming, count), write)


@contextlib.contextmanager
def accept_one(host: str, port: int) -> Iterator[Stream]:
    """Wait for one editor on a loopback address, and yield the connection.

    Raises `UsageError` for an address that other machines can reach.
    """
    address = _loopback(host)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        listener = socket.create_server((address, port), family=family)
    except OSError as trouble:
        raise UsageError(f"{host}:{port} cannot be listened on: {trouble.strerror}.") from trouble
    with listener:
        _log.warning("listening on %s port %d", address, listener.getsockname()[1])
        connection, _ = listener.accept()
    with connection:
        yield Stream(connection.recv, connection.sendall)


class FrameReader:
    """A thread that cuts a stream into frames and hands them to the loop."""

    def __init__(self, stream: Stream, deliver: Callable[[list[FramingEvent]], None]) -> None:
        self._stream = stream
        self._deliver = deliver
        self._room = threading.BoundedSemaphore(MOST_WAITING)

    def start(self, loop: asyncio.AbstractEventLoop, on_end: Callable[[], None]) -> None:
        """Read until the stream ends, then call `on_end` on the loop."""
        # A daemon, because a read of standard input cannot be interrupted.
        threading.Thread(
            target=self._read, args=(loop, on_end), name="editor input", daemon=True
        ).start()

    def _read(self, loop: asyncio.AbstractEventLoop, on_end: Callable[[], None]) -> None:
        cutter = FrameCutter()
        # The loop may be closed already when the last bytes come.
        with contextlib.suppress(RuntimeError):
            while piece := self._next_piece():
                if events := cutter.feed(piece):
                    self._room.acquire()
                    loop.call_soon_threadsafe(self._hand_over, events)
            if events := cutter.end():
                loop.call_soon_threadsafe(self._deliver, events)
            loop.call_soon_threadsafe(on_end)

    def _next_piece(self) -> bytes:
        try:
            return self._stream.read(CHUNK_BYTES)
        except OSError as trouble:
            _log.info("the editor's stream broke: %s", trouble.strerror)
            return b""

    def _hand_over(self, events: list[FramingEvent]) -> None:
        try:
            self._deliver(events)
        finally:
            self._room.release()


class FrameWriter:
    """A thread that writes whole frames, so that an editor that does not read stops nobody."""

    def __init__(self, stream: Stream, on_broken: Callable[[], None]) -> None:
        self._stream = stream
        self._on_broken = on_broken
        self._frames: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="editor output", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Queue one whole frame."""
        self._frames.put(data)

    def close(self) -> None:
        """Write what is queued, unless the editor has stopped reading."""
        self._frames.put(None)
        self._thread.join(timeout=2)

    def _write(self) -> None:
        while (frame := self._frames.get()) is not None:
            try:
                self._stream.write(frame)
            except OSError as trouble:
                _log.info("the editor does not read any more: %s", trouble.strerror)
                self._on_broken()
                return


def _loopback(host: str) -> str:
    if host == "localhost":
        return "127.0.0.1"
    try:
        is_loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise UsageError(f"{host} can be reached by other machines; listen on 127.0.0.1 or ::1.")
    return host
