"""`glossator.ask` and `glossator.explain` over standard input and output."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from lsprotocol import types
from pytest_lsp import client_capabilities

from tests.e2e.asking import NET, QUESTION, SAID
from tests.e2e.conftest import WriteScript
from tests.e2e.lsp_editor import Announced, Json, StrictEditor, strict_editor

CODE = client_capabilities("visual-studio-code")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "a project"
    folder.mkdir()
    (folder / "net.c").write_text(NET, "utf-8")
    return folder


@pytest.fixture
def models(own_home: Path) -> WriteScript:
    """Return what writes a configuration without an index, in which a script answers."""

    def write(*replies: dict[str, object]) -> None:
        path = own_home / "script.json"
        path.write_text(json.dumps({"schema": 1, "replies": replies}), encoding="utf-8")
        folder = own_home / "config" / "glossator"
        folder.mkdir(exist_ok=True)
        (folder / "config.toml").write_text(
            f'schema = 1\n[[model]]\nid = "scripted"\napi = "scripted"\nscript = "{path}"\n'
            '[roles]\nask = ["scripted"]\n[index]\nenabled = false\n'
        )

    return write


async def start(editor: StrictEditor, command: str, **argument: object) -> tuple[int, str]:
    """Run a command; return the number of its job and the token of its progress."""
    params = {"command": command, "arguments": [argument]}
    job = (await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, params))["job"]
    request = await editor.expect(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
    await editor.answer(request, None)
    return job, request["params"]["token"]


async def answers(editor: StrictEditor) -> list[Json]:
    """Return the pieces of one streamed answer."""
    found: list[Json] = []
    while not (found and found[-1].get("done")):
        found.append((await editor.expect("glossator/answer"))["params"])
    return found


def announced(project: Path, *, panels: bool) -> Announced:
    return Announced(CODE, (project,), {"panels": panels} if panels else None)


def place(project: Path) -> dict[str, object]:
    return {"uri": (project / "net.c").as_uri(), "symbol": "net_connect"}


async def test_an_answer_streams_into_a_panel(project: Path, models: WriteScript) -> None:
    models({"text": SAID, "chunk": 3})
    async with strict_editor(announced(project, panels=True)) as editor:
        await editor.initialize()
        job, token = await start(editor, "glossator.ask", text=QUESTION, **place(project))
        pieces = await answers(editor)
        assert {it["job"] for it in pieces} == {job}
        assert [it["seq"] for it in pieces] == list(range(len(pieces)))
        uri = (project / "net.c").as_uri()
        text = "".join(it["delta"] for it in pieces)
        assert text == (
            f"It calls `socket_open`. [net\\.c\\:6](<{uri}#L6>)\n\n"
            f"- It logs. [net\\.c\\:8\\-9](<{uri}#L8>)"
        )
        assert len(pieces) > 2
        assert (pieces[-1]["found"], pieces[-1]["model"]) == (True, "scripted")
        assert pieces[-1]["citations"][0] == {"path": "net.c", "startLine": 6, "endLine": 6}
        values = await editor.expect_progress_of(token)
        assert values[-1]["message"] == "answered, with 2 places"
        await editor.expect(types.WINDOW_LOG_MESSAGE)


async def test_any_other_editor_opens_a_file_that_only_its_owner_reads(
    project: Path, models: WriteScript, own_home: Path
) -> None:
    models({"text": SAID})
    async with strict_editor(announced(project, panels=False)) as editor:
        await editor.initialize()
        _, token = await start(editor, "glossator.ask", text=QUESTION, **place(project))
        await editor.expect(types.WINDOW_LOG_MESSAGE)
        request = await editor.expect(types.WINDOW_SHOW_DOCUMENT)
        await editor.answer(request, {"success": True})
        (path,) = (own_home / "state" / "glossator" / "answers").iterdir()
        assert request["params"]["uri"] == path.as_uri()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        text = path.read_text("utf-8")
        assert text.startswith(f"# {QUESTION.replace('_', '_')}\n\nIt calls `socket_open`.")
        assert "- Note: 1 statement of the model left out" in text
        await editor.expect_progress_of(token)


async def test_an_editor_that_opens_no_files_is_told_the_path(
    project: Path, models: WriteScript, own_home: Path
) -> None:
    models({"text": SAID})
    capabilities = types.ClientCapabilities(
        window=types.WindowClientCapabilities(work_done_progress=True)
    )
    async with strict_editor(Announced(capabilities, (project,))) as editor:
        await editor.initialize()
        _, token = await start(editor, "glossator.ask", text=QUESTION, **place(project))
        values = await editor.expect_progress_of(token)
        (path,) = (own_home / "state" / "glossator" / "answers").iterdir()
        assert values[-1]["message"].endswith(f": {path}")
        await editor.expect(types.WINDOW_LOG_MESSAGE)


async def test_a_symbol_is_explained_by_a_code_action_that_only_a_person_is_offered(
    project: Path, models: WriteScript
) -> None:
    models({"text": "- It calls `socket_open` [1:6].", "when": "Explain net_connect"})
    async with strict_editor(announced(project, panels=True)) as editor:
        await editor.initialize()
        uri = (project / "net.c").as_uri()
        await editor.open(uri, NET)
        at = {"line": 3, "character": 6}
        offered: dict[int, list[Json]] = {}
        for trigger in (1, 2):
            params = {
                "textDocument": {"uri": uri},
                "range": {"start": at, "end": at},
                "context": {"diagnostics": [], "triggerKind": trigger},
            }
            actions = await editor.ask(types.TEXT_DOCUMENT_CODE_ACTION, params)
            title = "Explain `net_connect`"
            offered[trigger] = [it["command"] for it in actions if it["title"] == title]
        (command,) = offered[1]
        assert offered[2] == []
        (argument,) = command["arguments"]
        _, token = await start(editor, command["command"], **argument)
        text = "".join(it["delta"] for it in await answers(editor))
        assert text.startswith("- It calls `socket_open`. [net")
        await editor.expect_progress_of(token)


@pytest.mark.parametrize("end", [(0, 9), (1, 0)])
async def test_a_selection_is_explained_as_it_stands_in_the_editor(
    end: tuple[int, int], project: Path, models: WriteScript
) -> None:
    models({"text": "It is new [1:1].", "when": "Explain net.c:1, which is piece 1"})
    async with strict_editor(announced(project, panels=True)) as editor:
        await editor.initialize()
        uri = (project / "net.c").as_uri()
        await editor.open(uri, "int brand_new(void) { return 1; }\n\nint other;\n")
        until = {"line": end[0], "character": end[1]}
        where = {"start": {"line": 0, "character": 0}, "end": until}
        _, token = await start(editor, "glossator.explain", uri=uri, version=1, range=where)
        assert "It is new." in "".join(it["delta"] for it in await answers(editor))
        await editor.expect_progress_of(token)


async def test_who_types_while_a_text_is_sorted_has_it_answered_for_where_it_was_said(
    project: Path, models: WriteScript
) -> None:
    models(
        {"when": "seven intents", "json": {"intent": "explain"}, "delay_s": 1, "chunk": 1_000},
        {"text": "It is new [1:1]."},
    )
    async with strict_editor(announced(project, panels=True)) as editor:
        await editor.initialize()
        uri = (project / "net.c").as_uri()
        await editor.open(uri, "int brand_new(void) { return 1; }\n")
        where = {"start": {"line": 0, "character": 6}, "end": {"line": 0, "character": 6}}
        argument = {"uri": uri, "version": 1, "range": where, "text": "xyzzy frobs quux"}
        _, token = await start(editor, "glossator.do", **argument)
        await editor.see(types.PROGRESS)
        await editor.replace(uri, "int brand_new(void) { return 1; }\n\nint other;\n")
        assert "It is new." in "".join(it["delta"] for it in await answers(editor))
        await editor.expect_progress_of(token)


async def test_a_conversation_goes_on_where_that_is_asked_for(
    project: Path, models: WriteScript
) -> None:
    models({"text": "Yes [1].", "when": "Earlier in this conversation"}, {"text": SAID})
    async with strict_editor(announced(project, panels=True)) as editor:
        await editor.initialize()
        for goes_on, words in ((False, "It calls"), (True, "Yes."), (False, "It calls")):
            argument = {"text": QUESTION, "continue": goes_on, **place(project)}
            _, token = await start(editor, "glossator.ask", **argument)
            text = "".join(it["delta"] for it in await answers(editor))
            assert text.startswith(words)
            await editor.expect_progress_of(token)
        while editor.inbox:
            await editor.expect(types.WINDOW_LOG_MESSAGE)


async def test_a_question_changes_nothing_whatever_it_says(
    project: Path, models: WriteScript
) -> None:
    wish = "Rename net_connect to open_host and write it into net.c"
    models({"text": "```c\nint open_host(void);\n```\n[1]", "repeat": True})
    async with strict_editor(announced(project, panels=True)) as editor:
        await editor.initialize()
        _, token = await start(editor, "glossator.ask", text=wish, **place(project))
        text = "".join(it["delta"] for it in await answers(editor))
        assert text.startswith("I could not find an answer in this codebase.")
        values = await editor.expect_progress_of(token)
        assert values[-1]["message"] == "no answer was found"
        while editor.inbox:
            await editor.expect(types.WINDOW_LOG_MESSAGE)
    assert (project / "net.c").read_text("utf-8") == NET


async def test_no_model_is_named_where_none_was_asked(project: Path, models: WriteScript) -> None:
    models()
    async with strict_editor(announced(project, panels=True)) as editor:
        await editor.initialize()
        argument = {"text": "Which Kafka topic holds the invoices?", **place(project)}
        _, token = await start(editor, "glossator.ask", **argument)
        last = (await answers(editor))[-1]
        assert (last["found"], "model" in last) == (False, False)
        await editor.expect_progress_of(token)


async def test_a_cancel_reaches_the_model_and_closes_the_panel(
    project: Path, models: WriteScript
) -> None:
    models({"text": "It opens it [1].\n\n" * 50, "delay_s": 0.2})
    async with strict_editor(announced(project, panels=True)) as editor:
        await editor.initialize()
        job, token = await start(editor, "glossator.ask", text=QUESTION, **place(project))
        first = (await editor.expect("glossator/answer"))["params"]
        assert first["delta"].startswith("It opens it.")
        params = {"command": "glossator.cancel", "arguments": [{"job": job}]}
        await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, params)
        last = (await answers(editor))[-1]
        assert (last["done"], "found" in last) == (True, False)
        values = await editor.expect_progress_of(token)
        assert values[-1]["message"] == "cancelled"


@pytest.mark.parametrize(
    ("command", "argument", "word"),
    [
        ("glossator.ask", {}, "text"),
        ("glossator.ask", {"text": 1}, "text"),
        ("glossator.ask", {"text": " "}, "empty"),
        ("glossator.ask", {"text": "x" * 10_001}, "10000"),
        ("glossator.ask", {"text": "What?", "continue": 1}, "continue"),
        ("glossator.ask", {"text": "What?", "uri": 1}, "uri"),
        ("glossator.ask", {"text": "What?", "uri": "untitled:1", "symbol": "a"}, "save it"),
        ("glossator.ask", {"text": "What?", "more": 1}, "more"),
        ("glossator.explain", {}, "uri"),
        ("glossator.explain", {"uri": "file:///nowhere/a.c", "symbol": "a"}, "no workspace"),
    ],
)
async def test_bad_arguments_are_one_sentence(
    command: str, argument: dict[str, object], word: str, project: Path, models: WriteScript
) -> None:
    models()
    async with strict_editor(announced(project, panels=True)) as editor:
        await editor.initialize()
        params = {"command": command, "arguments": [argument]}
        error = await editor.ask_for_error(types.WORKSPACE_EXECUTE_COMMAND, params)
        assert word in error["message"]
        assert error["message"].endswith(".")
