"""Edits of several files in an editor: the change arrives as it was checked, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types
from pytest_lsp import client_capabilities

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
from tests.e2e.lsp_editor import Announced, Json, StrictEditor, strict_editor
from tests.e2e.lsp_edits import (
    THREE,
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
    run,
    started,
    unchanged,
    without,
)

__all__ = ["edit_models", "project"]


async def test_who_types_elsewhere_gets_the_change_checked_anew(
    project: Path, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*THREE)], edits_of(*THREE))
    async with strict_editor(announced(project)) as editor:
        uris = await opened(editor, project, "net.h", "client.c")
        token = await started(editor)
        asked = await reviewed(editor)
        await editor.replace(uris["client.c"], "/* Typed. */\n" + BEFORE["client.c"])
        # A file that is not open can change as well.
        project.joinpath("notes.txt").write_text(BEFORE["notes.txt"] + "More.\n")
        await answer(editor, asked, "Apply all")
        texts = await editor.accept_changes()
        assert texts[uris["client.c"]] == "/* Typed. */\n" + AFTER["client.c"]
        assert texts[project.joinpath("notes.txt").as_uri()] == AFTER["notes.txt"] + "More.\n"
        values = await editor.expect_progress_of(token)
        assert any("checking again" in it.get("message", "") for it in values)


@pytest.mark.parametrize("where", ["in the editor", "on the disk", "gone", "broken elsewhere"])
async def test_where_a_text_moved_on_nothing_of_the_change_is_applied(
    where: str, project: Path, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*THREE)], edits_of(*THREE))
    async with strict_editor(announced(project)) as editor:
        uris = await opened(editor, project, "net.h", "client.c")
        token = await started(editor)
        asked = await reviewed(editor)
        notes = project / "notes.txt"
        words = "ask for the edit again"
        if where == "in the editor":
            text = BEFORE["client.c"].replace("return connect(host);", "return !connect(host);")
            await editor.replace(uris["client.c"], text)
        elif where == "on the disk":
            notes.write_text("connect(host, port) opens a connection.\n")
        elif where == "gone":
            notes.unlink()
        else:
            more = "\nint client_more(void)\n{\n\treturn connect(client_start);\n}\n"
            await editor.replace(uris["client.c"], BEFORE["client.c"] + more)
            words = "no longer passes its checks"
        await answer(editor, asked, "Apply all")
        assert words in await editor.expect_sentence()
        assert await ended(editor, token) == "failed"
        (note,) = await noted(editor)
        number = note.split("Proposal ")[1].split(" ")[0]
        # Whoever undoes what stands in its way has it.
        notes.write_text(BEFORE["notes.txt"])
        await editor.replace(uris["client.c"], BEFORE["client.c"])
        token = await run(editor, "glossator.proposal.apply", {"id": number})
        assert await editor.accept_changes() == by_uri(project, *THREE)
        await editor.expect_progress_of(token)


@pytest.mark.parametrize("part", ["file operations", "document changes"])
async def test_what_the_editor_cannot_open_is_written_to_the_disk(
    part: str, project: Path, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*THREE)], edits_of(*THREE))
    profile = without(client_capabilities("neovim"), part)
    async with strict_editor(Announced(profile, (project,))) as editor:
        await opened(editor, project, "net.h")
        token = await started(editor)
        await answer(editor, await reviewed(editor), "Apply all")
        assert await editor.accept_changes() == by_uri(project, "net.h")
        await editor.expect_progress_of(token)
        assert sorted(await noted(editor)) == [
            "client.c was written to the disk; it is not open.",
            "notes.txt was written to the disk; it is not open.",
        ]
    for it in ("client.c", "notes.txt"):
        assert project.joinpath(it).read_text() == AFTER[it]
    assert project.joinpath("net.h").read_text() == BEFORE["net.h"]


async def test_where_no_document_is_shown_the_question_says_where_to_read(
    project: Path, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*THREE)], edits_of(*THREE))
    profile = without(client_capabilities("neovim"), "showing documents")
    async with strict_editor(Announced(profile, (project,))) as editor:
        await opened(editor, project, "net.h", "client.c")
        token = await started(editor)
        plan = await question(editor)
        path = Path(plan.message.partition("(")[2].partition(")")[0])
        assert "- `client.c`" in read(path)
        await answer(editor, plan, "Go on")
        review = await question(editor)
        path = Path(review.message.rpartition(" (")[2].partition(")")[0])
        assert "+\treturn connect(host, 100);" in read(path)
        await answer(editor, review, "Apply all")
        assert await editor.accept_changes() == by_uri(project, *THREE)
        await editor.expect_progress_of(token)


async def test_an_editor_without_edits_is_told_before_a_model_is_asked(
    project: Path, edit_models: WriteEdits
) -> None:
    edit_models([], [])
    profile = without(client_capabilities("neovim"), "edits")
    async with strict_editor(Announced(profile, (project,))) as editor:
        await opened(editor, project)
        token = await started(editor)
        assert "run `glossator` in a terminal" in await editor.expect_sentence()
        assert await ended(editor, token) == "failed"


def shuffled() -> list[object]:
    """Return the turns that rename, make and delete files."""
    return [
        *edits_of("net.h", "client.c")[:-1],
        act("rename_file", path="client.c", to="src/user.c"),
        act(
            "edit_file", path="src/user.c", search='#include "net.h"', replace='#include "../net.h"'
        ),
        act("create_file", path="doc/limits.txt", text="Limits are in ms.\n"),
        act("delete_file", path="notes.txt"),
        act("finish", summary="moved"),
    ]


MOVED = AFTER["client.c"].replace('"net.h"', '"../net.h"')

PLACES = ("net.h", "client.c", "src/user.c", "doc/limits.txt", "notes.txt")


@pytest.mark.parametrize("profile", ["neovim", "visual-studio-code"])
async def test_files_are_made_moved_and_deleted_by_the_editor(
    profile: str, project: Path, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*PLACES)], shuffled())
    async with strict_editor(announced(project, profile)) as editor:
        uris = await opened(editor, project, "net.h", "client.c")
        token = await started(editor)
        review = await reviewed(editor)
        assert review.shown is not None
        assert "rename from client.c\nrename to src/user.c" in review.shown.read_text("utf-8")
        await answer(editor, review, "Apply all")
        asked = await question(editor)
        assert asked.message.startswith("notes.txt is to be deleted")
        await answer(editor, asked, "Take")
        request = await editor.expect(types.WORKSPACE_APPLY_EDIT)
        changed = editor.make_changes(request["params"]["edit"])
        new, old = project.joinpath("src/user.c").as_uri(), uris["client.c"]
        assert changed == {
            uris["net.h"]: AFTER["net.h"],
            new: MOVED,
            project.joinpath("doc/limits.txt").as_uri(): "Limits are in ms.\n",
            project.joinpath("notes.txt").as_uri(): None,
        }
        await editor.replace(uris["net.h"], AFTER["net.h"])
        await editor.notify(types.TEXT_DOCUMENT_DID_CLOSE, {"textDocument": {"uri": old}})
        await editor.open(new, MOVED)
        await editor.answer(request, {"applied": True})
        assert "4 files: " in await ended(editor, token)


async def test_an_open_file_is_not_moved_behind_the_editors_back(
    project: Path, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*PLACES)], shuffled())
    profile = without(client_capabilities("neovim"), "file operations")
    async with strict_editor(Announced(profile, (project,))) as editor:
        uris = await opened(editor, project, "net.h", "client.c")
        token = await started(editor)
        await answer(editor, await reviewed(editor), "Apply all")
        await answer(editor, await question(editor), "Take")
        assert "client.c is open" in await editor.expect_sentence()
        await ended(editor, token)
        (note,) = await noted(editor)
        number = note.split("Proposal ")[1].split(" ")[0]
        assert unchanged(project)
        closed = {"textDocument": {"uri": uris["client.c"]}}
        await editor.notify(types.TEXT_DOCUMENT_DID_CLOSE, closed)
        token = await run(editor, "glossator.proposal.apply", {"id": number})
        await answer(editor, await question(editor), "Take")
        assert await editor.accept_changes() == by_uri(project, "net.h")
        await editor.expect_progress_of(token)
        assert len(await noted(editor)) == 3
    assert project.joinpath("src/user.c").read_text() == MOVED
    assert project.joinpath("doc/limits.txt").read_text() == "Limits are in ms.\n"
    assert not project.joinpath("client.c").exists()
    assert not project.joinpath("notes.txt").exists()


async def refused(editor: StrictEditor, result: Json) -> Json:
    """Answer the server's next edit without making it; return the edit."""
    request = await editor.expect(types.WORKSPACE_APPLY_EDIT)
    await editor.answer(request, result)
    edit: Json = request["params"]["edit"]
    return edit


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ({"applied": False, "failureReason": "read-only"}, "read-only; run it again"),
        ({"applied": False}, "it gave no reason"),
        ({"applied": True}, "its text does not show it"),
    ],
)
async def test_an_edit_that_does_not_arrive_is_told_and_waits_on(
    result: Json, words: str, project: Path, edit_models: WriteEdits
) -> None:
    names = ("net.h", "client.c")
    edit_models([plan_of(*names)], edits_of(*names))
    async with strict_editor(announced(project)) as editor:
        await opened(editor, project, *names)
        token = await started(editor)
        await answer(editor, await reviewed(editor), "Apply all")
        await refused(editor, result)
        assert words in await editor.expect_sentence()
        assert await ended(editor, token) == "failed"
        (note,) = await noted(editor)
        number = note.split("Proposal ")[1].split(" ")[0]
        token = await run(editor, "glossator.proposal.apply", {"id": number})
        assert await editor.accept_changes() == by_uri(project, *names)
        await editor.expect_progress_of(token)


async def test_an_edit_that_is_refused_as_an_error_is_told(
    project: Path, edit_models: WriteEdits
) -> None:
    names = ("net.h", "client.c")
    edit_models([plan_of(*names)], edits_of(*names))
    async with strict_editor(announced(project)) as editor:
        await opened(editor, project, *names)
        token = await started(editor)
        await answer(editor, await reviewed(editor), "Apply all")
        await editor.refuse(await editor.expect(types.WORKSPACE_APPLY_EDIT))
        assert "not here; run it again" in await editor.expect_sentence()
        await ended(editor, token)
        await noted(editor)


@pytest.mark.parametrize("word", ["Take it back", "Keep it", None])
async def test_a_file_that_did_not_take_its_part_is_named_and_the_others_are_taken_back(
    word: str | None, project: Path, edit_models: WriteEdits
) -> None:
    names = ("net.h", "client.c")
    edit_models([plan_of(*names)], edits_of(*names))
    async with strict_editor(announced(project)) as editor:
        uris = await opened(editor, project, *names)
        token = await started(editor)
        await answer(editor, await reviewed(editor), "Apply all")
        request = await editor.expect(types.WORKSPACE_APPLY_EDIT)
        texts = editor.make_changes(request["params"]["edit"])
        # As Neovim does with a file that somebody typed in: it is passed over, and all is well.
        typed = "/* Typed. */\n" + BEFORE["net.h"]
        await editor.replace(uris["net.h"], typed)
        changed = texts[uris["client.c"]]
        assert changed is not None
        await editor.replace(uris["client.c"], changed)
        await editor.answer(request, {"applied": True})
        asked = await question(editor)
        assert asked.message.startswith("net.h did not take its part of the change, but client.c")
        # Somebody types on before they answer.
        await editor.replace(uris["client.c"], changed + "/* More. */\n")
        await answer(editor, asked, word)
        if word == "Take it back":
            back = await editor.accept_changes()
            assert back == {uris["client.c"]: BEFORE["client.c"] + "/* More. */\n"}
            assert "Nothing was changed, because net.h" in await editor.expect_sentence()
        else:
            assert "Only a part of the change is applied, in client.c" in (
                await editor.expect_sentence()
            )
        await ended(editor, token)
        await noted(editor)
        assert editor.texts[uris["net.h"]][1] == typed


async def test_what_cannot_be_written_has_the_open_files_taken_back(
    project: Path, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*THREE)], edits_of(*THREE))
    profile = without(client_capabilities("neovim"), "file operations")
    async with strict_editor(Announced(profile, (project,))) as editor:
        uris = await opened(editor, project, "net.h")
        token = await started(editor)
        await answer(editor, await reviewed(editor), "Apply all")
        request = await editor.expect(types.WORKSPACE_APPLY_EDIT)
        # Changed between the last look and the writing.
        project.joinpath("notes.txt").write_text("Something else.\n")
        texts = editor.make_changes(request["params"]["edit"])
        assert texts == by_uri(project, "net.h")
        await editor.replace(uris["net.h"], AFTER["net.h"])
        await editor.answer(request, {"applied": True})
        asked = await question(editor)
        assert asked.message.startswith("client.c and notes.txt did not take")
        await answer(editor, asked, "Take it back")
        assert await editor.accept_changes() == {uris["net.h"]: BEFORE["net.h"]}
        assert "Nothing was changed" in await editor.expect_sentence()
        await ended(editor, token)
        await noted(editor)
    assert project.joinpath("client.c").read_text() == BEFORE["client.c"]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("profile", ["visual-studio-code", "emacs"])
async def test_every_line_end_and_every_width_of_characters_stays_as_it_is(
    ends: str, profile: str, tmp_path: Path, edit_models: WriteEdits
) -> None:
    before = "/* 🚀 ü */ int one(void) { return 1; }\n\n/* 🚀🚀 */\nint two(void) { return 2; }\n"
    after = before.replace(
        "int two(void) { return 2; }", "int two(void) { return 2 + 0; /* 🚀 */ }"
    )
    folder = lay_out_net(tmp_path / "net", {"wide.c": before.replace("\n", ends)})
    turns = replace_in("wide.c", before, after)
    edit_models([plan_of("wide.c")], [*turns, act("finish", summary="wide")])
    async with strict_editor(announced(folder, profile)) as editor:
        uris = await opened(editor, folder, "wide.c")
        assert editor.texts[uris["wide.c"]][1] == before.replace("\n", ends)
        token = await started(editor)
        shows = profile == "visual-studio-code"
        await answer(editor, await reviewed(editor, shows=shows), "Apply all")
        assert await editor.accept_changes() == {uris["wide.c"]: after.replace("\n", ends)}
        await editor.expect_progress_of(token)


async def test_a_cancel_while_it_is_applied_leaves_no_half_of_it(
    project: Path, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*THREE)], edits_of(*THREE))
    profile = without(client_capabilities("neovim"), "file operations")
    async with strict_editor(Announced(profile, (project,))) as editor:
        uris = await opened(editor, project, "net.h")
        token = await started(editor)
        await answer(editor, await reviewed(editor), "Apply all")
        request = await editor.expect(types.WORKSPACE_APPLY_EDIT)
        params = {"command": "glossator.cancel", "arguments": []}
        await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, params)
        await editor.replace(uris["net.h"], AFTER["net.h"])
        await editor.answer(request, {"applied": True})
        assert await ended(editor, token) == "cancelled"
        await noted(editor)
    for it in ("client.c", "notes.txt"):
        assert project.joinpath(it).read_text() == AFTER[it]


@pytest.mark.parametrize("state", ["open", "closed"])
async def test_names_of_files_may_be_any(
    state: str, tmp_path: Path, edit_models: WriteEdits
) -> None:
    name, before, after = "über 100%/größe #1.c", "int one;\n", "int two;\n"
    folder = lay_out_net(tmp_path / "net", {})
    (folder / name).parent.mkdir()
    (folder / name).write_text(before)
    turns = [*replace_in(name, before, after), act("finish", summary="named")]
    edit_models([plan_of(name)], turns)
    async with strict_editor(announced(folder)) as editor:
        await opened(editor, folder, *([name] if state == "open" else []))
        token = await started(editor)
        await answer(editor, await reviewed(editor), "Apply all")
        assert await editor.accept_changes() == {(folder / name).as_uri(): after}
        await editor.expect_progress_of(token)
