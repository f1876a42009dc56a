"""Edits of several files in an editor: the plan, the way to the change, its end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lsprotocol import types
from pytest_lsp import client_capabilities

from glossator_server.change_set import ChangeSet, FileChange
from glossator_server.changes.journal import journal_folder, open_journal
from tests.e2e.editing import (
    AFTER,
    BEFORE,
    WANTED,
    WriteEdits,
    act,
    edit_models,
    edits_of,
    plan_of,
)
from tests.e2e.lsp_editor import Announced, Json, StrictEditor, strict_editor
from tests.e2e.lsp_edits import (
    THREE,
    Question,
    agreed,
    announced,
    answer,
    by_uri,
    ended,
    noted,
    opened,
    project,
    question,
    read,
    reviewed,
    started,
    unchanged,
    without,
)

__all__ = ["edit_models", "project"]


async def test_a_plan_is_read_changed_and_carried_out_and_all_is_applied(
    project: Path, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*THREE)], edits_of(*THREE))
    async with strict_editor(announced(project)) as editor:
        uris = await opened(editor, project, "net.h", "client.c")
        token = await started(editor, uri=uris["net.h"], symbol="connect", version=1)
        plan = await question(editor, shows=True)
        assert plan.shown is not None
        assert plan.answers == ["Go on", "Discard"]
        assert plan.message.startswith("Add timeout_ms to connect: ")
        text = plan.shown.read_text("utf-8")
        assert "- `client.c`" in text
        assert plan.shown.stat().st_mode & 0o777 == 0o600
        await answer(editor, plan, "Go on")
        review = await question(editor, shows=True)
        assert review.answers == ["Apply all", "Choose...", "Discard"]
        assert review.shown is not None
        diff = review.shown.read_text("utf-8")
        assert "+\treturn connect(host, 100);" in diff
        assert "gcc" in diff.partition("diff --git")[0]
        await answer(editor, review, "Apply all")
        texts = await editor.accept_changes()
        assert texts == {project.joinpath(it).as_uri(): AFTER[it] for it in THREE}
        values = await editor.expect_progress_of(token)
        assert "gcc ok" in values[-1]["message"]
        assert any(it.get("message", "") == "planning" for it in values)
        assert "checked: gcc ok" in await hovered(editor, uris["net.h"], line=3)
        assert "checked: gcc ok" in await hovered(editor, uris["client.c"], line=2)
        await editor.replace(uris["client.c"], AFTER["client.c"].replace("100", "200", 1))
        assert "checked:" not in await hovered(editor, uris["client.c"], line=2)


@pytest.mark.parametrize("how", ["saved", "in the editor only"])
async def test_what_is_struck_from_the_plan_is_not_changed(
    how: str, project: Path, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*THREE)], edits_of(*THREE))
    async with strict_editor(announced(project)) as editor:
        await opened(editor, project, "net.h", "client.c")
        token = await started(editor)
        plan = await question(editor, shows=True)
        assert plan.shown is not None
        text = plan.shown.read_text("utf-8")
        shorter = "".join(it for it in text.splitlines(keepends=True) if "`notes.txt`" not in it)
        if how == "saved":
            plan.shown.write_text(shorter, "utf-8")
        else:
            await editor.open(plan.shown.as_uri(), text, "markdown")
            await editor.expect(types.WINDOW_LOG_MESSAGE)
            await editor.replace(plan.shown.as_uri(), shorter)
        await answer(editor, plan, "Go on")
        review = await question(editor, shows=True)
        assert "notes.txt" not in review.message
        await answer(editor, review, "Apply all")
        assert await editor.accept_changes() == by_uri(project, "net.h", "client.c")
        await editor.expect_progress_of(token)
    assert project.joinpath("notes.txt").read_text() == BEFORE["notes.txt"]


async def test_a_plan_that_cannot_be_read_is_asked_for_again(
    project: Path, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*THREE)], edits_of(*THREE))
    async with strict_editor(announced(project)) as editor:
        await opened(editor, project)
        token = await started(editor)
        plan = await question(editor, shows=True)
        assert plan.shown is not None
        for text, words in (("# Nothing\n", "no heading"), (None, "is gone")):
            if text is None:
                plan.shown.unlink()
            else:
                plan.shown.write_text(text, "utf-8")
            await answer(editor, plan, "Go on")
            plan = Question((await question(editor)).request, plan.shown)
            assert words in plan.message
        await answer(editor, plan, "Discard")
        assert await ended(editor, token) == "discarded; nothing was changed"
    assert unchanged(project)


async def test_a_plan_with_a_file_that_is_never_changed_is_asked_for_again(
    project: Path, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*THREE)], edits_of(*THREE))
    async with strict_editor(announced(project)) as editor:
        await opened(editor, project)
        token = await started(editor)
        plan = await question(editor, shows=True)
        assert plan.shown is not None
        text = plan.shown.read_text("utf-8")
        for path, words in (("../else.c", "outside the workspace"), ("AGENTS.md", "never changed")):
            plan.shown.write_text(f"{text}- `{path}`: as well\n", "utf-8")
            await answer(editor, plan, "Go on")
            plan = Question((await question(editor)).request, plan.shown)
            assert words in plan.message
            assert plan.shown is not None
        await answer(editor, plan, "Discard")
        assert await ended(editor, token) == "discarded; nothing was changed"
    assert unchanged(project)


@pytest.mark.parametrize("said", ["Discard", None])
async def test_a_plan_that_nobody_agrees_to_changes_nothing(
    said: str | None, project: Path, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*THREE)], edits_of(*THREE))
    async with strict_editor(announced(project)) as editor:
        await opened(editor, project)
        token = await started(editor)
        await answer(editor, await question(editor, shows=True), said)
        how = "nobody answered" if said is None else "discarded"
        assert await ended(editor, token) == f"{how}; nothing was changed"
        notes = await noted(editor)
        assert bool(notes) == (said is None)
    assert unchanged(project)


ENDLESS: dict[str, object] = {"text": json.dumps({"tool": "list_files"}), "chunk": 1, "delay_s": 60}

STAGES = ("planning", "the plan", "carrying out", "the change", "a file", "a part")


@pytest.mark.parametrize("by", ["progress", "command"])
@pytest.mark.parametrize("stage", STAGES)
async def test_it_is_cancelled_at_every_stage(
    stage: str, by: str, project: Path, edit_models: WriteEdits
) -> None:
    edit_models(
        [ENDLESS if stage == "planning" else plan_of(*THREE)],
        [ENDLESS] if stage == "carrying out" else edits_of(*THREE),
    )
    async with strict_editor(announced(project)) as editor:
        await opened(editor, project, "net.h", "client.c")
        token = await started(editor)
        asked = await until(editor, stage)
        if by == "progress":
            await editor.notify(types.WINDOW_WORK_DONE_PROGRESS_CANCEL, {"token": token})
        else:
            params = {"command": "glossator.cancel", "arguments": []}
            await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, params)
        assert await ended(editor, token) == "cancelled"
        if asked is not None:
            # An answer that comes too late is nobody's any more.
            await answer(editor, asked, asked.answers[0])
        while any(it.get("method") == "$/cancelRequest" for it in editor.inbox):
            await editor.expect("$/cancelRequest")
        assert await editor.ask(types.TEXT_DOCUMENT_HOVER, hover_of(project)) is None
    assert unchanged(project)


async def hovered(editor: StrictEditor, uri: str, line: int) -> str:
    """Return what is told of the name that stands in a line."""
    position = {"line": line, "character": 18}
    params = {"textDocument": {"uri": uri}, "position": position}
    return str((await editor.ask(types.TEXT_DOCUMENT_HOVER, params))["contents"]["value"])


def hover_of(folder: Path) -> Json:
    uri = folder.joinpath("client.c").as_uri()
    return {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 0}}


async def until(editor: StrictEditor, stage: str) -> Question | None:
    """Go as far as a stage; return the question that waits there, if one does."""
    if stage == "planning":
        await editor.see(types.PROGRESS)
        return None
    if stage == "the plan":
        return await question(editor, shows=True)
    await agreed(editor)
    if stage == "carrying out":
        return None
    review = await question(editor, shows=True)
    if stage == "the change":
        return review
    await answer(editor, review, "Choose...")
    file = await question(editor)
    if stage == "a file":
        return file
    await answer(editor, file, "Leave")
    await answer(editor, await question(editor), "Take")
    await answer(editor, await question(editor), "Leave")
    return await question(editor)


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ({"text": None}, "needs `text`"),
        ({"text": " "}, "empty"),
        ({"text": "x" * 20_000}, "more than 10000"),
        ({"where": "here"}, "'where'"),
        ({"uri": 3}, "`uri`"),
        ({"uri": "untitled:1"}, "no file"),
        ({"uri": "CLIENT", "symbol": "nothing"}, "no nothing in"),
        ({"uri": "CLIENT", "version": 7, "range": {"start": {"line": 1}}}, "`range` is wrong"),
        (
            {
                "uri": "CLIENT",
                "version": 7,
                "range": {
                    "start": {"line": 0, "character": 0},
                    "end": {"line": 0, "character": 0},
                },
            },
            "has changed meanwhile",
        ),
        ({"text": "add a parameter NAME of type TYPE to f"}, "NAME and TYPE"),
    ],
)
async def test_bad_input_ends_in_one_sentence(
    argument: Json, words: str, project: Path, edit_models: WriteEdits
) -> None:
    edit_models([], [])
    async with strict_editor(announced(project)) as editor:
        uris = await opened(editor, project, "client.c")
        argument = {"text": WANTED} | argument
        if argument.get("uri") == "CLIENT":
            argument["uri"] = uris["client.c"]
        params = {"command": "glossator.edit", "arguments": [argument]}
        error = await editor.ask_for_error(types.WORKSPACE_EXECUTE_COMMAND, params)
        assert words in error["message"]


async def test_where_nothing_came_of_it_the_reason_is_told_with_the_transcript(
    project: Path, edit_models: WriteEdits
) -> None:
    edit_models([act("propose_plan", title="x", summary="It cannot be done.", steps=[])], [])
    async with strict_editor(announced(project)) as editor:
        await opened(editor, project)
        token = await started(editor)
        sentence = await editor.expect_sentence()
        assert sentence.startswith("The planner says that it cannot be done")
        transcript = Path(sentence.rpartition("What was done is in ")[2].rstrip("."))
        assert "propose_plan" in read(transcript)
        assert await ended(editor, token) == "nothing was changed"
        await noted(editor)


def leave_half_written(folder: Path) -> None:
    """Leave what a writer leaves that was killed between two files."""
    names = ("client.c", "notes.txt")
    files = tuple(FileChange(it, BEFORE[it], "half\n") for it in names)
    contents = {it: (BEFORE[it].encode(), b"half\n", 0o644) for it in names}
    open_journal(journal_folder(), ChangeSet(folder.resolve(), files), contents)
    (folder / "notes.txt").write_text("half\n")


async def test_what_a_killed_writer_left_is_taken_back_before_anything_is_planned(
    project: Path, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*THREE)], edits_of(*THREE))
    leave_half_written(project)
    profile = without(client_capabilities("neovim"), "file operations")
    async with strict_editor(Announced(profile, (project,))) as editor:
        await opened(editor, project, "net.h", "client.c")
        token = await started(editor)
        await answer(editor, await reviewed(editor), "Apply all")
        await editor.accept_changes()
        await editor.expect_progress_of(token)
        told = await noted(editor)
        assert "An earlier change of client.c, notes.txt was not written to its end" in told[0]
    assert project.joinpath("notes.txt").read_text() == AFTER["notes.txt"]
