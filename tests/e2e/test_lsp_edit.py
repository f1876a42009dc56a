"""Edits of several files in an editor: the plan, the diff, what of it is taken, and the texts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import attrs
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
    lay_out_net,
    plan_of,
    replace_in,
)
from tests.e2e.lsp_editor import Announced, Json, StrictEditor, strict_editor

__all__ = ["edit_models"]

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


async def chosen(editor: StrictEditor, *answers: str) -> None:
    """Choose in the diff, file by file."""
    await answer(editor, await reviewed(editor), "Choose...")
    for it in answers:
        await answer(editor, await question(editor), it)


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
