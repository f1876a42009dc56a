"""Own a small synchronous LSP editor over stdio, quick enough to time a server with.

It answers what a server asks with null, keeps nothing else, and must not judge any answer.
"""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

# A server that takes longer than this for one answer has hung.
PATIENCE_S = 60.0


class LspClient:
    """One conversation with one server; requests wait for their answer."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self._input = cast("BinaryIO", process.stdin)
        self._output = cast("BinaryIO", process.stdout)
        self._last_id = 0

    def request(self, method: str, params: object = None) -> dict[str, Any]:
        """Return the whole response, be it a result or an error."""
        self._last_id += 1
        self._send({"id": self._last_id, "method": method, "params": params})
        return self._response(self._last_id)

    def notify(self, method: str, params: object = None) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def initialize(self, root_uri: str, options: Mapping[str, object] | None = None) -> None:
        """Shake hands as a plain editor with the workspace folder `root_uri`."""
        self.request("initialize", initialize_params(root_uri, options))
        self.notify("initialized", {})

    def open(self, uri: str, text: str, language: str = "c") -> None:
        """Open a document as version 1."""
        document = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def _response(self, request_id: int) -> dict[str, Any]:
        while True:
            message = self._read()
            if "method" not in message and message.get("id") == request_id:
                return message
            if "method" in message and "id" in message:
                self._write({"jsonrpc": "2.0", "id": message["id"], "result": None})

    def _send(self, message: dict[str, object]) -> None:
        if message.get("params") is None:
            message.pop("params", None)
        self._write({"jsonrpc": "2.0", **message})

    def _write(self, message: Mapping[str, object]) -> None:
        body = json.dumps(message).encode()
        self._input.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._input.flush()

    def _read(self) -> dict[str, Any]:
        length = 0
        while header := self._output.readline().strip():
            name, _, value = header.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        body = self._output.read(length)
        if not length or len(body) < length:
            raise ConnectionError(f"the server ended with {self.process.poll()}")
        message: dict[str, Any] = json.loads(body)
        return message


def initialize_params(
    root_uri: str, options: Mapping[str, object] | None = None
) -> dict[str, object]:
    """Return the params of `initialize` as a plain editor sends them."""
    return {
        "processId": None,
        "rootUri": root_uri,
        "workspaceFolders": [{"uri": root_uri, "name": "benchmark"}],
        "capabilities": {"general": {"positionEncodings": ["utf-16"]}},
        "initializationOptions": options,
    }


@contextmanager
def lsp_server(command: Sequence[str]) -> Iterator[LspClient]:
    """Start a server, and end it in the end as an editor does."""
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    watchdog = threading.Timer(PATIENCE_S * 10, process.kill)
    watchdog.daemon = True
    watchdog.start()
    client = LspClient(process)
    try:
        yield client
        client.request("shutdown")
        client.notify("exit")
        process.wait(PATIENCE_S)
    finally:
        watchdog.cancel()
        if process.poll() is None:
            process.kill()
        process.communicate()
