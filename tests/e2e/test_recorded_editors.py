"""The main ways through the product in Helix and Zed, as far as their own announcements tell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lsprotocol import types

from tests.e2e.conftest import WriteScript
from tests.e2e.editing import (
    AFTER,
    BEFORE,
    WANTED,
    WriteEdits,
    edit_models,
    edits_of,
    lay_out_net,
    plan_of,
)
from tests.e2e.editing import act as act_of
from tests.e2e.fixing import BROKEN, MENDED, RIGHT, WriteModels, lay_out, models
from tests.e2e.lsp_editor import Json, StrictEditor, strict_editor
from tests.e2e.recorded_editors import (
    NAMES,
    RecordedEditor,
    code_actions,
    progress,
    recorded_editor,
    run,
)

__all__ = ["edit_models", "models"]

THREE = ("net.h", "client.c", "notes.txt")
FUNCTION = '/* 😀 */ static char *s = "é𝒳";\n\nint add(int a, int b)\n{\n\treturn a + b;\n}\n'
WORDS = {
    "summary": "Add two numbers",
    "parameters": {"a": "the one", "b": "the other"},
    "returns": "what they make",
}
COMMENT = (
    "/**\n * add() - Add two numbers.\n * @a: The one.\n * @b: The other.\n *\n"
    " * Return: What they make.\n */\n"
)
DOCUMENTED = FUNCTION.replace("int add", f"{COMMENT}int add")
DRIFTED = COMMENT.replace(" * @b", " * @c: What was.\n * @b") + FUNCTION.partition("\n\n")[2]
WAYS = {
    "helix": "Space a",
    "Zed": "Ctrl+. (Cmd+. on a Mac)",
    "Visual Studio Code": "Ctrl+. (Cmd+. on a Mac)",
}
FINDING = {
    "quote": "return left + operand;",
    "severity": "warning",
    "problem": "The sum can overflow.",
    "fix": "",
}


@pytest.fixture(params=NAMES)
def known(request: pytest.FixtureRequest) -> RecordedEditor:
    return recorded_editor(request.param)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "a project"
    folder.mkdir()
    return folder


def read(path: Path) -> str:
    return path.read_bytes().decode()


async def opened(editor: StrictEditor, path: Path) -> str:
    """Open a file as it is on the disk; return its URI."""
    await editor.initialize()
    await editor.open(path.as_uri(), read(path))
    return path.as_uri()


async def act(editor: StrictEditor, uri: str, text: str, title: str) -> str:
    """Choose a code action at a text; return the token of its progress."""
    found = await code_actions(editor, uri, text)
    (action,) = [it for it in found if it["title"].startswith(title)]
    await run(editor, action["command"])
    return await progress(editor)


async def command(editor: StrictEditor, name: str, **argument: object) -> object:
    return await run(editor, {"command": name, "arguments": [argument]})


async def hovered(editor: StrictEditor, uri: str, text: str) -> str:
    whole = editor.texts[uri][1]
    at = editor.position(whole, whole.index(text))
    params = {"textDocument": {"uri": uri}, "position": at}
    content: Json = (await editor.ask(types.TEXT_DOCUMENT_HOVER, params))["contents"]
    assert content["kind"] == "markdown"
    return str(content["value"])


async def drift(known: RecordedEditor, editor: StrictEditor, uri: str) -> list[Json]:
    """Return what is wrong in a file: ask for it, or wait until it is sent."""
    if known.asks:
        params = {"textDocument": {"uri": uri}}
        asked: list[Json] = (await editor.ask(types.TEXT_DOCUMENT_DIAGNOSTIC, params))["items"]
        return asked
    sent = await editor.expect(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    found: list[Json] = sent["params"]["diagnostics"]
    return found


async def test_a_function_is_documented_and_the_hover_says_how(
    known: RecordedEditor, folder: Path, script: WriteScript
) -> None:
    script({"json": WORDS})
    path = folder / "sum.c"
    path.write_text(FUNCTION, "utf-8")
    async with strict_editor(known.announced(folder)) as editor:
        uri = await opened(editor, path)
        before = await hovered(editor, uri, "add(")
        assert f"Document `add`: {WAYS[known.name]}" in before
        token = await act(editor, uri, "add(", "Document `add`")
        assert await editor.accept_edit() == DOCUMENTED
        values = await editor.expect_progress_of(token)
        assert "code unchanged" in values[-1]["message"]
        assert "checked: kernel-doc ok" in await hovered(editor, uri, "add(int")


@pytest.mark.sandbox
async def test_an_error_is_mended_after_a_word_of_the_persons(
    known: RecordedEditor, tmp_path: Path, models: WriteModels
) -> None:
    models(RIGHT)
    path = lay_out(tmp_path / "add")
    async with strict_editor(known.announced(path.parent)) as editor:
        uri = await opened(editor, path)
        token = await act(editor, uri, "operand", "Fix what checks find")
        diff = await known.shown(editor)
        question = await known.answer(editor, uri, "Apply")
        # Who is shown no diff is told where it lies.
        assert (diff is None) == ("/proposals/" in question)
        assert await editor.accept_edit() == MENDED != BROKEN
        await editor.expect_progress_of(token)


@pytest.mark.sandbox
async def test_an_edit_is_planned_and_taken_file_by_file(
    known: RecordedEditor, tmp_path: Path, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*THREE)], edits_of(*THREE))
    folder = lay_out_net(tmp_path / "net", {it: BEFORE[it] for it in THREE})
    async with strict_editor(known.announced(folder)) as editor:
        uri = await opened(editor, folder / "client.c")
        await command(editor, "glossator.edit", text=WANTED, uri=uri)
        token = await progress(editor)
        await known.shown(editor)
        assert "Add timeout_ms to connect" in await known.answer(editor, uri, "Go on")
        await known.shown(editor)
        await known.answer(editor, uri, "Choose...")
        for path in sorted(THREE):
            title = "Leave" if path == "notes.txt" else "Take"
            assert path in await known.answer(editor, uri, title)
        changed = await editor.accept_changes()
        assert changed == {(folder / it).as_uri(): AFTER[it] for it in ("net.h", "client.c")}
        await editor.expect_progress_of(token)


@pytest.mark.sandbox
async def test_an_instruction_comment_is_carried_out(
    known: RecordedEditor, tmp_path: Path, edit_models: WriteEdits
) -> None:
    edit_models([plan_of("client.c", "net.h")], edits_of("net.h", "client.c"))
    folder = lay_out_net(tmp_path / "net", {it: BEFORE[it] for it in THREE})
    path = folder / "client.c"
    path.write_text(f"// glossator: {WANTED}\n{BEFORE['client.c']}")
    async with strict_editor(known.announced(folder)) as editor:
        uri = await opened(editor, path)
        token = await act(editor, uri, WANTED, "Do: ")
        for title in ("Go on", "Apply all"):
            await known.shown(editor)
            await known.answer(editor, uri, title)
        changed = await editor.accept_changes()
        assert changed[uri] == AFTER["client.c"]
        await editor.expect_progress_of(token)


async def test_an_answer_is_a_file_that_is_opened_or_named(
    known: RecordedEditor, folder: Path, own_home: Path, script: WriteScript
) -> None:
    said = "It adds [1:5]."
    script({"text": said, "repeat": True})
    config = own_home / "config/glossator/config.toml"
    config.write_text(config.read_text().replace("document = ", "ask = "))
    path = folder / "sum.c"
    path.write_text(FUNCTION, "utf-8")
    async with strict_editor(known.announced(folder)) as editor:
        uri = await opened(editor, path)
        question = {"text": "How does add make the sum?", "uri": uri, "symbol": "add"}
        await command(editor, "glossator.ask", **question)
        token = await progress(editor)
        shown = await known.shown(editor)
        ended = (await editor.expect_progress_of(token))[-1]["message"]
        if shown is None:
            shown = Path(ended.rpartition(": ")[2])
        assert "It adds." in shown.read_text("utf-8")
        while editor.inbox:
            await editor.expect(types.WINDOW_LOG_MESSAGE)


async def test_a_function_is_explained_in_a_file(
    known: RecordedEditor, folder: Path, own_home: Path, script: WriteScript
) -> None:
    script({"text": "It adds [1:5].", "repeat": True})
    config = own_home / "config/glossator/config.toml"
    config.write_text(config.read_text().replace("document = ", "ask = "))
    path = folder / "sum.c"
    path.write_text(FUNCTION, "utf-8")
    async with strict_editor(known.announced(folder)) as editor:
        uri = await opened(editor, path)
        token = await act(editor, uri, "add(", "Explain `add`")
        shown = await known.shown(editor)
        ended = (await editor.expect_progress_of(token))[-1]["message"]
        answer = shown if shown is not None else Path(ended.rpartition(": ")[2])
        assert answer.read_text("utf-8").startswith("# Explain add\n\nIt adds.")
        while editor.inbox:
            await editor.expect(types.WINDOW_LOG_MESSAGE)


async def test_every_function_of_a_file_is_documented(
    known: RecordedEditor, folder: Path, script: WriteScript
) -> None:
    script({"json": WORDS, "repeat": True})
    path = folder / "sum.c"
    path.write_text(FUNCTION + FUNCTION.partition("\n\n")[2].replace("add", "plus"), "utf-8")
    async with strict_editor(known.announced(folder)) as editor:
        uri = await opened(editor, path)
        token = await act(editor, uri, "add(", "Document all undocumented in this file")
        await editor.accept_edit()
        text = await editor.accept_edit()
        assert text.startswith(DOCUMENTED)
        assert " * plus() - Add two numbers." in text
        await editor.expect_progress_of(token)


@pytest.mark.sandbox
async def test_files_are_made_and_deleted_by_the_editor(
    known: RecordedEditor, tmp_path: Path, edit_models: WriteEdits
) -> None:
    made = "Limits are in ms.\n"
    edit_models(
        [plan_of("limits.txt", "notes.txt")],
        [
            act_of("create_file", path="limits.txt", text=made),
            act_of("delete_file", path="notes.txt"),
            act_of("finish", summary="moved"),
        ],
    )
    folder = lay_out_net(tmp_path / "net", {it: BEFORE[it] for it in THREE})
    async with strict_editor(known.announced(folder)) as editor:
        uri = await opened(editor, folder / "client.c")
        await command(editor, "glossator.edit", text=WANTED, uri=uri)
        token = await progress(editor)
        for title in ("Go on", "Apply all"):
            await known.shown(editor)
            await known.answer(editor, uri, title)
        await known.answer(editor, uri, "Take")
        changed = await editor.accept_changes()
        assert changed == {
            (folder / "limits.txt").as_uri(): made,
            (folder / "notes.txt").as_uri(): None,
        }
        await editor.expect_progress_of(token)


@pytest.mark.sandbox
async def test_a_review_has_its_findings_on_their_lines(
    known: RecordedEditor, tmp_path: Path, models: WriteModels
) -> None:
    models(RIGHT, critic=({"text": json.dumps({"findings": [FINDING]}), "repeat": True},))  # type: ignore[arg-type]
    path = lay_out(tmp_path / "add")
    async with strict_editor(known.announced(path.parent)) as editor:
        uri = await opened(editor, path)
        token = await act(editor, uri, "int add", "Review `add`")
        await editor.expect_progress_of(token)
        if known.asks_again:
            await editor.answer(await editor.expect(types.WORKSPACE_DIAGNOSTIC_REFRESH), None)
        (found,) = await drift(known, editor, uri)
        assert (found["code"], found["range"]["start"]["line"]) == ("review", 4)
        await editor.expect(types.WINDOW_LOG_MESSAGE)


async def test_drift_is_found_and_mended(
    known: RecordedEditor, folder: Path, script: WriteScript
) -> None:
    script()
    path = folder / "sum.c"
    path.write_text(DRIFTED, "utf-8")
    async with strict_editor(known.announced(folder)) as editor:
        uri = await opened(editor, path)
        (found,) = await drift(known, editor, uri)
        assert found["code"] == "stale-parameter"
        params = {
            "textDocument": {"uri": uri},
            "range": found["range"],
            "context": {"diagnostics": [found]},
        }
        action = (await editor.ask(types.TEXT_DOCUMENT_CODE_ACTION, params))[0]
        assert action["title"] == "Update the comment of `add`"
        await run(editor, action["command"])
        token = await progress(editor)
        assert await editor.accept_edit() == DRIFTED.replace(" * @c: What was.\n", "")
        await editor.expect_progress_of(token)
        assert await drift(known, editor, uri) == []


async def test_a_command_cancels(known: RecordedEditor, folder: Path, script: WriteScript) -> None:
    script({"json": WORDS, "chunk": 1, "delay_s": 60})
    path = folder / "sum.c"
    path.write_text(FUNCTION, "utf-8")
    async with strict_editor(known.announced(folder)) as editor:
        uri = await opened(editor, path)
        token = await act(editor, uri, "add(", "Document `add`")
        await editor.see(types.PROGRESS)
        assert await command(editor, "glossator.cancel") == {"cancelled": 1}
        values = await editor.expect_progress_of(token)
        assert values[-1]["message"] == "cancelled"


@pytest.mark.sandbox
async def test_a_question_that_was_cancelled_has_no_answers_any_more(
    tmp_path: Path, models: WriteModels
) -> None:
    models(RIGHT)
    known = recorded_editor("helix")
    path = lay_out(tmp_path / "add")
    async with strict_editor(known.announced(path.parent)) as editor:
        uri = await opened(editor, path)
        token = await act(editor, uri, "operand", "Fix what checks find")
        await known.shown(editor)
        await editor.refuse(await editor.expect(types.WINDOW_SHOW_MESSAGE_REQUEST))
        await editor.expect_sentence()
        answers = (await code_actions(editor, uri))[:2]
        await command(editor, "glossator.cancel")
        await editor.expect_progress_of(token)
        assert not {it["title"] for it in answers} & {
            it["title"] for it in await code_actions(editor, uri)
        }
        params = {
            "command": "glossator.answer",
            "arguments": answers[0]["command"]["arguments"],
        }
        error = await editor.ask_for_error(types.WORKSPACE_EXECUTE_COMMAND, params)
        assert "not open any more" in error["message"]
        params["arguments"] = [{"question": "1", "answer": "Apply"}]
        error = await editor.ask_for_error(types.WORKSPACE_EXECUTE_COMMAND, params)
        assert json.dumps(error["message"]).startswith('"`question` must be a number')
