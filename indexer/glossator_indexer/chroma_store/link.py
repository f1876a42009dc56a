"""Own the talk with the process that holds Chroma: its start, requests with deadlines, its end.

It must not know what the requests mean, and it imports no Chroma.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from glossator_indexer.errors import IndexUnavailableError

# Opening imports the library, reads the store and takes in what is not in its graph yet: seconds on
# a quiet machine. Nobody waits for it, and giving up too early costs the whole store.
START_S = 180.0
# One batch is written in about a second; a process that takes this long hangs.
WRITE_S = 120.0
QUERY_S = 5.0
_END_S = 10.0
_FOREIGN_VARIABLES = ("CHROMA", "OTEL_", "PYTHONSTARTUP", "RUST_")

Header = Mapping[str, Any]


class WorkerGoneError(IndexUnavailableError):
    """The process that holds Chroma ended, hung or refused; its store is not to be trusted."""


def send(link: Connection, header: Header, payload: Sequence[bytes] = ()) -> None:
    """Send a header and byte strings as one message."""
    sizes = [len(part) for part in payload]
    link.send_bytes(json.dumps({**header, "sizes": sizes}).encode())
    for part in payload:
        if part:
            link.send_bytes(part)


def receive(link: Connection) -> tuple[dict[str, Any], list[bytes]]:
    """Return the next message; raises `EOFError` where the other side is gone."""
    header = json.loads(link.recv_bytes())
    return header, [link.recv_bytes() if size else b"" for size in header.pop("sizes")]


class Worker:
    """A process that holds one generation; writes and queries have a channel each."""

    def __init__(self, folder: Path, dim: int) -> None:
        self._writing, write_end = _pair()
        self._asking, ask_end = _pair()
        self._locks = (threading.Lock(), threading.Lock())
        command = [sys.executable, "-P", "-m", "glossator_indexer.chroma_store.worker"]
        fds = (write_end.fileno(), ask_end.fileno())
        kept = {k: v for k, v in os.environ.items() if not k.startswith(_FOREIGN_VARIABLES)}
        with (folder / "worker.log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 -- our own module
                [*command, *map(str, fds), str(folder), str(dim)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folder,
                env=kept,
                pass_fds=fds,
            )
        write_end.close()
        ask_end.close()

    @property
    def pid(self) -> int:
        """Return the id of the process."""
        return self._process.pid

    def opened(self) -> int:
        """Wait until the process has counted, queried and written; return the count.

        Raises `WorkerGoneError` where it could not.
        """
        header, _ = self._receive(self._writing, START_S)
        return int(header["count"])

    def write(self, header: Header, payload: Sequence[bytes] = ()) -> dict[str, Any]:
        """Send a change and wait until it is done."""
        with self._locks[0]:
            self._send(self._writing, header, payload)
            return self._receive(self._writing, WRITE_S)[0]

    def ask(self, header: Header, payload: Sequence[bytes]) -> list[bytes]:
        """Send a question and return the answer."""
        with self._locks[1]:
            self._send(self._asking, header, payload)
            return self._receive(self._asking, QUERY_S)[1]

    def close(self) -> None:
        """Let the process end; one that does not is killed."""
        self._writing.close()
        self._asking.close()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End the process now."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def _send(self, link: Connection, header: Header, payload: Sequence[bytes]) -> None:
        try:
            send(link, header, payload)
        except (OSError, ValueError) as error:
            raise self._gone("ended") from error

    def _receive(self, link: Connection, seconds: float) -> tuple[dict[str, Any], list[bytes]]:
        try:
            if not link.poll(seconds):
                self.kill()
                raise self._gone(f"did not answer within {seconds:g} s")
            header, payload = receive(link)
        except (OSError, EOFError, ValueError) as error:
            raise self._gone("ended") from error
        if "trouble" in header:
            raise self._gone(f"refused ({header['trouble']})")
        return header, payload

    def _gone(self, how: str) -> WorkerGoneError:
        return WorkerGoneError(
            f"Chroma's process {how}; exact search answers until its store is made anew."
        )


def _pair() -> tuple[Connection, Connection]:
    ours, theirs = socket.socketpair()
    # Also a process that stops in the middle of a message has a deadline.
    for option in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):
        ours.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", int(WRITE_S), 0))
    return Connection(ours.detach()), Connection(theirs.detach())
