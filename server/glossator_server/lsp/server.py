"""Own the making of a language server and its life from the first byte to the exit status.

It must not know what a method does.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal

from glossator_gate.redaction.logs import redact_logs
from glossator_server.lsp.features import register_features
from glossator_server.lsp.framing import Frame, FramingEvent
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.transport import (
    FrameReader,
    FrameWriter,
    Stream,
    accept_one,
    take_standard_streams,
)
from glossator_server.session import Session


def create_server(session: Session) -> GlossatorServer:
    """Return a language server for one editor, not yet connected to it."""
    server = GlossatorServer(session)
    register_features(server)
    return server


def serve_stdio(server: GlossatorServer) -> int:
    """Serve the editor on standard input and output; return the exit status.

    It is 0 after an orderly shutdown and exit, or SIGTERM; else 1.
    """
    _log_to_stderr()
    return asyncio.run(_serve(server, take_standard_streams()))


def serve_tcp(server: GlossatorServer, host: str, port: int) -> int:
    """Serve one editor on a loopback port; return the exit status, as `serve_stdio` does."""
    _log_to_stderr()
    with accept_one(host, port) as stream:
        return asyncio.run(_serve(server, stream))


async def _serve(server: GlossatorServer, stream: Stream) -> int:
    loop = asyncio.get_running_loop()
    server.ended = loop.create_future()
    protocol = server.protocol

    def deliver(events: list[FramingEvent]) -> None:
        for event in events:
            if server.ended is None or server.ended.done():
                return
            if isinstance(event, Frame):
                protocol.receive(event.body)
            else:
                protocol.refuse_frame(event.message)

    def leave() -> None:
        server.exit(protocol.status_at_end)

    def break_off() -> None:
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(leave)

    writer = FrameWriter(stream, break_off)
    protocol.set_writer(writer)
    with contextlib.suppress(NotImplementedError):
        loop.add_signal_handler(signal.SIGTERM, lambda: server.exit(0))
    FrameReader(stream, deliver).start(loop, leave)
    try:
        return await server.ended
    finally:
        server.stop_watching()
        if server.indexing is not None:
            await server.indexing.end()
        server.drift.end()
        await server.feedback.written()
        await server.session.jobs.end()
        await protocol.end()
        writer.close()


def _log_to_stderr() -> None:
    # WARNING, because below it pygls writes whole messages, and with them the user's text.
    level = os.environ.get("GLOSSATOR_LOG", "WARNING").upper()
    known = level if level in logging.getLevelNamesMapping() else "WARNING"
    logging.basicConfig(level=known, format="%(levelname)s %(name)s: %(message)s")
    redact_logs()
    if known != "DEBUG":
        logging.getLogger("pygls").setLevel(logging.WARNING)
