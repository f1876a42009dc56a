"""The server answers each request once, whatever comes, and ends as it should."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from lsprotocol import types

from benchmarks import lsp_messages
from tests.e2e.conftest import WriteScript
from tests.e2e.lsp_editor import SERVER, Announced, Json, StrictEditor, strict_editor

URI = "file:///home/me/a.c"
TEXT = "int add(int left, int right)\n{\n\treturn left + right;\n}\n"
PLAIN = Announced()
HOVER = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 5}}


async def answer_to(editor: StrictEditor, message: Json) -> Json:
    """Send a message with an id of its own; return the one answer to it."""
    editor._answers[message["id"]] = asyncio.get_running_loop().create_future()
    editor._methods[message["id"]] = str(message.get("method"))
    await editor.send(message)
    return await editor.answer_to(message["id"])


async def test_requests_wait_for_initialize_and_end_with_shutdown() -> None:
    async with strict_editor(PLAIN) as editor:
        assert (await editor.ask_for_error("textDocument/hover", HOVER))["code"] == -32002
        assert (await editor.ask_for_error("unknown/method"))["code"] == -32002
        await editor.notify("textDocument/didOpen", {"textDocument": {}})
        assert (await editor.ask_for_error("initialize", {"capabilities": 5}))["code"] == -32602
        await editor.initialize()
        assert (await editor.ask_for_error("initialize", {"capabilities": {}}))["code"] == -32600
        assert await editor.ask("shutdown") is None
        assert (await editor.ask_for_error("shutdown"))["code"] == -32600
        assert (await editor.ask_for_error("textDocument/hover", HOVER))["code"] == -32600
        await editor.notify("exit", None)
        assert await editor.wait() == 0


async def test_says_who_it_is_and_what_it_can() -> None:
    async with strict_editor(PLAIN) as editor:
        result = await editor.initialize()
        assert result.server_info is not None
        assert result.server_info.name == "glossator"
        commands = result.capabilities.execute_command_provider
        assert commands is not None
        assert all(it.startswith("glossator.") for it in commands.commands)


async def test_odd_requests_are_answered_once() -> None:
    async with strict_editor(PLAIN) as editor:
        await editor.initialize()
        hover = {"jsonrpc": "2.0", "method": "textDocument/hover"}
        for message, code in (
            ({**hover, "id": "text"}, -32602),
            ({**hover, "id": "é\ud800"}, -32602),
            ({**hover, "id": 2**40, "params": None}, -32602),
            ({**hover, "id": -1, "params": [HOVER]}, -32602),
            ({**hover, "id": 1.5, "params": HOVER}, -32600),
            ({"jsonrpc": "2.0", "id": "a", "method": "initialized", "params": {}}, -32601),
            ({"jsonrpc": "2.0", "id": "b", "method": "$/unknown"}, -32601),
            ({"jsonrpc": "2.0", "id": "c", "method": "textDocument/rename"}, -32601),
            ({"jsonrpc": "2.0", "id": "d", "method": 5}, -32600),
            ({"id": "e", "method": "shutdown"}, -32600),
        ):
            answer = await answer_to(editor, message)
            assert answer["error"]["code"] == code, message
            assert set(answer["error"]) == {"code", "message"}
        assert "result" in await answer_to(editor, {**hover, "id": 3.0, "params": HOVER})


async def test_what_has_no_id_is_answered_with_a_null_id() -> None:
    async with strict_editor(PLAIN) as editor:
        await editor.initialize()
        for message in ([], [{"jsonrpc": "2.0", "id": 9, "method": "shutdown"}], 5, None, {}):
            await editor.send(message)
            assert (await editor.expect_unasked_error())["code"] == -32600
        for body in (b"{", b"\xff\xff", b"[" * 100_000):
            await editor.send_bytes(lsp_messages.framed(body))
            assert (await editor.expect_unasked_error())["code"] == -32700


async def test_broken_frames_are_told_and_passed_over() -> None:
    async with strict_editor(PLAIN) as editor:
        await editor.initialize()
        for broken in (
            b"Content-Length: 99999999999\r\n\r\n{}",
            b"Content-Length: -1\r\n\r\n{}",
            b"Content-Type: text\r\n\r\n{}",
            b"noise before a header, ",
        ):
            await editor.send_bytes(broken)
            assert (await editor.ask_for_error("unknown"))["code"] == -32601
            assert (await editor.expect_unasked_error())["code"] == -32700


async def test_unknown_notifications_and_responses_are_passed_over() -> None:
    async with strict_editor(PLAIN) as editor:
        await editor.initialize()
        await editor.notify("$/unknown", {"a": 1})
        await editor.notify("workspace/unknown", 5)
        await editor.notify("textDocument/hover", HOVER)
        await editor.notify("$/cancelRequest", {"id": 77})
        await editor.notify("$/cancelRequest", None)
        await editor.notify("textDocument/didSave", {"textDocument": {"uri": URI}})
        await editor.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
        await editor.notify("$/setTrace", {"value": "verbose"})
        for wrong_id in ("nobody", 7, None, [], {}):
            await editor.send({"jsonrpc": "2.0", "id": wrong_id, "result": None})
        assert await editor.ask("textDocument/hover", HOVER) is None


async def test_a_change_that_makes_no_sense_stops_the_document_not_the_server() -> None:
    async with strict_editor(PLAIN) as editor:
        await editor.initialize()
        await editor.open(URI, TEXT)
        assert await editor.ask("textDocument/hover", HOVER) is not None
        document = {"uri": URI, "version": 2}
        wrong = {"textDocument": document, "contentChanges": [{"range": 5, "text": ""}]}
        for _ in range(2):
            await editor.notify("textDocument/didChange", wrong)
        assert "close and open" in await editor.expect_sentence()
        assert await editor.ask("textDocument/hover", HOVER) is None
        await editor.open(URI, TEXT)
        assert await editor.ask("textDocument/hover", HOVER) is not None


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("\0\1\2", "c", "binary"),
        ("int a;\n" * 7_200_000, "c", "50 MB"),
        ("# a file\n", "markdown", "no language"),
    ],
    ids=["binary", "huge", "markdown"],
)
async def test_a_document_that_cannot_be_worked_on_is_said_once(
    text: str, language: str, said: str
) -> None:
    async with strict_editor(PLAIN) as editor:
        await editor.initialize()
        uri = URI if language == "c" else "file:///home/me/a.md"
        await editor.open(uri, text, language)
        method = "window/showMessage" if language == "c" else "window/logMessage"
        assert said in (await editor.expect(method))["params"]["message"]
        params = {**HOVER, "textDocument": {"uri": uri}}
        assert await editor.ask("textDocument/hover", params) is None
        selection = {"start": params["position"], "end": params["position"]}
        params = {"textDocument": {"uri": uri}, "range": selection, "context": {"diagnostics": []}}
        assert await editor.ask("textDocument/codeAction", params) == []


async def test_settings_come_from_all_layers_and_wrong_ones_are_named(
    tmp_path: Path, script: WriteScript
) -> None:
    script()
    (tmp_path / ".glossator.toml").write_text("[document]\nwidth = 100\nhost = 1\n")
    workspace = types.WorkspaceClientCapabilities(configuration=True)
    announced = Announced(
        types.ClientCapabilities(workspace=workspace),
        folders=(tmp_path,),
        options={"document": {"rounds": 1}},
        settings={"document": {"max_lines": 7}, "model": "x"},
    )
    async with strict_editor(announced) as editor:
        await editor.initialize()
        for key in ("document.host", "model"):
            assert key in (await editor.expect("window/logMessage"))["params"]["message"]
        status = await editor.ask("workspace/executeCommand", {"command": "glossator.status"})
        found = status["settings"]["document"]
        assert (found["width"], found["rounds"], found["max_lines"]) == (100, 1, 7)
        await editor.notify("workspace/didChangeConfiguration", {"settings": None})
        await editor.answer_configuration()
        # What somebody takes out of the settings does not stay.
        await editor.notify("workspace/didChangeConfiguration", {"settings": None})
        await editor.answer(await editor.expect("workspace/configuration"), [None])
        status = await editor.ask("workspace/executeCommand", {"command": "glossator.status"})
        assert status["settings"]["document"]["max_lines"] is None


async def test_files_are_read_only_under_the_workspace_folders(
    tmp_path: Path, script: WriteScript
) -> None:
    script()
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    for folder in (inside, outside):
        folder.mkdir()
        (folder / "a.c").write_text(TEXT)
    (inside / "link.c").symlink_to(outside / "a.c")
    (inside / "loop.c").symlink_to("loop.c")
    async with strict_editor(Announced(folders=(inside,))) as editor:
        await editor.initialize()

        async def document(path: Path) -> Json:
            argument = {"uri": path.as_uri(), "symbol": "none"}
            params = {"command": "glossator.document", "arguments": [argument]}
            return await editor.ask_for_error("workspace/executeCommand", params)

        assert "There is no none" in (await document(inside / "a.c"))["message"]
        assert "open it first" in (await document(outside / "a.c"))["message"]
        assert "open it first" in (await document(inside / "link.c"))["message"]
        assert "open it first" in (await document(inside / ".." / "outside" / "a.c"))["message"]
        assert "open it first" in (await document(inside / "loop.c"))["message"]
        added = {"added": [{"uri": outside.as_uri(), "name": "o"}], "removed": []}
        await editor.notify("workspace/didChangeWorkspaceFolders", {"event": added})
        assert "There is no none" in (await document(outside / "a.c"))["message"]


async def test_the_end_of_the_input_without_shutdown_is_a_failure() -> None:
    async with strict_editor(PLAIN) as editor:
        await editor.initialize()
        await editor.send_bytes(b"Content-Length: 50\r\n\r\n{")
        assert editor.process.stdin is not None
        editor.process.stdin.close()
        assert await editor.wait() == 1
        assert (await editor.expect_unasked_error())["code"] == -32700


@pytest.mark.parametrize("is_shut_down", [True, False])
async def test_exit_says_whether_it_was_shut_down(*, is_shut_down: bool) -> None:
    async with strict_editor(PLAIN) as editor:
        await editor.initialize()
        if is_shut_down:
            await editor.ask("shutdown")
        await editor.notify("exit", None)
        assert await editor.wait() == (0 if is_shut_down else 1)


async def test_sigterm_ends_the_server_in_order() -> None:
    async with strict_editor(PLAIN) as editor:
        await editor.initialize()
        editor.process.send_signal(signal.SIGTERM)
        assert await editor.wait() == 0


async def test_the_server_ends_when_the_editors_process_dies() -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "input()", stdin=asyncio.subprocess.PIPE
    )
    async with strict_editor(Announced(process_id=parent.pid)) as editor:
        await editor.initialize()
        parent.kill()
        await parent.wait()
        assert await editor.wait() == 1


async def test_nothing_but_messages_reaches_standard_output(tmp_path: Path) -> None:
    noisy = tmp_path / "noisy.py"
    noisy.write_text(
        "import os, sys\n"
        "from glossator_server.lsp.features import hover as feature\n"
        "def hover(ls, params):\n"
        "    print('a stray line')\n"
        "    os.write(1, b'another')\n"
        "    os.system('echo a third; cat')\n"
        "    raise KeyError('user'.join(['text of the ', '']))\n"
        "feature.hover = hover\n"
        "from glossator_server.cli import run\n"
        "sys.exit(run(['server']))\n"
    )
    async with strict_editor(PLAIN, command=(sys.executable, str(noisy))) as editor:
        await editor.initialize()
        error = await editor.ask_for_error("textDocument/hover", HOVER)
        assert error["code"] == -32603
        assert "text of the user" not in json.dumps(error)
        assert await editor.end() == 0
        log = "".join(editor.log)
        assert "another" in log
        assert "a third" in log
        assert "KeyError" in log
        assert "text of the user" not in log


async def test_an_answer_that_is_no_json_is_an_error_and_no_silence(tmp_path: Path) -> None:
    odd = tmp_path / "odd.py"
    odd.write_text(
        "import sys\n"
        "from glossator_server.lsp.features import hover as feature\n"
        "feature.hover = lambda ls, params: {'a': frozenset()}\n"
        "from glossator_server.cli import run\n"
        "sys.exit(run(['server']))\n"
    )
    async with strict_editor(PLAIN, command=(sys.executable, str(odd))) as editor:
        await editor.initialize()
        error = await editor.ask_for_error("textDocument/hover", HOVER)
        assert error["code"] == -32603
        assert await editor.end() == 0
        assert "sending failed with AttributeError" in "".join(editor.log)
        editor.log.clear()


async def test_one_editor_is_served_on_a_loopback_port(script: WriteScript) -> None:
    script()
    process = await asyncio.create_subprocess_exec(
        *SERVER, "--tcp", "127.0.0.1:0", stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    line = (await process.stderr.readline()).decode()
    reader, writer = await asyncio.open_connection("127.0.0.1", int(line.split()[-1]))
    for message in (
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}},
        {"jsonrpc": "2.0", "id": 2, "method": "shutdown"},
        {"jsonrpc": "2.0", "method": "exit"},
    ):
        writer.write(lsp_messages.framed(json.dumps(message).encode()))
    said = await reader.read()
    assert b'"id": 1' in said
    assert b'"id": 2' in said
    assert await process.wait() == 0
    writer.close()


@pytest.mark.parametrize(
    "host",
    [
        "0.0.0.0",
        "192.168.1.1",
        "example.org",
        "::",
    ],
)
async def test_only_loopback_addresses_are_listened_on(host: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *SERVER, "--tcp", f"{host}:0", stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    assert process.returncode == 2
    assert b"127.0.0.1" in said


@pytest.mark.parametrize(("kind", "count"), [("messages", 2500), ("frames", 500)])
def test_every_request_is_answered_once_among(kind: str, count: int) -> None:
    row = lsp_messages.run_session(kind, count, seed=2)
    summary = lsp_messages.summary([row])
    assert {key: it for key, it in summary.items() if it} == {
        kind: count,
        "answers_due": row["answers_due"],
    }, row


def test_an_editors_server_never_imports_what_only_the_owner_of_an_index_needs(
    tmp_path: Path,
) -> None:
    code = (
        "import sys; import glossator_server.indexes, glossator_server.lsp.features as features;"
        "import glossator_server.app; from pathlib import Path; features.import_features();"
        "from glossator_server.settings import IndexOptions;"
        "glossator_server.app.open_index_client(Path('.'), IndexOptions());"
        "heavy = {'numpy', 'tantivy', 'simsimd', 'chromadb', 'sqlite3', 'onnxruntime'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True)
    assert found.stdout.decode().strip() == "[]", found.stderr


def test_the_server_starts_without_model_sdks(tmp_path: Path) -> None:
    # Their imports take longer than all else together; initialize must not wait for them.
    code = (
        "import sys; import glossator_server.lsp.server, glossator_server.cli;"
        "print(sorted({'openai', 'ollama', 'xllamacpp', 'mcp', 'mcp_types'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True)
    assert found.stdout.decode().strip() == "[]"
