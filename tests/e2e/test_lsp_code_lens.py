"""Code lenses: none until they are switched on, and they run what they say."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types
from pytest_lsp import client_capabilities

from tests.e2e.conftest import WriteScript
from tests.e2e.lsp_editor import Announced, Json, StrictEditor, strict_editor
from tests.e2e.test_lsp_document import COMMENT, REPLY, TEXT, URI

CODE = client_capabilities("visual-studio-code")
# Asks for lenses again and shows no diagnostics, which would be refreshed beside them.
ONLY_LENSES = types.ClientCapabilities(
    workspace=types.WorkspaceClientCapabilities(
        code_lens=types.CodeLensWorkspaceClientCapabilities(refresh_support=True)
    ),
    text_document=types.TextDocumentClientCapabilities(
        code_lens=types.CodeLensClientCapabilities()
    ),
)


async def lenses(editor: StrictEditor) -> list[Json]:
    found: list[Json] = await editor.ask(
        types.TEXT_DOCUMENT_CODE_LENS, {"textDocument": {"uri": URI}}
    )
    return found


async def test_lenses_come_with_the_setting_and_document_what_they_stand_on(
    script: WriteScript,
) -> None:
    script(REPLY)
    async with strict_editor(Announced(CODE)) as editor:
        await editor.initialize()
        await editor.open(URI, TEXT)
        assert await lenses(editor) == []
        await editor.notify(types.WORKSPACE_DID_CHANGE_CONFIGURATION, {"settings": {}})
        asked = await editor.expect(types.WORKSPACE_CONFIGURATION)
        await editor.answer(asked, [{"code_lens": True}])
        await editor.answer(await editor.expect(types.WORKSPACE_CODE_LENS_REFRESH), None)
        found = await lenses(editor)
        titles = [(it["range"]["start"]["line"], it["command"]["title"]) for it in found]
        assert titles == [(0, "Document"), (0, "Explain"), (2, "Document"), (2, "Explain")]
        command = found[2]["command"]
        # It still means the same function after a change above it.
        await editor.replace(URI, "\n" + TEXT)
        params = {"command": command["command"], "arguments": command["arguments"]}
        await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, params)
        created = await editor.expect(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
        await editor.answer(created, None)
        assert f"{COMMENT}int add" in await editor.accept_edit()
        await editor.expect_progress_of(created["params"]["token"])


async def test_lenses_can_be_on_from_the_start(script: WriteScript) -> None:
    script(REPLY)
    options = {"code_lens": True}
    async with strict_editor(Announced(CODE, options=options)) as editor:
        await editor.initialize()
        await editor.open(URI, TEXT)
        assert len(await lenses(editor)) == 4


async def test_a_folders_file_switches_lenses_on(script: WriteScript, tmp_path: Path) -> None:
    script(REPLY)
    file = tmp_path / ".glossator.toml"
    async with strict_editor(Announced(ONLY_LENSES, folders=(tmp_path,))) as editor:
        await editor.initialize()
        await editor.open(URI, TEXT)
        assert await lenses(editor) == []
        file.write_text("code_lens = true\n")
        changes = [{"uri": file.as_uri(), "type": types.FileChangeType.Created}]
        await editor.notify(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, {"changes": changes})
        await editor.answer(await editor.expect(types.WORKSPACE_CODE_LENS_REFRESH), None)
        assert len(await lenses(editor)) == 4
