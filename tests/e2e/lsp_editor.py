"""Own `StrictEditor`, an editor for tests that lets nothing pass unnoticed.

Every message that the server sends must be consumed by the test, fit lsprotocol's types and the
capabilities that were announced; it must not be lenient with any of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import warnings
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from lsprotocol import types
from lsprotocol.converters import get_converter
from pytest_lsp import LspSpecificationWarning
from pytest_lsp.checks import (
    check_params_against_client_capabilities,
    check_result_against_client_capabilities,
)

SERVER = (sys.executable, "-P", "-m", "glossator_server", "server")
ANSWER = "glossator/answer"
# What an editor with panels is told, and what stands in each message at least.
PANELS = {
    ANSWER: {"job", "seq", "delta"},
    "glossator/proposal": {"id", "job", "state", "title", "files", "evidence", "model", "local"},
    "glossator/plan": {"job", "title", "text", "files", "uri", "problem"},
    "glossator/trial": {"job", "prompt", "uri"},
}
# An answer that takes longer than this on a busy machine does not come.
PATIENCE = 20.0
CONVERTER = get_converter()
CODECS: dict[object, tuple[str, int]] = {
    types.PositionEncodingKind.Utf8: ("utf-8", 1),
    types.PositionEncodingKind.Utf16: ("utf-16-le", 2),
    types.PositionEncodingKind.Utf32: ("utf-32-le", 4),
}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Announced:
    """What the editor says of itself."""

    capabilities: types.ClientCapabilities = field(default_factory=types.ClientCapabilities)
    folders: tuple[Path, ...] = ()
    options: object = None
    settings: object = None
    name: str = "Strict"
    process_id: int | None = None


class StrictEditor:
    """One server process, spoken to message by message."""

    def __init__(self, process: asyncio.subprocess.Process, announced: Announced) -> None:
        self.process = process
        self.announced = announced
        self.texts: dict[str, tuple[int, str]] = {}
        self.inbox: deque[Json] = deque()
        self.log: list[str] = []
        self.registered_for_files: list[Json] = []
        self._arrived = asyncio.Event()
        self._answers: dict[object, asyncio.Future[Json]] = {}
        self._methods: dict[object, str] = {}
        self._ids = 0
        self._codec, self._width = "", 0
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._read_log())]

    # What the editor says.

    async def initialize(self) -> types.InitializeResult:
        """Go through the first handshake."""
        capabilities = CONVERTER.unstructure(self.announced.capabilities)
        params = {
            "processId": self.announced.process_id or os.getpid(),
            "clientInfo": {"name": self.announced.name},
            "rootUri": None,
            "capabilities": capabilities,
            "initializationOptions": self.announced.options,
            "workspaceFolders": [
                {"uri": it.as_uri(), "name": it.name} for it in self.announced.folders
            ],
        }
        answer = await self.ask(types.INITIALIZE, params)
        result = CONVERTER.structure(answer, types.InitializeResult)
        self._codec, self._width = CODECS[result.capabilities.position_encoding]
        await self.notify(types.INITIALIZED, {})
        workspace = self.announced.capabilities.workspace
        settings = workspace.did_change_configuration if workspace else None
        if settings and settings.dynamic_registration:
            await self.answer(await self.expect(types.CLIENT_REGISTER_CAPABILITY), None)
        if workspace and workspace.configuration:
            await self.answer_configuration()
        return result

    async def answer_configuration(self) -> None:
        """Answer the server's question for its section of the settings."""
        request = await self.expect(types.WORKSPACE_CONFIGURATION)
        assert request["params"]["items"] == [{"section": "glossator"}]
        await self.answer(request, [self.announced.settings])

    async def open(self, uri: str, text: str, language: str = "c") -> None:
        """Open a document."""
        self.texts[uri] = (1, text)
        item = {"uri": uri, "languageId": language, "version": 1, "text": text}
        await self.notify(types.TEXT_DOCUMENT_DID_OPEN, {"textDocument": item})

    async def replace(self, uri: str, text: str) -> None:
        """Give a document a whole new text."""
        version = self.texts[uri][0] + 1
        self.texts[uri] = (version, text)
        await self.notify(
            types.TEXT_DOCUMENT_DID_CHANGE,
            {
                "textDocument": {"uri": uri, "version": version},
                "contentChanges": [{"text": text}],
            },
        )

    async def ask(self, method: str, params: object = None) -> Any:  # noqa: ANN401 -- any JSON
        """Send a request; return the result, which must be one."""
        answer = await self.ask_for_answer(method, params)
        assert "error" not in answer, answer
        return answer["result"]

    async def ask_for_error(self, method: str, params: object = None) -> Json:
        """Send a request; return the error, which must be one sentence without detail."""
        answer = await self.ask_for_answer(method, params)
        assert "error" in answer, answer
        error: Json = answer["error"]
        assert set(error) == {"code", "message"}
        assert error["message"].endswith(".")
        assert "\n" not in error["message"]
        return error

    async def ask_for_answer(self, method: str, params: object) -> Json:
        """Send a request; return the answer, whatever it is."""
        message_id = await self.send_request(method, params)
        return await self.answer_to(message_id)

    async def send_request(self, method: str, params: object) -> int:
        """Send a request without waiting; return its id."""
        self._ids += 1
        self._answers[self._ids] = asyncio.get_running_loop().create_future()
        self._methods[self._ids] = method
        message = {"jsonrpc": "2.0", "id": self._ids, "method": method, "params": params}
        await self.send(message)
        return self._ids

    async def answer_to(self, message_id: object) -> Json:
        """Wait for the answer to a request."""
        async with asyncio.timeout(PATIENCE):
            return await self._answers[message_id]

    async def notify(self, method: str, params: object) -> None:
        """Send a notification."""
        await self.send({"jsonrpc": "2.0", "method": method, "params": params})

    async def answer(self, request: Json, result: object) -> None:
        """Answer a request of the server."""
        await self.send({"jsonrpc": "2.0", "id": request["id"], "result": result})

    async def refuse(self, request: Json) -> None:
        """Refuse a request of the server."""
        error = {"code": -32601, "message": "not here"}
        await self.send({"jsonrpc": "2.0", "id": request["id"], "error": error})

    async def send(self, message: object) -> None:
        """Send any message."""
        body = json.dumps(message).encode()
        await self.send_bytes(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    async def send_bytes(self, data: bytes) -> None:
        """Send bytes as they are."""
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        await self.process.stdin.drain()

    # What the server says.

    async def expect(self, method: str) -> Json:
        """Return the server's next message with this method, and consume it."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for message in self.inbox:
                    if message.get("method") == method:
                        self.inbox.remove(message)
                        return message
                self._arrived.clear()
                await self._arrived.wait()

    async def see(self, method: str) -> None:
        """Wait for the server's next message with this method, and leave it to be consumed."""
        self.inbox.appendleft(await self.expect(method))

    async def expect_unasked_error(self) -> Json:
        """Return the server's next error that belongs to no request, and consume it."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for message in self.inbox:
                    if "error" in message and message["id"] is None:
                        self.inbox.remove(message)
                        return message["error"]  # type: ignore[no-any-return]
                self._arrived.clear()
                await self._arrived.wait()

    async def expect_sentence(self) -> str:
        """Return the sentence of the server's next message box."""
        params = (await self.expect(types.WINDOW_SHOW_MESSAGE))["params"]
        message: str = params["message"]
        assert message.endswith("."), message
        assert "\n" not in message
        return message

    async def expect_progress(self) -> list[Json]:
        """Create the server's next progress and return its values up to the end."""
        created = await self.expect(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
        await self.answer(created, None)
        return await self.expect_progress_of(created["params"]["token"])

    async def expect_progress_of(self, token: object) -> list[Json]:
        """Return the values of a progress: a beginning, reports and one end."""
        values: list[Json] = []
        while not values or values[-1]["kind"] != "end":
            params = (await self.expect(types.PROGRESS))["params"]
            assert params["token"] == token
            values.append(params["value"])
        kinds = [it["kind"] for it in values]
        assert kinds == ["begin", *["report"] * (len(kinds) - 2), "end"]
        return values

    async def expect_edit(self) -> tuple[Json, str]:
        """Return the server's next edit as a request, and the text that comes of it."""
        request = await self.expect(types.WORKSPACE_APPLY_EDIT)
        assert request["params"]["label"]
        edit = request["params"]["edit"]
        if self._versions_edits():
            assert set(edit) - self._annotations() == {"documentChanges"}
            (change,) = edit["documentChanges"]
            uri, edits = change["textDocument"]["uri"], change["edits"]
        else:
            assert set(edit) == {"changes"}
            ((uri, edits),) = edit["changes"].items()
        text = self.texts[uri][1]
        for it in reversed(edits):
            start, end = (self._offset(text, it["range"][side]) for side in ("start", "end"))
            text = text[:start] + it["newText"] + text[end:]
        return request, text

    async def accept_edit(self) -> str:
        """Apply the server's next edit, as a good editor does; return the new text."""
        request, text = await self.expect_edit()
        await self.replace(self._uri_of(request), text)
        await self.answer(request, {"applied": True})
        return text

    async def accept_changes(self) -> dict[str, str | None]:
        """Apply the server's next edit of several files, as a good editor does.

        Return the texts that come of it by URI, None for a file that is gone; files that are not
        open are changed on the disk.
        """
        request = await self.expect(types.WORKSPACE_APPLY_EDIT)
        changed = self.make_changes(request["params"]["edit"])
        for uri, text in changed.items():
            if uri in self.texts and text is not None:
                await self.replace(uri, text)
        await self.answer(request, {"applied": True})
        return changed

    def make_changes(self, edit: Json) -> dict[str, str | None]:
        """Make an edit in files that are not open; return the texts that come of it by URI."""
        texts: dict[str, str | None] = {}
        for it in _operations(edit):
            if it.get("kind") == "create":
                path = _path(it["uri"])
                assert not path.exists()
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
                texts[it["uri"]] = ""
            elif it.get("kind") == "rename":
                _path(it["newUri"]).parent.mkdir(parents=True, exist_ok=True)
                _path(it["oldUri"]).rename(_path(it["newUri"]))
                texts[it["newUri"]] = texts.pop(it["oldUri"], _path(it["newUri"]).read_text())
            elif it.get("kind") == "delete":
                _path(it["uri"]).unlink()
                texts[it["uri"]] = None
            else:
                texts |= {it["textDocument"]["uri"]: self._changed(it, texts)}
        for uri, text in texts.items():
            if uri not in self.texts and text is not None:
                _path(uri).write_bytes(text.encode())
        return texts

    def _changed(self, change: Json, texts: dict[str, str | None]) -> str:
        document = change["textDocument"]
        uri = document["uri"]
        version, text = self.texts.get(uri, (None, ""))
        if version is None:
            text = texts.get(uri) or _path(uri).read_bytes().decode()
        if "version" in document:
            assert document["version"] == version
        for it in reversed(change["edits"]):
            start, end = (self._offset(text, it["range"][side]) for side in ("start", "end"))
            text = text[:start] + it["newText"] + text[end:]
        return text

    async def end(self) -> int:
        """Go through the last handshake; return the exit status."""
        await self.ask(types.SHUTDOWN)
        await self.notify(types.EXIT, None)
        return await self.wait()

    async def wait(self) -> int:
        """Wait for the server's end."""
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*self._tasks)
            return await self.process.wait()

    def check_nothing_is_left(self) -> None:
        """Fail where the server said something that nobody consumed, or logged a failure."""
        assert list(self.inbox) == [], list(self.inbox)
        unread = [key for key, it in self._answers.items() if not it.done()]
        assert unread == [], "requests without an answer"
        assert not any("Traceback" in line for line in self.log), "".join(self.log)

    def position(self, text: str, offset: int) -> Json:
        """Return the position of an offset, by counting; for texts with line feeds only."""
        line = text.count("\n", 0, offset)
        before = text[text.rfind("\n", 0, offset) + 1 : offset]
        return {"line": line, "character": len(before.encode(self._codec)) // self._width}

    def _offset(self, text: str, position: Json) -> int:
        line, start = position["line"], 0
        for _ in range(line):
            ends = [at for at in (text.find("\n", start), text.find("\r", start)) if at >= 0]
            if not ends:
                return len(text)  # Beyond the end is the end.
            start = min(ends) + (2 if text[min(ends) : min(ends) + 2] == "\r\n" else 1)
        raw = text[start:].encode(self._codec)[: self._width * position["character"]]
        return start + len(raw.decode(self._codec))

    def _annotations(self) -> set[str]:
        """Return the key of what explains changes, for an editor that shows it."""
        workspace = self.announced.capabilities.workspace
        edit = workspace.workspace_edit if workspace else None
        return {"changeAnnotations"} if edit and edit.change_annotation_support else set()

    def _versions_edits(self) -> bool:
        workspace = self.announced.capabilities.workspace
        edit = workspace.workspace_edit if workspace else None
        return bool(edit and (edit.document_changes or edit.resource_operations))

    def _uri_of(self, request: Json) -> str:
        edit = request["params"]["edit"]
        if "changes" in edit:
            return next(iter(edit["changes"]))
        document = edit["documentChanges"][0]["textDocument"]
        assert document["version"] == self.texts[document["uri"]][0]
        return str(document["uri"])

    async def _read(self) -> None:
        assert self.process.stdout is not None
        while header := await self.process.stdout.readline():
            length = int(header.removeprefix(b"Content-Length: "))
            assert await self.process.stdout.readline() == b"\r\n"
            message = json.loads(await self.process.stdout.readexactly(length))
            assert message["jsonrpc"] == "2.0"
            if "method" in message:
                self._check_request(message)
                if self._is_for_workspace_files(message):
                    # Each session with folders begins with them, at no certain moment.
                    self.registered_for_files.append(message)
                    await self.answer(message, None)
                    continue
            elif (waiting := self._answers.get(message["id"])) is not None:
                self._check_result(message)
                waiting.set_result(message)  # Raises for a second answer.
                continue
            self.inbox.append(message)
            self._arrived.set()

    def _is_for_workspace_files(self, message: Json) -> bool:
        if message["method"] != types.CLIENT_REGISTER_CAPABILITY:
            return False
        ids = {it["id"] for it in message["params"]["registrations"]}
        return ids <= {".glossator.toml", types.TEXT_DOCUMENT_DIAGNOSTIC}

    def _check_request(self, message: Json) -> None:
        method = message["method"]
        if method in PANELS:
            # Our own; only an editor that announced panels may be sent it.
            options = self.announced.options
            assert isinstance(options, Mapping)
            assert options["panels"] is True
            assert set(message["params"]) >= PANELS[method]
            return
        cls, *_ = types.METHOD_TO_TYPES[method]
        params = CONVERTER.structure(message, cls).params
        with warnings.catch_warnings():
            warnings.simplefilter("error", LspSpecificationWarning)
            check_params_against_client_capabilities(self.announced.capabilities, method, params)

    def _check_result(self, message: Json) -> None:
        method = self._methods[message["id"]]
        if "error" in message or method not in types.METHOD_TO_TYPES:
            return
        result = CONVERTER.structure(message, types.METHOD_TO_TYPES[method][1]).result
        with warnings.catch_warnings():
            warnings.simplefilter("error", LspSpecificationWarning)
            check_result_against_client_capabilities(self.announced.capabilities, method, result)

    async def _read_log(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.log.append(line.decode())


def _operations(edit: Json) -> list[Json]:
    if "documentChanges" in edit:
        return list(edit["documentChanges"])
    return [{"textDocument": {"uri": uri}, "edits": it} for uri, it in edit["changes"].items()]


def _path(uri: str) -> Path:
    return Path(unquote(uri.removeprefix("file://")))


@contextlib.asynccontextmanager
async def strict_editor(
    announced: Announced, command: Sequence[str] = SERVER, more: Mapping[str, str] | None = None
) -> AsyncIterator[StrictEditor]:
    """Start a server and an editor; at the end nothing may be left unsaid or unread."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=1 << 27,
        env={**os.environ, **(more or {})},
    )
    editor = StrictEditor(process, announced)
    try:
        yield editor
        if process.returncode is None:
            assert await editor.end() == 0
        editor.check_nothing_is_left()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        for task in editor._tasks:
            task.cancel()
        await asyncio.gather(*editor._tasks, return_exceptions=True)
