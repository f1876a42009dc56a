"""Own a small HTTP server for tests: it records what it is sent and answers as a test says.

It must not judge anything: tests do that.
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Received:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 -- whatever the JSON holds
        return json.loads(self.body)


class Reply:
    """The way back to the client, byte by byte; `gone` is set when the client has hung up."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.gone = asyncio.Event()

    async def head(self, status: int = 200, **headers: str) -> None:
        lines = [f"HTTP/1.1 {status} Whatever", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        await self.send(("\r\n".join(lines) + "\r\n\r\n").encode())

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def whole(self, status: int, body: bytes, **headers: str) -> None:
        headers.setdefault("Content_Type", "application/json")
        await self.head(status, Content_Length=str(len(body)), **headers)
        await self.send(body)

    async def json(self, value: object, status: int = 200) -> None:
        await self.whole(status, json.dumps(value).encode())

    async def event(self, value: object) -> None:
        await self.send(b"data: " + json.dumps(value).encode() + b"\n\n")

    async def line(self, value: object) -> None:
        await self.send(json.dumps(value).encode() + b"\n")

    def reset(self) -> None:
        """Break the connection off so that the client's side fails."""
        with suppress(OSError):
            sock = self._writer.get_extra_info("socket")
            # No time to linger: what is not yet sent is thrown away and a reset goes out.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def hang(self) -> None:
        """Say nothing more until the client hangs up."""
        await self.gone.wait()


Answer = Callable[[Received, Reply], Awaitable[None]]


@dataclass
class LoopbackServer:
    """What the server has seen; `hung_up` is set when a client left before its answer ended."""

    port: int
    requests: list[Received] = field(default_factory=list)
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)
    connections: int = 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def serving(
    answer: Answer, port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[LoopbackServer]:
    """Serve on a loopback port until the block ends, over TLS where a context is given."""
    seen = LoopbackServer(port)
    tasks: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        seen.connections += 1
        try:
            received = await _read(reader)
            if received is None:
                return
            seen.requests.append(received)
            reply = Reply(writer)
            watcher = asyncio.create_task(_watch(reader, reply))
            try:
                await answer(received, reply)
            finally:
                if reply.gone.is_set():
                    seen.hung_up.set()
                watcher.cancel()
        except (ConnectionError, asyncio.CancelledError):
            seen.hung_up.set()
        finally:
            writer.close()
            tasks.discard(task)

    server = await asyncio.start_server(handle, "127.0.0.1", port, ssl=tls)
    seen.port = server.sockets[0].getsockname()[1]
    try:
        yield seen
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _watch(reader: asyncio.StreamReader, reply: Reply) -> None:
    try:
        while await reader.read(1024):
            pass
    except ConnectionError:
        pass
    reply.gone.set()


async def _read(reader: asyncio.StreamReader) -> Received | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, path, _version = first.split(" ")
    pairs = (line.split(":", 1) for line in lines)
    headers = {name.strip().lower(): value.strip() for name, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(method, path, headers, body)
