"""From a code action to the comment in the buffer, in editors as they really are."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types
from pytest_lsp import client_capabilities

from tests.e2e.conftest import WriteScript
from tests.e2e.lsp_editor import Announced, Json, StrictEditor, strict_editor

URI = "file:///home/me/list%20%C3%A9.c"
TEXT = """/* 😀 */ static int first(int a) { return a; }

int add(int left, int right)
{
	return left + right;
}
"""
COMMENT = """/**
 * add() - Add two numbers.
 * @left: One of them.
 * @right: The other.
 *
 * Return: The sum.
 */
"""
WORDS = {
    "summary": "Add two numbers",
    "parameters": {"left": "One of them", "right": "The other"},
    "returns": "The sum",
}
REPLY: dict[str, object] = {"json": WORDS, "repeat": True}
PROFILES = {name: client_capabilities(name) for name in ("visual-studio-code", "neovim", "emacs")}


def bare(**workspace: object) -> types.ClientCapabilities:
    """Return an editor that announces next to nothing."""
    return types.ClientCapabilities(
        workspace=types.WorkspaceClientCapabilities(**workspace),  # type: ignore[arg-type]
    )


async def actions(editor: StrictEditor, name: str, **context: object) -> list[Json]:
    """Return the code actions on a name in the text."""
    text = editor.texts[URI][1]
    place = editor.position(text, text.index(f" {name}(") + 1)
    params = {
        "textDocument": {"uri": URI},
        "range": {"start": place, "end": place},
        "context": {"diagnostics": [], **context},
    }
    found: list[Json] = await editor.ask(types.TEXT_DOCUMENT_CODE_ACTION, params)
    return found


async def run_action(editor: StrictEditor, action: Json) -> Json:
    """Run the command of a code action as an editor does; return its answer."""
    command = action["command"] if isinstance(action["command"], dict) else action
    params = {"command": command["command"], "arguments": command["arguments"]}
    answer: Json = await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, params)
    return answer


async def hover(editor: StrictEditor, name: str) -> Json:
    """Return the hover on a name."""
    text = editor.texts[URI][1]
    place = editor.position(text, text.index(f" {name}(") + 1)
    params = {"textDocument": {"uri": URI}, "position": place}
    found: Json = await editor.ask(types.TEXT_DOCUMENT_HOVER, params)
    return found


@pytest.mark.parametrize("profile", PROFILES)
async def test_documents_a_function_in(profile: str, script: WriteScript) -> None:
    script(REPLY)
    async with strict_editor(Announced(PROFILES[profile], name=profile)) as editor:
        await editor.initialize()
        await editor.open(URI, TEXT)
        action = (await actions(editor, "add"))[0]
        assert action["title"] == "Document `add`"
        assert action["kind"] == "refactor.rewrite"
        assert "isPreferred" not in action
        assert set(await run_action(editor, action)) == {"job"}
        created = await editor.expect(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
        await editor.answer(created, None)
        assert await editor.accept_edit() == TEXT.replace("int add", COMMENT + "int add")
        values = await editor.expect_progress_of(created["params"]["token"])
        assert values[0]["title"] == "Document add"
        assert values[0]["cancellable"] is True
        end = "kernel-doc ok, code unchanged; scripted (this machine), "
        assert values[-1]["message"].startswith(end)


@pytest.mark.parametrize("profile", PROFILES)
async def test_documents_a_whole_file_edit_by_edit_in(profile: str, script: WriteScript) -> None:
    first = {
        "summary": "Return the argument",
        "parameters": {"a": "Any"},
        "returns": "The argument",
    }
    # The second prompt shows the first function as an example, not the other way round.
    script({"when": "int add(", **REPLY}, {"when": "first", "json": first, "repeat": True})
    async with strict_editor(Announced(PROFILES[profile])) as editor:
        await editor.initialize()
        text = TEXT.removeprefix("/* 😀 */ ")
        await editor.open(URI, text)
        action = (await actions(editor, "add", only=["source"]))[0]
        assert action["command"]["command"] == "glossator.documentAll"
        await run_action(editor, action)
        created = await editor.expect(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
        await editor.answer(created, None)
        first_text = await editor.accept_edit()
        assert first_text.startswith("/**\n * first() - ")
        assert await editor.accept_edit() == first_text.replace("int add", COMMENT + "int add")
        values = await editor.expect_progress_of(created["params"]["token"])
        assert [it["percentage"] for it in values[1:-1]] == sorted(
            it["percentage"] for it in values[1:-1]
        )
        assert {it["percentage"] for it in values[1:-1]} == {0, 50}
        assert values[-1]["message"].startswith("2 of 2 documented; scripted, ")


async def test_the_hover_shows_the_evidence_until_the_next_edit(script: WriteScript) -> None:
    script(REPLY)
    async with strict_editor(Announced(PROFILES["emacs"], name="Emacs (eglot)")) as editor:
        await editor.initialize()
        await editor.open(URI, TEXT)
        before = await hover(editor, "add")
        assert before["contents"]["kind"] == "markdown"
        assert "no doc comment" in before["contents"]["value"]
        assert "M-x eglot-code-actions" in before["contents"]["value"]
        await run_action(editor, (await actions(editor, "add"))[0])
        created = await editor.expect(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
        await editor.answer(created, None)
        text = await editor.accept_edit()
        await editor.expect_progress_of(created["params"]["token"])
        checked = "checked: kernel-doc ok, code unchanged; scripted (this machine), "
        assert checked in (await hover(editor, "add"))["contents"]["value"]
        await editor.replace(URI, text.replace("Add two", "Add 2"))
        assert "checked" not in (await hover(editor, "add"))["contents"]["value"]


async def test_a_plain_editor_gets_commands_plain_text_and_its_log(script: WriteScript) -> None:
    script(REPLY)
    async with strict_editor(Announced(bare(apply_edit=True))) as editor:
        await editor.initialize()
        await editor.open(URI, TEXT)
        assert (await hover(editor, "add"))["contents"]["kind"] == "plaintext"
        action = (await actions(editor, "add"))[0]
        assert action["command"] == "glossator.document"
        await run_action(editor, action)
        request, text = await editor.expect_edit()
        assert set(request["params"]["edit"]) == {"changes"}
        await editor.replace(URI, text)
        await editor.answer(request, {"applied": True})
        said = []
        while "scripted (this machine), " not in "".join(said[-1:]):
            message = await editor.expect(types.WINDOW_LOG_MESSAGE)
            said.append(message["params"]["message"])
        assert said[0] == "Document add: started"


async def test_an_editor_that_applies_no_edits_is_told_so_once(script: WriteScript) -> None:
    script(REPLY)
    async with strict_editor(Announced(bare())) as editor:
        await editor.initialize()
        await editor.open(URI, TEXT)
        await run_action(editor, (await actions(editor, "add"))[0])
        assert "applies no edits" in await editor.expect_sentence()
        for words in ("started", "failed"):
            message = await editor.expect(types.WINDOW_LOG_MESSAGE)
            assert message["params"]["message"] == f"Document add: {words}"


async def test_an_automatic_question_gets_only_what_fits_the_spot(script: WriteScript) -> None:
    script()
    async with strict_editor(Announced(PROFILES["neovim"])) as editor:
        await editor.initialize()
        await editor.open(URI, TEXT)
        titles = [it["title"] for it in await actions(editor, "add", triggerKind=2)]
        assert titles == ["Document `add`"]
        await editor.replace(URI, TEXT.replace("int add", COMMENT + "int add"))
        assert await actions(editor, "add", triggerKind=2) == []


KINDS: list[tuple[list[str], set[str]]] = [
    (["refactor"], {"glossator.document", "glossator.edit"}),
    (["refactor.rewrite"], {"glossator.document", "glossator.edit"}),
    (["refactor.extract"], set()),
    (["quickfix"], {"glossator.fix"}),
    (["source"], {"glossator.documentAll", "glossator.explain", "glossator.review"}),
    (["source.organizeImports"], set()),
    (
        [""],
        {
            "glossator.document",
            "glossator.documentAll",
            "glossator.edit",
            "glossator.explain",
            "glossator.fix",
            "glossator.review",
        },
    ),
]


async def test_only_the_kinds_asked_for_are_offered(script: WriteScript) -> None:
    script()
    async with strict_editor(Announced(PROFILES["neovim"])) as editor:
        await editor.initialize()
        await editor.open(URI, TEXT)
        for only, commands in KINDS:
            found = await actions(editor, "add", only=only)
            # One writes a line itself, and needs no command.
            with_command = [it["command"]["command"] for it in found if "command" in it]
            assert set(with_command) == commands, only


async def test_actions_are_tagged_where_the_editor_knows_the_tag(script: WriteScript) -> None:
    script()
    tags = types.CodeActionTagOptions([types.CodeActionTag.LlmGenerated])
    literals = types.ClientCodeActionLiteralOptions(types.ClientCodeActionKindOptions([]))
    action = types.CodeActionClientCapabilities(
        code_action_literal_support=literals, tag_support=tags
    )
    document = types.TextDocumentClientCapabilities(code_action=action)
    for announced, expected in ((document, [1]), (PROFILES["neovim"].text_document, None)):
        capabilities = types.ClientCapabilities(text_document=announced)
        async with strict_editor(Announced(capabilities)) as editor:
            await editor.initialize()
            await editor.open(URI, TEXT)
            assert (await actions(editor, "add"))[0].get("tags") == expected


async def test_a_file_of_the_workspace_is_documented_without_being_open(
    tmp_path: Path, script: WriteScript
) -> None:
    script(REPLY)
    path = tmp_path / "add.c"
    path.write_text(TEXT)
    async with strict_editor(Announced(PROFILES["emacs"], folders=(tmp_path,))) as editor:
        await editor.initialize()
        argument = {"uri": path.as_uri(), "symbol": "add"}
        params = {"command": "glossator.document", "arguments": [argument]}
        await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, params)
        created = await editor.expect(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
        await editor.answer(created, None)
        request = await editor.expect(types.WORKSPACE_APPLY_EDIT)
        (change,) = request["params"]["edit"]["documentChanges"]
        assert change["textDocument"] == {"uri": path.as_uri(), "version": None}
        assert change["edits"][0]["newText"] == COMMENT
        await editor.answer(request, {"applied": True})
        await editor.expect_progress_of(created["params"]["token"])
        assert path.read_text() == TEXT  # Writing is the editor's part.
