"""A comment that its code has overtaken is shown where it is wrong, and mended without a model."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from tests.e2e.conftest import WriteScript
from tests.e2e.lsp_editor import Announced, Json, StrictEditor, strict_editor
from tests.e2e.test_lsp_workspace_file import PULL, PUSH, pulled, pushed

PYTHON = '''\
def join(left, right):
    """Join two things.

    Args:
        left: The one on the left.
        middle: What was in between.
        right: The one on the right.

    Returns:
        The whole.
    """
    return left + right
'''
MENDED = PYTHON.replace("        middle: What was in between.\n", "")
MENDING = types.ClientCapabilities(
    workspace=types.WorkspaceClientCapabilities(
        apply_edit=True,
        workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True),
    ),
    text_document=types.TextDocumentClientCapabilities(
        diagnostic=types.DiagnosticClientCapabilities(),
        code_action=types.CodeActionClientCapabilities(
            code_action_literal_support=types.ClientCodeActionLiteralOptions(
                types.ClientCodeActionKindOptions([types.CodeActionKind.QuickFix])
            )
        ),
    ),
)
C = """\
/**
 * put() - Put a number.
 * @number: What to put.
 *
 * Return: 0.
 */
int put(int number)
{
	return 0;
}
"""


@pytest.fixture
def folder(tmp_path: Path, script: WriteScript) -> Path:
    # No model has a word to say in here.
    script()
    folder = tmp_path / "repository"
    folder.mkdir()
    return folder


async def fixes(editor: StrictEditor, uri: str, found: list[Json]) -> list[Json]:
    params = {
        "textDocument": {"uri": uri},
        "range": found[0]["range"],
        "context": {"diagnostics": found, "only": ["quickfix"]},
    }
    answer: list[Json] = await editor.ask(types.TEXT_DOCUMENT_CODE_ACTION, params)
    return answer


async def told(editor: StrictEditor) -> str:
    message: str = (await editor.expect("window/logMessage"))["params"]["message"]
    return message


async def run(editor: StrictEditor, action: Json) -> None:
    command = action["command"] if isinstance(action["command"], dict) else action
    params = {"command": command["command"], "arguments": command["arguments"]}
    await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, params)


async def test_who_asks_is_told_the_line_and_both_fixes_mend_it(folder: Path) -> None:
    uri = (folder / "a.py").as_uri()
    async with strict_editor(Announced(MENDING, folders=(folder,))) as editor:
        await editor.initialize()
        await editor.open(uri, PYTHON, "python")
        (found,) = await pulled(editor, uri)
        assert found["source"] == "glossator"
        assert found["code"] == "stale-parameter"
        assert found["message"] == "middle is described, but join has no such parameter."
        assert found["range"]["start"] == {"line": 5, "character": 8}
        titles = [it["title"] for it in await fixes(editor, uri, [found])]
        assert titles == [
            "Update the comment of `join`",
            "Update all drifted comments in this file",
        ]
        for number in range(2):
            await editor.replace(uri, PYTHON)
            (found,) = await pulled(editor, uri)
            await run(editor, (await fixes(editor, uri, [found]))[number])
            assert await editor.accept_edit() == MENDED
            while "documented" not in (said := await told(editor)) and "words" not in said:
                pass
            assert await pulled(editor, uri) == []


async def test_who_does_not_ask_is_sent_it_after_a_pause_and_it_is_taken_back(
    folder: Path,
) -> None:
    path = folder / "a.c"
    async with strict_editor(Announced(PUSH, folders=(folder,))) as editor:
        await editor.initialize()
        await editor.open(path.as_uri(), C)
        await editor.replace(path.as_uri(), C.replace("int number)", "int number, int times)"))
        (found,) = await pushed(editor, path)
        assert (found["code"], found["message"]) == (
            "missing-parameter",
            "@times of put is not described.",
        )
        # What is missing has no line: the name is marked.
        assert found["range"]["start"] == {"line": 6, "character": 4}
        await editor.replace(path.as_uri(), C)
        assert await pushed(editor, path) == []


async def test_nothing_is_shown_where_nobody_wants_it(folder: Path) -> None:
    (folder / ".glossator.toml").write_text(
        '[[document.overrides]]\npaths = ["generated/**"]\ndrift = "off"\n', "utf-8"
    )
    async with strict_editor(Announced(PULL, folders=(folder,))) as editor:
        await editor.initialize()
        for name, count in (("generated/a.py", 0), ("a.py", 1)):
            uri = (folder / name).as_uri()
            await editor.open(uri, PYTHON, "python")
            assert len(await pulled(editor, uri)) == count


async def test_files_that_are_not_open_are_looked_at_once_where_it_is_wanted(folder: Path) -> None:
    (folder / ".glossator.toml").write_text('[document]\ndrift = "workspace"\n', "utf-8")
    (folder / "a.py").write_text(PYTHON, "utf-8")
    (folder / "b.c").write_text(C, "utf-8")
    (folder / ".glossatorignore").write_text("/old/\n", "utf-8")
    for name in ("old", "third_party"):
        (folder / name).mkdir()
        (folder / name / "a.py").write_text(PYTHON, "utf-8")
    (folder / "made.py").write_text(f"# @generated\n{PYTHON}", "utf-8")
    uri = (folder / "a.py").as_uri()
    async with strict_editor(Announced(PULL, folders=(folder,))) as editor:
        result = await editor.initialize()
        provider = result.capabilities.diagnostic_provider
        assert provider is not None
        assert provider.workspace_diagnostics
        params: Json = {"previousResultIds": []}
        (report,) = (await editor.ask("workspace/diagnostic", params))["items"]
        assert (report["uri"], report["kind"], len(report["items"])) == (uri, "full", 1)
        params = {"previousResultIds": [{"uri": uri, "value": report["resultId"]}]}
        (report,) = (await editor.ask("workspace/diagnostic", params))["items"]
        assert report["kind"] == "unchanged"
        (folder / "a.py").write_text(MENDED, "utf-8")
        (report,) = (await editor.ask("workspace/diagnostic", params))["items"]
        assert (report["kind"], report["items"]) == ("full", [])


async def test_what_the_settings_no_longer_want_is_taken_back(folder: Path) -> None:
    settings = folder / ".glossator.toml"
    settings.write_text('[document]\ndrift = "workspace"\n', "utf-8")
    (folder / "a.py").write_text(PYTHON, "utf-8")
    (folder / "b.py").write_text(PYTHON, "utf-8")
    uris = {(folder / name).as_uri() for name in ("a.py", "b.py")}
    known: list[Json] = []

    async def asked(text: str, editor: StrictEditor) -> list[tuple[str, str, int]]:
        settings.write_text(text, "utf-8")
        changes = [{"uri": settings.as_uri(), "type": 2}]
        await editor.notify("workspace/didChangeWatchedFiles", {"changes": changes})
        await editor.answer(await editor.expect("workspace/diagnostic/refresh"), None)
        answer = await editor.ask("workspace/diagnostic", {"previousResultIds": known})
        return [(it["uri"], it["kind"], len(it["items"])) for it in answer["items"]]

    async with strict_editor(Announced(PULL, folders=(folder,))) as editor:
        await editor.initialize()
        answer = await editor.ask("workspace/diagnostic", {"previousResultIds": []})
        known += [{"uri": it["uri"], "value": it["resultId"]} for it in answer["items"]]
        assert {it["uri"] for it in known} == uris
        override = '[[document.overrides]]\npaths = ["b.py"]\ndrift = "off"\n'
        shown = await asked(f'[document]\ndrift = "workspace"\n{override}', editor)
        assert set(shown) == {
            ((folder / "a.py").as_uri(), "full", 1),
            ((folder / "b.py").as_uri(), "full", 0),
        }
        shown = await asked('[document]\nstyle = "numpy"\ndrift = "workspace"\n', editor)
        assert set(shown) == {(it, "full", 0) for it in uris}
        assert set(await asked("", editor)) == {(it, "full", 0) for it in uris}


async def test_a_change_of_the_settings_shows_what_they_want(folder: Path) -> None:
    settings = folder / ".glossator.toml"
    path = folder / "a.py"
    async with strict_editor(Announced(PUSH, folders=(folder,))) as editor:
        await editor.initialize()
        await editor.open(path.as_uri(), PYTHON, "python")
        assert len(await pushed(editor, path)) == 1
        settings.write_text('[document]\ndrift = "off"\n', "utf-8")
        changes = [{"uri": settings.as_uri(), "type": 1}]
        await editor.notify("workspace/didChangeWatchedFiles", {"changes": changes})
        assert await pushed(editor, path) == []


async def test_another_first_folder_shows_what_its_settings_want(
    folder: Path, tmp_path: Path
) -> None:
    (folder / ".glossator.toml").write_text('[document]\ndrift = "off"\n', "utf-8")
    other = tmp_path / "other"
    other.mkdir()
    path = other / "a.py"
    async with strict_editor(Announced(PUSH, folders=(folder, other))) as editor:
        await editor.initialize()
        await editor.open(path.as_uri(), PYTHON, "python")
        removed = [{"uri": folder.as_uri(), "name": "repository"}]
        event = {"event": {"added": [], "removed": removed}}
        await editor.notify("workspace/didChangeWorkspaceFolders", event)
        assert len(await pushed(editor, path)) == 1


async def test_a_wrong_argument_is_told(folder: Path) -> None:
    async with strict_editor(Announced(PULL, folders=(folder,))) as editor:
        await editor.initialize()
        uri = (folder / "a.py").as_uri()
        await editor.open(uri, PYTHON, "python")
        params = {"command": "glossator.documentAll", "arguments": [{"uri": uri, "only": "new"}]}
        answer = await editor.ask_for_error("workspace/executeCommand", params)
        assert "drifted" in answer["message"]
