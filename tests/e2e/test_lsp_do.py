"""Free text in the editor: from a comment or a command to the edit, the places, or one sentence."""

from __future__ import annotations

import pytest
from lsprotocol import types
from pytest_lsp import client_capabilities

from tests.e2e.conftest import WriteScript
from tests.e2e.lsp_editor import Announced, Json, StrictEditor, strict_editor

URI = "file:///home/me/add.c"
FUNCTION = "int add(int left, int right)\n{\n\treturn left + right;\n}\n"
TEXT = f"int before;\n\n/* glossator: document this function */\n{FUNCTION}"
COMMENT = (
    "/**\n * add() - Add two numbers.\n * @left: One of them.\n * @right: The other.\n *\n"
    " * Return: The sum.\n */\n"
)
WORDS = {
    "summary": "Add two numbers",
    "parameters": {"left": "One of them", "right": "The other"},
    "returns": "The sum",
}
REPLY: dict[str, object] = {"json": WORDS, "repeat": True}
EDITOR = Announced(client_capabilities("visual-studio-code"))
UNCLEAR = "xyzzy frobs quux wibble"


async def do(editor: StrictEditor, **argument: object) -> str:
    """Run `glossator.do`; return the token of its progress."""
    params = {"command": "glossator.do", "arguments": [argument]}
    assert set(await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, params)) == {"job"}
    return await created(editor)


async def created(editor: StrictEditor) -> str:
    request = await editor.expect(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
    await editor.answer(request, None)
    token: str = request["params"]["token"]
    return token


async def offered(editor: StrictEditor, uri: str, line: int) -> list[Json]:
    """Return the code actions that follow the cursor on a line."""
    place = {"line": line, "character": 5}
    params = {
        "textDocument": {"uri": uri},
        "range": {"start": place, "end": place},
        "context": {"diagnostics": [], "triggerKind": 2},
    }
    found: list[Json] = await editor.ask(types.TEXT_DOCUMENT_CODE_ACTION, params)
    return found


@pytest.mark.parametrize("profile", ["visual-studio-code", "neovim", "emacs"])
async def test_a_comment_is_done_and_goes_with_the_edit_in(
    profile: str, script: WriteScript
) -> None:
    script(REPLY)
    async with strict_editor(Announced(client_capabilities(profile))) as editor:
        await editor.initialize()
        await editor.open(URI, TEXT)
        action = (await offered(editor, URI, 2))[0]
        assert (action["title"], action["kind"]) == (
            "Do: document this function",
            "refactor.rewrite",
        )
        command = action["command"]
        params = {"command": command["command"], "arguments": command["arguments"]}
        await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, params)
        token = await created(editor)
        assert await editor.accept_edit() == f"int before;\n\n{COMMENT}{FUNCTION}"
        values = await editor.expect_progress_of(token)
        assert values[-1]["message"].startswith("document (example: document this function); ")
        assert "code unchanged" in values[-1]["message"]


async def test_a_comment_of_another_language_is_offered(script: WriteScript) -> None:
    script(REPLY)
    async with strict_editor(EDITOR) as editor:
        await editor.initialize()
        await editor.open("file:///home/me/a.sh", "# glossator: explain this\nx=1\n", "shellscript")
        noted = await editor.expect(types.WINDOW_LOG_MESSAGE)
        assert "in no language" in noted["params"]["message"]
        (action,) = await offered(editor, "file:///home/me/a.sh", 0)
        assert action["title"] == "Do: explain this"
        assert await offered(editor, "file:///home/me/a.sh", 1) == []


@pytest.mark.parametrize(
    ("text", "intent", "sentence"),
    [
        ("explain this loop", "explain", "add.c is in no workspace folder"),
        ("rename it to sum", "edit", "add.c is in no workspace folder"),
        ("how does login work in this project", "ask", "add.c is in no workspace folder"),
        ("tell me a joke", "out_of_scope", "That is nothing that Glossator does"),
    ],
)
async def test_what_is_not_done_is_one_sentence_and_no_edit(
    text: str, intent: str, sentence: str, script: WriteScript
) -> None:
    script(REPLY)
    async with strict_editor(EDITOR) as editor:
        await editor.initialize()
        await editor.open(URI, TEXT)
        token = await do(editor, uri=URI, symbol="add", text=text)
        shown = await editor.expect(types.WINDOW_SHOW_MESSAGE)
        assert shown["params"]["message"].startswith(sentence)
        values = await editor.expect_progress_of(token)
        if intent != "out_of_scope":
            assert values[-1]["message"] == "failed"
            return
        assert values[-1]["message"].startswith(f"{intent} (")
        assert values[-1]["message"].endswith("; nothing was changed")


async def test_an_unclear_text_is_asked_of_the_model(script: WriteScript) -> None:
    script({"when": "seven intents", "json": {"intent": "document"}}, REPLY)
    async with strict_editor(EDITOR) as editor:
        await editor.initialize()
        await editor.open(URI, FUNCTION)
        token = await do(editor, uri=URI, symbol="add", text=UNCLEAR)
        assert await editor.accept_edit() == COMMENT + FUNCTION
        values = await editor.expect_progress_of(token)
        assert values[-1]["message"].startswith("document (model: scripted); ")


@pytest.mark.parametrize(
    ("argument", "word"),
    [
        ({}, "`text`"),
        ({"text": 3}, "`text`"),
        ({"text": " "}, "empty"),
        ({"text": "x" * 20_000}, "10000"),
        ({"text": "document this", "uri": 1}, "`uri`"),
        ({"text": "document this", "where": "there"}, "'where'"),
    ],
)
async def test_wrong_arguments_are_one_sentence(
    argument: dict[str, object], word: str, script: WriteScript
) -> None:
    script(REPLY)
    async with strict_editor(EDITOR) as editor:
        await editor.initialize()
        params = {"command": "glossator.do", "arguments": [argument]}
        error = await editor.ask_for_error(types.WORKSPACE_EXECUTE_COMMAND, params)
        assert word in error["message"]


async def test_to_document_a_document_is_needed(script: WriteScript) -> None:
    script(REPLY)
    async with strict_editor(EDITOR) as editor:
        await editor.initialize()
        token = await do(editor, text="document this function")
        shown = await editor.expect(types.WINDOW_SHOW_MESSAGE)
        assert "`uri`" in shown["params"]["message"]
        values = await editor.expect_progress_of(token)
        assert values[-1]["message"] == "failed"


async def test_an_instruction_above_nothing_says_so(script: WriteScript) -> None:
    script(REPLY)
    text = f"{FUNCTION}// glossator: document this\n"
    async with strict_editor(EDITOR) as editor:
        await editor.initialize()
        await editor.open(URI, text)
        place = {"line": 4, "character": 0}
        argument = {"uri": URI, "version": 1, "range": {"start": place, "end": place}}
        token = await do(editor, text="document this", **argument)
        shown = await editor.expect(types.WINDOW_SHOW_MESSAGE)
        assert shown["params"]["message"].startswith("No declaration follows the instruction")
        await editor.expect_progress_of(token)
