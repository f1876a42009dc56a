"""What an editor with panels is told instead of questions: plans, changes and comments as data."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from lsprotocol import types
from pytest_lsp import client_capabilities

from glossator_server.lsp.panels import PLAN, PROPOSAL
from tests.e2e.conftest import WriteScript
from tests.e2e.editing import (
    AFTER,
    BEFORE,
    WriteEdits,
    edit_models,
    edits_of,
    lay_out_net,
    plan_of,
)
from tests.e2e.fixing import MENDED, RIGHT, WriteModels, lay_out, models
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
    run,
    started,
    unchanged,
)
from tests.e2e.test_lsp_document import COMMENT, REPLY, TEXT

__all__ = ["edit_models", "models", "project"]

FIRST_WORDS = {
    "summary": "Return what it is given",
    "parameters": {"a": "What is given"},
    "returns": "The same",
}


@asynccontextmanager
async def with_panels(
    project: Path, edit_models: WriteEdits, *names: str
) -> AsyncIterator[tuple[StrictEditor, dict[str, str]]]:
    """Start an editor with panels, and models that change all three files; open some of them.

    Yields the editor and the URIs by name.
    """
    edit_models([plan_of(*THREE)], edits_of(*THREE))
    async with strict_editor(announced(project, panels=True)) as editor:
        yield editor, await opened(editor, project, *names)


async def planned(editor: StrictEditor, text: str | None = None) -> Json:
    """Answer the plan, with another text where one is given; return what it was."""
    request = await editor.expect(PLAN)
    params: Json = request["params"]
    await editor.answer(request, {"text": text or params["text"]})
    return params


async def told(editor: StrictEditor) -> Json:
    params: Json = (await editor.expect(PROPOSAL))["params"]
    return params


async def waiting(editor: StrictEditor, **argument: object) -> Json:
    """Have the change of all three files made; return what is told of it."""
    token = await started(editor, **argument)
    await planned(editor)
    news = await told(editor)
    assert (await ended(editor, token)).startswith("waits for review; ")
    assert news["state"] == "waiting"
    return news


async def test_a_plan_is_asked_for_and_the_change_is_told_as_data(
    project: Path, edit_models: WriteEdits
) -> None:
    async with with_panels(project, edit_models, "net.h", "client.c") as (editor, _):
        token = await started(editor)
        plan = await planned(editor)
        assert plan["title"] == "Add timeout_ms to connect"
        assert set(plan["files"]) == set(THREE)
        assert plan["problem"] is None
        assert read(Path(plan["uri"].removeprefix("file://"))) == plan["text"]
        news = await told(editor)
        await editor.expect_progress_of(token)
        assert (news["noun"], news["byParts"], news["local"]) == ("edit", True, True)
        files = {it["path"]: it for it in news["files"]}
        assert {name: it["after"] for name, it in files.items()} == {it: AFTER[it] for it in THREE}
        assert files["client.c"]["before"] == BEFORE["client.c"]
        assert [it["number"] for it in files["client.c"]["hunks"]] == [1, 2]
        first = files["client.c"]["hunks"][0]
        assert (first["before"], first["added"]) == ({"start": 4, "count": 1}, 1)
        assert any(it["tool"] == "gcc" and it["verdict"] == "passed" for it in news["evidence"])
        token = await run(editor, "glossator.proposal.apply", {"id": news["id"]})
        assert await editor.accept_changes() == by_uri(project, *THREE)
        applied = await told(editor)
        assert (applied["id"], applied["state"]) == (news["id"], "applied")
        assert "gcc ok" in await ended(editor, token)


async def test_a_plan_counts_as_it_was_left_and_is_asked_for_again_if_it_cannot_be_read(
    project: Path, edit_models: WriteEdits
) -> None:
    async with with_panels(project, edit_models) as (editor, _):
        token = await started(editor)
        plan = await planned(editor, "# Nothing\n")
        again = await editor.expect(PLAN)
        assert "no heading" in again["params"]["problem"]
        assert again["params"]["text"] == "# Nothing\n"
        lines = plan["text"].splitlines(keepends=True)
        shorter = "".join(it for it in lines if "`notes.txt`" not in it)
        await editor.answer(again, {"text": f"{shorter}- `.git/config`: as well\n"})
        again = await editor.expect(PLAN)
        assert "never read" in again["params"]["problem"]
        await editor.answer(again, {"text": shorter})
        news = await told(editor)
        assert [it["path"] for it in news["files"]] == ["client.c", "net.h"]
        await editor.expect_progress_of(token)
        discarded = {"command": "glossator.proposal.discard", "arguments": [{"id": news["id"]}]}
        await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, discarded)
        gone = await told(editor)
        assert (gone["id"], gone["state"]) == (news["id"], "discarded")
    assert unchanged(project)


@pytest.mark.parametrize("said", [None, "nonsense", {"text": 3}])
async def test_a_plan_that_is_not_agreed_to_changes_nothing(
    said: object, project: Path, edit_models: WriteEdits
) -> None:
    async with with_panels(project, edit_models) as (editor, _):
        token = await started(editor)
        await editor.answer(await editor.expect(PLAN), said)
        if said is None:
            assert await ended(editor, token) == "discarded; nothing was changed"
        else:
            assert "has no text" in await editor.expect_sentence()
            assert await ended(editor, token) == "failed"
    assert unchanged(project)


async def test_a_cancel_takes_the_question_about_a_plan_back(
    project: Path, edit_models: WriteEdits
) -> None:
    async with with_panels(project, edit_models) as (editor, _):
        token = await started(editor)
        request = await editor.expect(PLAN)
        await editor.notify(types.WINDOW_WORK_DONE_PROGRESS_CANCEL, {"token": token})
        taken_back = await editor.expect(types.CANCEL_REQUEST)
        assert taken_back["params"] == {"id": request["id"]}
        assert await ended(editor, token) == "cancelled"
        # An answer that was on its way disturbs nobody.
        await editor.answer(request, {"text": request["params"]["text"]})
        status = {"command": "glossator.status", "arguments": []}
        assert (await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, status))["jobs"] == []
    assert unchanged(project)


async def test_what_is_not_named_waits_on_with_numbers_of_its_own(
    project: Path, edit_models: WriteEdits
) -> None:
    async with with_panels(project, edit_models, "net.h", "client.c") as (editor, _):
        news = await waiting(editor)
        argument = {"id": news["id"], "files": ["net.h", "client.c"]}
        token = await run(editor, "glossator.proposal.apply", argument)
        assert await editor.accept_changes() == by_uri(project, "net.h", "client.c")
        applied, left = await told(editor), await told(editor)
        assert (applied["id"], applied["state"]) == (None, "applied")
        assert [it["path"] for it in applied["files"]] == ["client.c", "net.h"]
        assert (left["id"], left["state"]) == (news["id"], "waiting")
        assert [it["path"] for it in left["files"]] == ["notes.txt"]
        await editor.expect_progress_of(token)


async def test_who_cancels_before_it_begins_has_the_change_yet(
    project: Path, edit_models: WriteEdits
) -> None:
    async with with_panels(project, edit_models) as (editor, _):
        news = await waiting(editor)
        command = {"command": "glossator.proposal.apply", "arguments": [{"id": news["id"]}]}
        job = (await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, command))["job"]
        # Until its progress is there, it has not begun.
        progress = await editor.expect(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
        cancel = {"command": "glossator.cancel", "arguments": [{"job": job}]}
        await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, cancel)
        await editor.answer(progress, None)
        token = await run(editor, "glossator.proposal.apply", {"id": news["id"]})
        assert await editor.accept_changes() == by_uri(project, *THREE)
        assert (await told(editor))["state"] == "applied"
        await editor.expect_progress_of(token)


async def test_what_is_not_named_is_discarded_with_it_if_a_person_says_so(
    project: Path, edit_models: WriteEdits
) -> None:
    async with with_panels(project, edit_models, "net.h", "client.c") as (editor, _):
        news = await waiting(editor)
        argument = {"id": news["id"], "files": ["net.h", "client.c"], "rest": "discard"}
        token = await run(editor, "glossator.proposal.apply", argument)
        assert await editor.accept_changes() == by_uri(project, "net.h", "client.c")
        applied = await told(editor)
        assert (applied["id"], applied["state"]) == (news["id"], "applied")
        await editor.expect_progress_of(token)
        again = {"command": "glossator.proposal.apply", "arguments": [{"id": news["id"]}]}
        refused = await editor.ask_for_error(types.WORKSPACE_EXECUTE_COMMAND, again)
        assert "no proposal" in refused["message"]


@pytest.mark.parametrize(
    ("command", "argument", "words"),
    [
        ("apply", {"rest": "burn"}, "`rest` must be"),
        ("discard", {"rest": "discard"}, "no argument 'rest'"),
        ("apply", {"files": ["elsewhere.c"]}, "does not change 'elsewhere.c'"),
    ],
)
async def test_what_cannot_be_meant_is_said_and_the_change_waits_on(
    command: str, argument: Json, words: str, project: Path, edit_models: WriteEdits
) -> None:
    async with with_panels(project, edit_models) as (editor, _):
        news = await waiting(editor)
        params = {
            "command": f"glossator.proposal.{command}",
            "arguments": [{"id": news["id"], **argument}],
        }
        refused = await editor.ask_for_error(types.WORKSPACE_EXECUTE_COMMAND, params)
        assert words in refused["message"]
        whole = {"command": "glossator.proposal.discard", "arguments": [{"id": news["id"]}]}
        await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, whole)
        assert (await told(editor))["state"] == "discarded"


async def test_a_change_that_cannot_be_applied_is_told_to_wait_on(
    project: Path, edit_models: WriteEdits
) -> None:
    async with with_panels(project, edit_models, "net.h", "client.c") as (editor, uris):
        news = await waiting(editor)
        moved = BEFORE["net.h"].replace("connect(const char *host)", "connect(const char *name)")
        await editor.replace(uris["net.h"], moved)
        token = await run(editor, "glossator.proposal.apply", {"id": news["id"]})
        assert "changed where" in await editor.expect_sentence()
        again = await told(editor)
        assert (again["id"], again["state"]) == (news["id"], "waiting")
        assert await ended(editor, token) == "failed"
    assert unchanged(project)


async def test_a_comment_that_was_applied_is_told_with_its_evidence(
    tmp_path: Path, script: WriteScript
) -> None:
    script(REPLY)
    folder = tmp_path / "sums"
    lay_out_net(folder, {"add.c": TEXT})
    async with strict_editor(announced(folder, panels=True)) as editor:
        uris = await opened(editor, folder, "add.c")
        token = await run(editor, "glossator.document", {"uri": uris["add.c"], "symbol": "add"})
        assert COMMENT in await editor.accept_edit()
        news = await told(editor)
        assert (news["id"], news["state"], news["noun"]) == (None, "applied", "comment")
        assert [(it["path"], it["uri"]) for it in news["files"]] == [("add.c", uris["add.c"])]
        assert {it["verdict"] for it in news["evidence"]} == {"passed"}
        await editor.expect_progress_of(token)


async def test_a_fix_waits_for_review(tmp_path: Path, models: WriteModels) -> None:
    models(RIGHT)
    path = lay_out(tmp_path / "adding")
    async with strict_editor(announced(path.parent, panels=True)) as editor:
        uris = await opened(editor, path.parent, "add.c")
        token = await run(editor, "glossator.fix", {"uri": uris["add.c"], "symbol": "add"})
        news = await told(editor)
        assert (news["state"], news["noun"], news["byParts"]) == ("waiting", "fix", True)
        assert news["files"][0]["after"] == MENDED
        assert (await ended(editor, token)).startswith("waits for review; ")
        token = await run(editor, "glossator.proposal.apply", {"id": news["id"]})
        assert await editor.accept_edit() == MENDED
        assert (await told(editor))["state"] == "applied"
        await editor.expect_progress_of(token)


async def test_a_hover_leaves_the_actions_to_the_panels(
    tmp_path: Path, script: WriteScript
) -> None:
    script(REPLY)
    folder = lay_out_net(tmp_path / "sums", {"add.c": TEXT})
    said = {}
    for panels in (True, False):
        async with strict_editor(announced(folder, panels=panels)) as editor:
            uris = await opened(editor, folder, "add.c")
            place = editor.position(TEXT, TEXT.index("add("))
            params = {"textDocument": {"uri": uris["add.c"]}, "position": place}
            hover = await editor.ask(types.TEXT_DOCUMENT_HOVER, params)
            said[panels] = hover["contents"]["value"]
    assert said[False].startswith(said[True])
    assert "Document `add`: gra" in said[False].removeprefix(said[True])


async def test_a_comment_waits_too_where_a_person_sees_everything_first(
    tmp_path: Path, script: WriteScript
) -> None:
    script(REPLY)
    folder = lay_out_net(tmp_path / "sums", {"add.c": TEXT})
    async with strict_editor(announced(folder, panels=True, review="always")) as editor:
        uris = await opened(editor, folder, "add.c")
        uri = uris["add.c"]
        token = await run(editor, "glossator.document", {"uri": uri, "symbol": "add"})
        news = await told(editor)
        assert (news["state"], news["noun"], news["byParts"]) == ("waiting", "comment", False)
        assert news["files"][0]["after"] == TEXT.replace("int add", f"{COMMENT}int add")
        assert (await ended(editor, token)).startswith("waits for review; ")
        # Its place has moved meanwhile.
        await editor.replace(uri, "\n" + TEXT)
        token = await run(editor, "glossator.proposal.apply", {"id": news["id"]})
        assert await editor.accept_edit() == "\n" + news["files"][0]["after"]
        assert (await told(editor))["state"] == "applied"
        assert "kernel-doc ok" in await ended(editor, token)


async def test_one_discarded_comment_of_all_leaves_the_others(
    tmp_path: Path, script: WriteScript
) -> None:
    script({"when": "int add(", **REPLY}, {"when": "first", "json": FIRST_WORDS, "repeat": True})
    text = TEXT.removeprefix("/* 😀 */ ")
    folder = lay_out_net(tmp_path / "sums", {"add.c": text})
    async with strict_editor(announced(folder, review="always")) as editor:
        uris = await opened(editor, folder, "add.c")
        token = await run(editor, "glossator.documentAll", {"uri": uris["add.c"]})
        first = await question(editor, shows=True)
        assert first.message.startswith("Document first: ")
        await answer(editor, first, "Discard")
        await answer(editor, await question(editor, shows=True), "Apply")
        assert await editor.accept_edit() == text.replace("int add", f"{COMMENT}int add")
        assert (await ended(editor, token)).startswith("1 of 2 documented, 1 only shown; ")
        await noted(editor)


async def test_a_comment_for_a_text_without_a_file_cannot_be_shown(script: WriteScript) -> None:
    script(REPLY)
    neovim = client_capabilities("neovim")
    async with strict_editor(Announced(neovim, options={"review": "always"})) as editor:
        await editor.initialize()
        await editor.open("untitled:Untitled-1", TEXT)
        argument = {"uri": "untitled:Untitled-1", "symbol": "add"}
        token = await run(editor, "glossator.document", argument)
        assert "save it first" in await editor.expect_sentence()
        assert await ended(editor, token) == "failed"
