"""A prompt file in an editor: what is wrong on its line, and what comes of it on a symbol."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest
from lsprotocol import types
from pytest_lsp import client_capabilities

from glossator_server.prompts.files import product_file, prompts_folder
from tests.e2e.conftest import WriteScript
from tests.e2e.lsp_editor import Announced, Json, StrictEditor, strict_editor
from tests.e2e.test_lsp_document import REPLY, TEXT, URI, WORDS, run_action
from tests.e2e.test_lsp_workspace_file import PULL, PUSH

CODE = client_capabilities("visual-studio-code")
NEOVIM = client_capabilities("neovim")
MARK = "In the words of a sailor."
PROMPT = product_file("document").text.replace("## system\n", f"## system\n{MARK}\n")
BROKEN = PROMPT.replace("temperature = 0.2", "temperature = 20")
TARGET = {"uri": URI, "symbol": "add"}


@pytest.fixture
def prompt(script: WriteScript) -> str:
    script(
        {"when": MARK, "json": WORDS | {"summary": "Heave two numbers"}, "repeat": True},
        REPLY,
    )
    return write_prompt(PROMPT)


def write_prompt(text: str) -> str:
    path = prompts_folder() / "sailor.md"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path.as_uri()


async def titles(editor: StrictEditor, uri: str) -> list[Json]:
    found: list[Json] = await editor.ask(
        types.TEXT_DOCUMENT_CODE_LENS, {"textDocument": {"uri": uri}}
    )
    assert all(it["range"]["start"]["line"] == 0 for it in found)
    return [it["command"] for it in found]


async def tried(editor: StrictEditor, argument: Json) -> str:
    """Try a prompt in an editor that shows documents; return what is shown."""
    params = {"command": "glossator.prompt.try", "arguments": [argument]}
    await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, params)
    created = await editor.expect(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
    await editor.answer(created, None)
    shown = await editor.expect(types.WINDOW_SHOW_DOCUMENT)
    await editor.answer(shown, {"success": True})
    values = await editor.expect_progress_of(created["params"]["token"])
    assert values[-1]["message"] == "a comment came of it"
    return text_of(shown["params"]["uri"])


def text_of(uri: str) -> str:
    path = Path(unquote(uri.removeprefix("file://")))
    assert path.stat().st_mode & 0o777 == 0o600
    return path.read_text()


async def test_a_prompt_is_tried_as_it_stands_in_the_editor(prompt: str) -> None:
    async with strict_editor(Announced(CODE)) as editor:
        await editor.initialize()
        await editor.open(URI, TEXT)
        await editor.open(prompt, PROMPT, "markdown")
        shown = await tried(editor, {"uri": prompt, "target": TARGET})
        assert MARK in shown
        assert "+ * add() - Heave two numbers." in shown
        # What is not saved counts.
        await editor.replace(prompt, PROMPT.replace(MARK, "Without frills."))
        if_refreshed = await editor.expect(types.WORKSPACE_CODE_LENS_REFRESH)
        await editor.answer(if_refreshed, None)
        again = await tried(editor, {"uri": prompt, "target": TARGET})
        assert "Without frills." in again
        assert "+ * add() - Add two numbers." in again


async def test_lenses_run_on_what_was_documented_last(prompt: str) -> None:
    async with strict_editor(Announced(CODE)) as editor:
        await editor.initialize()
        await editor.open(URI, TEXT)
        await editor.open(prompt, PROMPT, "markdown")
        assert [it["title"] for it in await titles(editor, prompt)] == ["Run on a symbol…"]
        params = {"command": "glossator.document", "arguments": [TARGET]}
        await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, params)
        created = await editor.expect(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
        await editor.answer(created, None)
        await editor.answer(await editor.expect(types.WORKSPACE_CODE_LENS_REFRESH), None)
        await editor.accept_edit()
        await editor.expect_progress_of(created["params"]["token"])
        run, compare, other = await titles(editor, prompt)
        assert run["title"] == "Run on `add`"
        assert compare["title"] == "Compare with the product's"
        assert other["title"] == "Run on another symbol…"
        # The comment that was written is hidden from what is tried.
        shown = await tried(editor, compare["arguments"][0])
        assert "Heave two numbers" in shown
        assert "Add two numbers" in shown
        assert "| | `sailor` | `product:document` |" in shown
        assert "A person wrote" in shown


async def test_without_a_symbol_a_person_is_asked(prompt: str) -> None:
    async with strict_editor(Announced(CODE)) as editor:
        await editor.initialize()
        await editor.open(URI, TEXT)
        await editor.open(prompt, PROMPT, "markdown")
        params = {"command": "glossator.prompt.try", "arguments": [{"uri": prompt}]}
        await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, params)
        created = await editor.expect(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
        await editor.answer(created, None)
        question = await editor.expect(types.WINDOW_SHOW_MESSAGE_REQUEST)
        assert [it["title"] for it in question["params"]["actions"]] == ["first", "add"]
        await editor.answer(question, None)
        values = await editor.expect_progress_of(created["params"]["token"])
        assert values[-1]["message"] == "nothing was tried"


async def test_an_editor_without_lenses_has_code_actions(prompt: str) -> None:
    async with strict_editor(Announced(NEOVIM)) as editor:
        await editor.initialize()
        await editor.open(prompt, PROMPT, "markdown")
        start = {"line": 0, "character": 0}
        params = {
            "textDocument": {"uri": prompt},
            "range": {"start": start, "end": start},
            "context": {"diagnostics": []},
        }
        (action,) = await editor.ask(types.TEXT_DOCUMENT_CODE_ACTION, params)
        assert action["title"] == "Run on a symbol…"
        await run_action(editor, action)
        created = await editor.expect(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
        await editor.answer(created, None)
        assert await editor.expect_sentence() == (
            "Open a source file with a function first; the prompt is tried on it."
        )
        await editor.expect_progress_of(created["params"]["token"])


async def test_an_editor_with_panels_is_told_where_to_look(prompt: str) -> None:
    async with strict_editor(Announced(CODE, options={"panels": True})) as editor:
        await editor.initialize()
        await editor.open(URI, TEXT)
        params = {
            "command": "glossator.prompt.try",
            "arguments": [{"uri": prompt, "target": TARGET}],
        }
        answer = await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, params)
        await editor.expect_progress()
        told = (await editor.expect("glossator/trial"))["params"]
        assert (told["job"], told["prompt"]) == (answer["job"], prompt)
        assert MARK in text_of(told["uri"])


async def test_what_is_wrong_is_pushed_on_its_line_and_taken_back(prompt: str) -> None:
    async with strict_editor(Announced(PUSH)) as editor:
        await editor.initialize()
        await editor.open(prompt, BROKEN, "markdown")
        shown = (await editor.expect(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS))["params"]
        assert shown["uri"] == prompt
        (found,) = shown["diagnostics"]
        assert found["range"]["start"]["line"] == 3
        assert found["message"] == "temperature cannot be 20; choose a number from 0 to 2."
        await editor.replace(prompt, PROMPT)
        shown = (await editor.expect(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS))["params"]
        assert shown["diagnostics"] == []
        await editor.replace(prompt, BROKEN)
        await editor.expect(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        await editor.notify(types.TEXT_DOCUMENT_DID_CLOSE, {"textDocument": {"uri": prompt}})
        shown = (await editor.expect(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS))["params"]
        assert shown["diagnostics"] == []


async def test_what_is_wrong_is_told_to_who_asks(prompt: str) -> None:
    async with strict_editor(Announced(PULL)) as editor:
        await editor.initialize()
        await editor.open(prompt, BROKEN, "markdown")
        params = {"textDocument": {"uri": prompt}}
        report = await editor.ask(types.TEXT_DOCUMENT_DIAGNOSTIC, params)
        assert [it["range"]["start"]["line"] for it in report["items"]] == [3]
        # What cannot be used cannot be tried.
        assert await titles(editor, prompt) == []
        params = {
            "command": "glossator.prompt.try",
            "arguments": [{"uri": prompt, "target": TARGET}],
        }
        error = await editor.ask_for_error(types.WORKSPACE_EXECUTE_COMMAND, params)
        assert "temperature cannot be 20" in error["message"]


async def test_a_broken_prompt_is_told_when_the_session_begins(script: WriteScript) -> None:
    script(REPLY)
    write_prompt(BROKEN)
    async with strict_editor(Announced()) as editor:
        await editor.initialize()
        said = (await editor.expect(types.WINDOW_LOG_MESSAGE))["params"]["message"]
        assert said.endswith("sailor.md:4: temperature cannot be 20; choose a number from 0 to 2.")


async def test_what_is_no_prompt_file_is_refused(prompt: str) -> None:
    wrong: list[tuple[Json, str]] = [
        ({"uri": "file:///home/me/README.md"}, "a prompt file of yours"),
        ({}, "a prompt file of yours"),
        ({"uri": 3}, "a prompt file of yours"),
        ({"prompt": "sailor"}, "knows no argument 'prompt'"),
        ({"uri": prompt, "target": "add"}, "`target` must be an object"),
        ({"uri": prompt, "compare": "yes"}, "`compare` and `ask` must be true or false"),
    ]
    async with strict_editor(Announced(CODE)) as editor:
        await editor.initialize()
        for argument, words in wrong:
            params = {"command": "glossator.prompt.try", "arguments": [argument]}
            error = await editor.ask_for_error(types.WORKSPACE_EXECUTE_COMMAND, params)
            assert words in error["message"]
