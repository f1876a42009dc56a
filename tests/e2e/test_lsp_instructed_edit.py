"""Instructions in comments and edits with no text to type: from the menu to the changed files."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from tests.e2e.editing import (
    AFTER,
    BEFORE,
    WriteEdits,
    act,
    edit_models,
    edits_of,
    lay_out_net,
    plan_of,
    replace_in,
)
from tests.e2e.lsp_editor import Json, StrictEditor, strict_editor
from tests.e2e.lsp_edits import (
    announced,
    answer,
    chosen,
    ended,
    noted,
    opened,
    question,
    reviewed,
)

__all__ = ["edit_models"]

LINE = "// glossator: add a timeout_ms parameter to connect and pass it from all callers\n"
NAMES = ("net.h", "client.c")
EDITS = (
    "Add error handling to `client_start`",
    "Write a test for `client_start`",
    "Add a parameter to `client_start`...",
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return lay_out_net(tmp_path / "net", {it: BEFORE[it] for it in (*NAMES, "notes.txt")})


def instructed(folder: Path, name: str, before: str) -> str:
    """Put the instruction above some text of a file; return the text that comes of it."""
    text = BEFORE[name].replace(before, LINE + before, 1)
    assert text != BEFORE[name]
    (folder / name).write_text(text)
    return text


async def menu(
    editor: StrictEditor, uri: str, line: int, kind: types.CodeActionTriggerKind
) -> list[Json]:
    place = {"line": line, "character": 5}
    params = {
        "textDocument": {"uri": uri},
        "range": {"start": place, "end": place},
        "context": {"diagnostics": [], "triggerKind": kind.value},
    }
    found: list[Json] = await editor.ask(types.TEXT_DOCUMENT_CODE_ACTION, params)
    return found


async def picked(editor: StrictEditor, uri: str, line: int, title: str) -> str:
    """Pick an action of the menu that follows the cursor; return the token of its progress."""
    kind = types.CodeActionTriggerKind.Invoked
    found = await menu(editor, uri, line, kind)
    command = next(it for it in found if it["title"].startswith(title))["command"]
    params = {"command": command["command"], "arguments": command["arguments"]}
    await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, params)
    created = await editor.expect(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
    await editor.answer(created, None)
    token: str = created["params"]["token"]
    return token


DO = "Do: add a timeout_ms parameter to connect"


@pytest.mark.parametrize(
    ("name", "before"),
    [("net.h", "static inline"), ("client.c", "int client_start"), ("notes.txt", "connect(host)")],
)
async def test_the_line_goes_with_the_edit_that_it_asked_for(
    name: str, before: str, project: Path, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*NAMES)], edits_of(*NAMES))
    text = instructed(project, name, before)
    async with strict_editor(announced(project)) as editor:
        uris = await opened(editor, project, *NAMES)
        if name not in NAMES:
            uris[name] = project.joinpath(name).as_uri()
            await editor.open(uris[name], text, "text")
            await editor.expect(types.WINDOW_LOG_MESSAGE)
        line = text[: text.index(LINE)].count("\n")
        token = await picked(editor, uris[name], line, DO)
        await answer(editor, await reviewed(editor), "Apply all")
        texts = await editor.accept_changes()
        # In the step in which the file changes otherwise, or in one of its own.
        wanted = {uris[it]: AFTER[it] for it in NAMES}
        assert texts == wanted | {uris[name]: AFTER[name] if name in NAMES else BEFORE[name]}
        values = await editor.expect_progress_of(token)
        assert values[-1]["message"].startswith("edit (")


@pytest.mark.parametrize("stage", ["plan", "change"])
async def test_the_line_stays_where_the_edit_is_discarded(
    stage: str, project: Path, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*NAMES)], edits_of(*NAMES))
    text = instructed(project, "client.c", "int client_start")
    async with strict_editor(announced(project)) as editor:
        uris = await opened(editor, project, *NAMES)
        token = await picked(editor, uris["client.c"], 2, DO)
        asked = await question(editor, shows=True) if stage == "plan" else await reviewed(editor)
        await answer(editor, asked, "Discard")
        assert (await ended(editor, token)).endswith("discarded; nothing was changed")
        assert editor.texts[uris["client.c"]][1] == text


async def test_the_line_goes_along_with_whatever_is_taken_of_other_files(
    project: Path, edit_models: WriteEdits
) -> None:
    edit_models([plan_of("net.h", "notes.txt")], _only_header())
    instructed(project, "client.c", "int client_start")
    async with strict_editor(announced(project)) as editor:
        uris = await opened(editor, project, *NAMES)
        token = await picked(editor, uris["client.c"], 2, DO)
        # Of the file with the line alone nobody is asked.
        await chosen(editor, "Take", "Leave")
        texts = await editor.accept_changes()
        assert set(texts) == {uris["net.h"], uris["client.c"]}
        assert texts[uris["client.c"]] == BEFORE["client.c"]
        await editor.expect_progress_of(token)


def _only_header() -> list[object]:
    header = BEFORE["net.h"].replace("host[0] != '\\0'", "*host != '\\0'")
    notes = replace_in("notes.txt", BEFORE["notes.txt"], AFTER["notes.txt"])
    turns = replace_in("net.h", BEFORE["net.h"], header)
    return [*turns, *notes, act("finish", summary="shorter")]


async def test_the_line_stays_in_a_file_that_is_never_changed_for_a_model(
    project: Path, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*NAMES)], edits_of(*NAMES))
    name = ".editorconfig"
    text = f"root = true\n# {LINE.removeprefix('// ')}"
    (project / name).write_text(text)
    async with strict_editor(announced(project)) as editor:
        uris = await opened(editor, project, *NAMES)
        uri = (project / name).as_uri()
        await editor.open(uri, text, "editorconfig")
        await editor.expect(types.WINDOW_LOG_MESSAGE)
        token = await picked(editor, uri, 1, DO)
        await answer(editor, await reviewed(editor), "Apply all")
        assert await editor.accept_changes() == {uris[it]: AFTER[it] for it in NAMES}
        await editor.expect_progress_of(token)


async def test_what_is_typed_while_the_edit_is_made_stays(
    project: Path, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*NAMES)], edits_of(*NAMES))
    text = instructed(project, "client.c", "int client_start")
    async with strict_editor(announced(project)) as editor:
        uris = await opened(editor, project, *NAMES)
        token = await picked(editor, uris["client.c"], 2, DO)
        asked = await reviewed(editor)
        await editor.replace(uris["client.c"], "/* Typed. */\n" + text)
        await answer(editor, asked, "Apply all")
        texts = await editor.accept_changes()
        assert texts[uris["client.c"]] == "/* Typed. */\n" + AFTER["client.c"]
        await editor.expect_progress_of(token)


async def test_the_menu_of_a_function_grows_for_a_person_who_asks_alone(
    project: Path, edit_models: WriteEdits
) -> None:
    edit_models([], [])
    async with strict_editor(announced(project)) as editor:
        uris = await opened(editor, project, *NAMES)
        uri = uris["client.c"]
        found = await menu(editor, uri, 2, types.CodeActionTriggerKind.Invoked)
        by_title = {it["title"]: it for it in found}
        assert [it for it in by_title if it in EDITS] == list(EDITS)
        assert {by_title[it]["kind"] for it in EDITS} == {"refactor.rewrite"}
        assert "isPreferred" not in by_title[EDITS[0]]
        (argument,) = by_title[EDITS[0]]["command"]["arguments"]
        assert argument["symbol"] == "client_start"
        assert argument["text"] == "Add error handling to client_start"
        found = await menu(editor, uri, 2, types.CodeActionTriggerKind.Automatic)
        assert not {it["title"] for it in found} & set(EDITS)
        # The last writes the line that a person fills in, as an edit like any other.
        edit = by_title[EDITS[2]]["edit"]
        texts = editor.make_changes(edit)
        line = (
            "// glossator: add a parameter NAME of type TYPE to client_start and pass it from all "
            "callers\n"
        )
        text = BEFORE["client.c"].replace("int client_start", line + "int client_start", 1)
        assert texts == {uri: text}
        await editor.replace(uri, text)
        title = "Do: add a parameter NAME of type TYPE to client_start…"
        found = await menu(editor, uri, 2, types.CodeActionTriggerKind.Automatic)
        assert title in [it["title"] for it in found]
        token = await picked(editor, uri, 2, title)
        assert "NAME and TYPE" in await editor.expect_sentence()
        assert await ended(editor, token) == "failed"
    assert project.joinpath("client.c").read_text() == BEFORE["client.c"]


async def test_an_edit_of_the_menu_is_planned_for_its_function(
    project: Path, edit_models: WriteEdits
) -> None:
    handled = BEFORE["client.c"].replace(
        "\treturn connect(host);", "\treturn host ? connect(host) : -1;"
    )
    turns = replace_in("client.c", BEFORE["client.c"], handled)
    edit_models(
        [{"when": "Add error handling to client_start", **plan_of("client.c")}],
        [*turns, act("finish", summary="handled")],
    )
    async with strict_editor(announced(project)) as editor:
        uris = await opened(editor, project, *NAMES)
        token = await picked(editor, uris["client.c"], 2, EDITS[0])
        await answer(editor, await reviewed(editor), "Apply all")
        assert await editor.accept_changes() == {uris["client.c"]: handled}
        values = await editor.expect_progress_of(token)
        assert values[0]["title"] == "Edit: Add error handling to client_start"
        await noted(editor)
