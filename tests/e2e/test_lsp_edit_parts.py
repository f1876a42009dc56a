"""Edits of several files in an editor: what a person takes of a change, by file and by hunk."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from tests.e2e.editing import (
    BEFORE,
    WriteEdits,
    act,
    edit_models,
    edits_of,
    plan_of,
    replace_in,
)
from tests.e2e.lsp_editor import strict_editor
from tests.e2e.lsp_edits import (
    THREE,
    announced,
    answer,
    by_uri,
    chosen,
    ended,
    noted,
    opened,
    project,
    question,
    reviewed,
    run,
    started,
    unchanged,
)

__all__ = ["edit_models", "project"]


ALTHOUGH = "Apply what was chosen although: "


@pytest.mark.parametrize("word", ["Apply", "Discard", "closed"])
async def test_a_part_that_does_not_build_is_applied_only_by_a_word_that_says_so(
    word: str, project: Path, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*THREE)], edits_of(*THREE))
    async with strict_editor(announced(project)) as editor:
        await opened(editor, project, "net.h", "client.c")
        token = await started(editor)
        # The function without its callers.
        await chosen(editor, "Leave", "Take", "Leave")
        asked = await question(editor)
        assert asked.answers[0].startswith(f"{ALTHOUGH}The changes do not pass their checks: ")
        assert "connect" in asked.answers[0]
        assert asked.answers[1:] == ["Discard"]
        if word == "Apply":
            await answer(editor, asked, asked.answers[0])
            assert await editor.accept_changes() == by_uri(project, "net.h")
            assert "what was chosen failed: " in await ended(editor, token)
            return
        await answer(editor, asked, None if word == "closed" else word)
        how = "waits" if word == "closed" else "discarded; nothing was changed"
        assert how in await ended(editor, token)
        await noted(editor)
    assert unchanged(project)


async def test_one_hunk_is_shown_by_itself_and_taken_alone(
    project: Path, edit_models: WriteEdits
) -> None:
    spaced = BEFORE["client.c"].replace("return connect(host);", "return connect(host) > 0;")
    both = spaced.replace("connect(host) && ", "connect(host) & ")
    turns = replace_in("client.c", BEFORE["client.c"], both)
    edit_models([plan_of("client.c")], [*turns, act("finish", summary="spaced")])
    async with strict_editor(announced(project)) as editor:
        uris = await opened(editor, project, "client.c")
        token = await started(editor)
        await answer(editor, await reviewed(editor), "Choose...")
        asked = await question(editor)
        assert asked.message == "client.c (1 of 1): +2 -2"
        assert asked.answers == ["Take", "Leave", "By hunk"]
        await answer(editor, asked, "By hunk")
        first = await question(editor, shows=True)
        assert first.message == "client.c:5 (hunk 1 of 2): +1 -1"
        assert first.shown is not None
        shown = first.shown.read_text("utf-8")
        assert "+\treturn connect(host) > 0;" in shown
        assert "&" not in shown
        await answer(editor, first, "Take")
        second = await question(editor, shows=True)
        assert second.message.startswith("client.c:19 (hunk 2 of 2)")
        await answer(editor, second, "Leave")
        assert await editor.accept_changes() == {uris["client.c"]: spaced}
        await editor.expect_progress_of(token)


async def test_what_nobody_answers_waits_and_is_applied_in_parts(
    project: Path, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*THREE)], edits_of(*THREE))
    async with strict_editor(announced(project)) as editor:
        await opened(editor, project, "net.h", "client.c")
        token = await started(editor)
        await answer(editor, await reviewed(editor), None)
        said = await ended(editor, token)
        number = said.split("proposal ")[1].split(" ")[0]
        (note,) = await noted(editor)
        assert number in note
        argument = {"id": number, "files": ["net.h"], "hunks": {"client.c": [1, 2]}}
        token = await run(editor, "glossator.proposal.apply", argument)
        assert await editor.accept_changes() == by_uri(project, "net.h", "client.c")
        await editor.expect_progress_of(token)
        # What is left waits on.
        for wrong, words in (
            ({"files": ["net.h"]}, "does not change 'net.h'"),
            ({"files": []}, "at least one path"),
            ({"hunks": {"notes.txt": [7]}}, "has the hunks 1"),
            ({"hunks": {"notes.txt": []}}, "by their numbers"),
            ({"hunks": ["notes.txt"]}, "by their numbers"),
        ):
            params = {
                "command": "glossator.proposal.apply",
                "arguments": [{"id": number, **wrong}],
            }
            error = await editor.ask_for_error(types.WORKSPACE_EXECUTE_COMMAND, params)
            assert words in error["message"]
        token = await run(editor, "glossator.proposal.apply", {"id": number})
        assert await editor.accept_changes() == by_uri(project, "notes.txt")
        await editor.expect_progress_of(token)
        params = {"command": "glossator.proposal.discard", "arguments": [{"id": number}]}
        error = await editor.ask_for_error(types.WORKSPACE_EXECUTE_COMMAND, params)
        assert "There is no proposal" in error["message"]


@pytest.mark.parametrize("place", ["a file", "a hunk"])
async def test_a_question_that_is_closed_in_the_middle_leaves_it_all_waiting(
    place: str, project: Path, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*THREE)], edits_of(*THREE))
    async with strict_editor(announced(project)) as editor:
        await opened(editor, project, "net.h", "client.c")
        token = await started(editor)
        await answer(editor, await reviewed(editor), "Choose...")
        if place == "a hunk":
            await answer(editor, await question(editor), "By hunk")
            await answer(editor, await question(editor, shows=True), "Take")
        await answer(editor, await question(editor, shows=place == "a hunk"), None)
        number = (await ended(editor, token)).split("proposal ")[1].split(" ")[0]
        await noted(editor)
        token = await run(editor, "glossator.proposal.apply", {"id": number})
        assert await editor.accept_changes() == by_uri(project, *THREE)
        await editor.expect_progress_of(token)


async def test_a_part_can_be_let_go_and_the_rest_applied(
    project: Path, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*THREE)], edits_of(*THREE))
    async with strict_editor(announced(project)) as editor:
        await opened(editor, project, "net.h", "client.c")
        token = await started(editor)
        await answer(editor, await reviewed(editor), None)
        number = (await ended(editor, token)).split("proposal ")[1].split(" ")[0]
        await noted(editor)
        argument = {"id": number, "files": ["notes.txt"]}
        params = {"command": "glossator.proposal.discard", "arguments": [argument]}
        done = await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, params)
        assert done == {"discarded": number}
        token = await run(editor, "glossator.proposal.apply", {"id": number})
        assert await editor.accept_changes() == by_uri(project, "net.h", "client.c")
        values = await editor.expect_progress_of(token)
        assert any(it.get("message") == "checking what was chosen" for it in values)


async def test_two_files_of_three_are_taken_and_checked_again(
    project: Path, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*THREE)], edits_of(*THREE))
    async with strict_editor(announced(project)) as editor:
        await opened(editor, project, "net.h", "client.c")
        token = await started(editor)
        await answer(editor, await reviewed(editor), "Choose...")
        for at, path in enumerate(sorted(THREE)):
            asked = await question(editor)
            assert asked.message.startswith(f"{path} ({at + 1} of 3): +")
            await answer(editor, asked, "Leave" if path == "notes.txt" else "Take")
        assert await editor.accept_changes() == by_uri(project, "net.h", "client.c")
        values = await editor.expect_progress_of(token)
        assert any(it.get("message") == "checking what was chosen" for it in values)
    assert project.joinpath("notes.txt").read_text() == BEFORE["notes.txt"]


@pytest.mark.parametrize("word", ["Take", "Leave"])
async def test_files_that_programs_obey_are_asked_for_one_by_one(
    word: str, project: Path, edit_models: WriteEdits
) -> None:
    make = "all:\n\t$(CC) -c client.c\n"
    project.joinpath("Makefile").write_text(make)
    turns = [
        *edits_of("net.h", "client.c")[:-1],
        act("edit_file", path="Makefile", search="all:", replace="all: client.c"),
        act("finish", summary="built"),
    ]
    edit_models([plan_of("net.h", "client.c", "Makefile")], turns)
    async with strict_editor(announced(project)) as editor:
        await opened(editor, project, "net.h", "client.c")
        token = await started(editor)
        await answer(editor, await reviewed(editor), "Apply all")
        asked = await question(editor)
        assert asked.message.startswith("Programs obey Makefile (+1 -1)")
        await answer(editor, asked, word)
        more = {project.joinpath("Makefile").as_uri(): make.replace("all:", "all: client.c")}
        texts = by_uri(project, "net.h", "client.c") | (more if word == "Take" else {})
        assert await editor.accept_changes() == texts
        await editor.expect_progress_of(token)


async def test_the_setting_that_applies_fixes_at_once_holds_for_no_edit(
    project: Path, edit_models: WriteEdits
) -> None:
    edit_models([plan_of("notes.txt")], edits_of("notes.txt"))
    async with strict_editor(announced(project, review="multi-file")) as editor:
        await opened(editor, project)
        token = await started(editor)
        await answer(editor, await reviewed(editor), "Discard")
        assert await ended(editor, token) == "discarded; nothing was changed"
    assert unchanged(project)
