"""What is wrong in a `.glossator.toml` is shown on its lines, and what it says holds at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types
from pytest_lsp import client_capabilities

from tests.e2e.conftest import WriteScript
from tests.e2e.lsp_editor import Announced, Json, StrictEditor, strict_editor

PUSH = types.ClientCapabilities(
    text_document=types.TextDocumentClientCapabilities(
        publish_diagnostics=types.PublishDiagnosticsClientCapabilities()
    )
)
PULL = types.ClientCapabilities(
    workspace=types.WorkspaceClientCapabilities(
        diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
    ),
    text_document=types.TextDocumentClientCapabilities(
        publish_diagnostics=types.PublishDiagnosticsClientCapabilities(),
        diagnostic=types.DiagnosticClientCapabilities(),
    ),
)
TEXT = """\
# 😀
[document]
width = 72

[[model]]
id = "evil"
origin = "https://elsewhere.example"

[limits]
  requests = 3

[execute]
commands = [["sh"]]
"""
PROBLEMS = [(4, "model"), (9, "requests"), (11, "execute")]


@pytest.fixture
def folder(tmp_path: Path, script: WriteScript) -> Path:
    script()
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / ".glossator.toml").write_text(TEXT, "utf-8")
    return folder


def seen(diagnostics: list[Json]) -> list[tuple[int, str]]:
    """Return the lines and the keys that are spoken of, after what all must have."""
    for it in diagnostics:
        assert it["source"] == "glossator"
        assert it["message"].endswith(".")
        assert it["range"]["start"]["line"] == it["range"]["end"]["line"]
    words = ("requests", "execute", "TOML", "colour", "model")
    return [
        (it["range"]["start"]["line"], next(word for word in words if word in it["message"]))
        for it in diagnostics
    ]


async def pushed(editor: StrictEditor, path: Path) -> list[Json]:
    params = (await editor.expect("textDocument/publishDiagnostics"))["params"]
    assert params["uri"] == path.as_uri()
    found: list[Json] = params["diagnostics"]
    return found


async def pulled(editor: StrictEditor, uri: str) -> list[Json]:
    answer = await editor.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    assert answer["kind"] == "full"
    found: list[Json] = answer["items"]
    return found


async def heard(editor: StrictEditor, count: int) -> None:
    """Consume the log messages that tell the same to who shows no diagnostics."""
    for _ in range(count):
        assert ".glossator.toml" in (await editor.expect("window/logMessage"))["params"]["message"]


async def width(editor: StrictEditor) -> int:
    status = await editor.ask("workspace/executeCommand", {"command": "glossator.status"})
    found: int = status["settings"]["document"]["width"]
    return found


async def test_ignored_keys_are_shown_on_their_lines_until_they_are_mended(folder: Path) -> None:
    file = folder / ".glossator.toml"
    async with strict_editor(Announced(PUSH, folders=(folder,))) as editor:
        await editor.initialize()
        await heard(editor, 3)
        found = await pushed(editor, file)
        assert seen(found) == PROBLEMS
        # The indentation is not part of it.
        assert found[1]["range"]["start"]["character"] == 2
        assert await width(editor) == 72
        file.write_text("[document]\nwidth = 90\n")
        changes = [{"uri": file.as_uri(), "type": 2}]
        await editor.notify("workspace/didChangeWatchedFiles", {"changes": changes})
        assert await pushed(editor, file) == []
        assert await width(editor) == 90
        file.write_text("colour = 1\nx = [\n")
        await editor.open(file.as_uri(), "colour = 1\n", "toml")
        await editor.notify("textDocument/didSave", {"textDocument": {"uri": file.as_uri()}})
        await heard(editor, 2)
        assert seen(await pushed(editor, file)) == [(1, "TOML")]


async def test_who_asks_is_answered_and_sent_nothing(folder: Path) -> None:
    file = folder / ".glossator.toml"
    async with strict_editor(Announced(PULL, folders=(folder,))) as editor:
        result = await editor.initialize()
        assert result.capabilities.diagnostic_provider is not None
        await heard(editor, 3)
        assert seen(await pulled(editor, file.as_uri())) == PROBLEMS
        # What the editor has is what counts while it is not saved.
        await editor.open(file.as_uri(), "\n\ncolour = 1\n", "toml")
        await editor.expect("window/logMessage")
        assert seen(await pulled(editor, file.as_uri())) == [(2, "colour")]
        file.write_text("\n\ncolour = 1\n")
        await editor.notify("textDocument/didSave", {"textDocument": {"uri": file.as_uri()}})
        await editor.answer(await editor.expect("workspace/diagnostic/refresh"), None)
        await heard(editor, 1)
        assert await pulled(editor, (folder / "a.c").as_uri()) == []


async def test_a_real_editor_is_asked_to_watch_the_file(folder: Path) -> None:
    profile = client_capabilities("visual-studio-code")
    async with strict_editor(Announced(profile, folders=(folder,))) as editor:
        await editor.initialize()
        await heard(editor, 3)
        assert seen(await pushed(editor, folder / ".glossator.toml")) == PROBLEMS
        assert await width(editor) == 72
    (request,) = editor.registered_for_files
    (registration,) = request["params"]["registrations"]
    assert registration["method"] == "workspace/didChangeWatchedFiles"
    (watcher,) = registration["registerOptions"]["watchers"]
    assert watcher["globPattern"] == "**/.glossator.toml"


async def test_who_registers_for_questions_asks_about_this_file_prompts_and_sources_only(
    folder: Path,
) -> None:
    registers = types.ClientCapabilities(
        text_document=types.TextDocumentClientCapabilities(
            diagnostic=types.DiagnosticClientCapabilities(dynamic_registration=True)
        )
    )
    async with strict_editor(Announced(registers, folders=(folder,))) as editor:
        result = await editor.initialize()
        assert result.capabilities.diagnostic_provider is None
        await heard(editor, 3)
        assert seen(await pulled(editor, (folder / ".glossator.toml").as_uri())) == PROBLEMS
    (request,) = editor.registered_for_files
    (registration,) = request["params"]["registrations"]
    own, prompts, sources = registration["registerOptions"]["documentSelector"]
    assert own["pattern"] == "**/.glossator.toml"
    assert prompts["pattern"] == "**/glossator/prompts/*.md"
    assert sources["pattern"].startswith("**/*.{")
    assert {"c", "py", "rs"} <= set(sources["pattern"][6:-1].split(","))
