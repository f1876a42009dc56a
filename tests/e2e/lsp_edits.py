"""Own what tests of edits in an editor share: the project, what is asked and said."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import attrs
import pytest
from lsprotocol import types
from pytest_lsp import client_capabilities

from tests.e2e.editing import (
    AFTER,
    BEFORE,
    WANTED,
    lay_out_net,
)
from tests.e2e.lsp_editor import Announced, Json, StrictEditor

THREE = ("net.h", "client.c", "notes.txt")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    # Without the second caller, so that three files are all that there is to change.
    texts = {it: BEFORE[it] for it in THREE}
    return lay_out_net(tmp_path / "net", texts)


def announced(folder: Path, profile: str = "neovim", **options: object) -> Announced:
    return Announced(client_capabilities(profile), (folder,), options or None, name=profile)


async def opened(editor: StrictEditor, folder: Path, *names: str) -> dict[str, str]:
    """Open files; return their URIs by name."""
    await editor.initialize()
    uris = {it: (folder / it).as_uri() for it in names}
    for name, uri in uris.items():
        await editor.open(uri, (folder / name).read_bytes().decode())
    return uris


async def started(editor: StrictEditor, **argument: object) -> str:
    """Run `glossator.edit`; return the token of its progress."""
    return await run(editor, "glossator.edit", {"text": WANTED, **argument})


async def run(editor: StrictEditor, command: str, argument: Json) -> str:
    params = {"command": command, "arguments": [argument]}
    assert set(await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, params)) == {"job"}
    created = await editor.expect(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
    await editor.answer(created, None)
    token: str = created["params"]["token"]
    return token


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the server's, and the file that was shown before it."""

    request: Json
    shown: Path | None

    @property
    def message(self) -> str:
        return str(self.request["params"]["message"])

    @property
    def answers(self) -> list[str]:
        return [it["title"] for it in self.request["params"]["actions"]]


async def question(editor: StrictEditor, *, shows: bool = False) -> Question:
    shown = None
    if shows:
        request = await editor.expect(types.WINDOW_SHOW_DOCUMENT)
        shown = Path(request["params"]["uri"].removeprefix("file://"))
        await editor.answer(request, {"success": True})
    return Question(await editor.expect(types.WINDOW_SHOW_MESSAGE_REQUEST), shown)


async def answer(editor: StrictEditor, asked: Question, title: str | None) -> None:
    assert title is None or title in asked.answers
    await editor.answer(asked.request, None if title is None else {"title": title})


async def noted(editor: StrictEditor) -> list[str]:
    """Consume what is written to the editor's log."""
    found = []
    while any(it.get("method") == types.WINDOW_LOG_MESSAGE for it in editor.inbox):
        found.append((await editor.expect(types.WINDOW_LOG_MESSAGE))["params"]["message"])
    return found


async def agreed(editor: StrictEditor, *, shows: bool = True) -> None:
    """Say yes to the plan."""
    await answer(editor, await question(editor, shows=shows), "Go on")


async def reviewed(editor: StrictEditor, *, shows: bool = True) -> Question:
    """Say yes to the plan; return the question about the change."""
    await agreed(editor, shows=shows)
    return await question(editor, shows=shows)


async def ended(editor: StrictEditor, token: str) -> str:
    """Return how a job ended."""
    return str((await editor.expect_progress_of(token))[-1].get("message"))


def read(path: Path) -> str:
    return path.read_text("utf-8")


def by_uri(folder: Path, *names: str) -> dict[str, str]:
    return {folder.joinpath(it).as_uri(): AFTER[it] for it in names}


def unchanged(folder: Path) -> bool:
    return {it.name: it.read_text() for it in folder.iterdir() if it.is_file()} == {
        it: BEFORE[it] for it in THREE
    }


async def chosen(editor: StrictEditor, *answers: str) -> None:
    """Choose in the diff, file by file."""
    await answer(editor, await reviewed(editor), "Choose...")
    for it in answers:
        await answer(editor, await question(editor), it)


def without(profile: types.ClientCapabilities, part: str) -> types.ClientCapabilities:
    """Return what an editor announces that cannot do one thing."""
    workspace, window = profile.workspace, profile.window
    assert workspace is not None
    assert window is not None
    edit = workspace.workspace_edit
    assert edit is not None
    match part:
        case "file operations":
            edit = attrs.evolve(edit, document_changes=True, resource_operations=None)
        case "document changes":
            edit = types.WorkspaceEditClientCapabilities()
        case "showing documents":
            window = attrs.evolve(window, show_document=None)
        case "edits":
            workspace = attrs.evolve(workspace, apply_edit=False)
        case _:
            raise AssertionError(part)
    workspace = attrs.evolve(workspace, workspace_edit=edit)
    return attrs.evolve(profile, workspace=workspace, window=window)
