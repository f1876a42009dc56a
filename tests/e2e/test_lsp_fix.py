"""Fixes and reviews in an editor: from its diagnostic to the change in the buffer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lsprotocol import types
from pytest_lsp import client_capabilities

from tests.e2e.fixing import BROKEN, MENDED, RIGHT, WRONG, WriteModels, block, lay_out, models
from tests.e2e.lsp_editor import Announced, Json, StrictEditor, strict_editor

__all__ = ["models"]

PROFILES = {name: client_capabilities(name) for name in ("visual-studio-code", "neovim", "emacs")}
ERROR = {
    "range": {"start": {"line": 4, "character": 15}, "end": {"line": 4, "character": 20}},
    "severity": 1,
    "source": "clang",
    "code": "undeclared_var_use",
    "message": "Use of undeclared identifier 'operand'",
}
SAID = {
    "findings": [
        {
            "quote": "return left - right;",
            "severity": "warning",
            "problem": "`add` subtracts.",
            "fix": "Add them.",
        }
    ]
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return lay_out(tmp_path / "project")


async def opened(editor: StrictEditor, path: Path, text: str = BROKEN) -> str:
    await editor.initialize()
    uri = path.as_uri()
    await editor.open(uri, text)
    return uri


async def actions(editor: StrictEditor, uri: str, diagnostic: Json) -> list[Json]:
    params = {
        "textDocument": {"uri": uri},
        "range": diagnostic["range"],
        "context": {"diagnostics": [diagnostic], "only": ["quickfix"]},
    }
    found: list[Json] = await editor.ask(types.TEXT_DOCUMENT_CODE_ACTION, params)
    return found


async def run(editor: StrictEditor, command: str, argument: Json) -> None:
    params = {"command": command, "arguments": [argument]}
    assert set(await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, params)) == {"job"}


def read(path: Path) -> str:
    return path.read_text("utf-8")


async def asked(editor: StrictEditor) -> tuple[Json, Path | None]:
    """Return the question whether to apply, and the diff that was shown before it."""
    shown = None
    window = editor.announced.capabilities.window
    if window is not None and window.show_document is not None and window.show_document.support:
        request = await editor.expect(types.WINDOW_SHOW_DOCUMENT)
        shown = Path(request["params"]["uri"].removeprefix("file://"))
        await editor.answer(request, {"success": True})
    return await editor.expect(types.WINDOW_SHOW_MESSAGE_REQUEST), shown


async def progress(editor: StrictEditor) -> object:
    created = await editor.expect(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
    await editor.answer(created, None)
    return created["params"]["token"]


def announced(path: Path, profile: str = "neovim", **options: object) -> Announced:
    return Announced(PROFILES[profile], (path.parent,), options or None, name=profile)


@pytest.mark.parametrize("profile", PROFILES)
async def test_a_diagnostic_leads_to_a_change_that_was_checked_in(
    profile: str, project: Path, models: WriteModels
) -> None:
    models(RIGHT)
    async with strict_editor(announced(project, profile)) as editor:
        uri = await opened(editor, project)
        (action,) = await actions(editor, uri, ERROR)
        assert action["title"].startswith("Fix `add`: Use of undeclared identifier 'operand'")
        assert action["kind"] == "quickfix"
        assert action["diagnostics"] == [ERROR]
        assert "isPreferred" not in action
        command = action["command"]
        await run(editor, command["command"], command["arguments"][0])
        token = await progress(editor)
        question, shown = await asked(editor)
        if shown is not None:
            diff = read(shown)
            assert "+\treturn left + right;" in diff
            assert "passed compile (gcc" in diff
        assert [it["title"] for it in question["params"]["actions"]] == ["Apply", "Discard"]
        await editor.answer(question, {"title": "Apply"})
        assert await editor.accept_edit() == MENDED
        values = await editor.expect_progress_of(token)
        assert any("1 error → nothing wrong" in it.get("message", "") for it in values)
        assert "gcc ok" in values[-1]["message"]


async def test_discard_and_no_answer_change_nothing(project: Path, models: WriteModels) -> None:
    models(RIGHT, RIGHT)
    async with strict_editor(announced(project)) as editor:
        uri = await opened(editor, project)
        argument = {"uri": uri, "version": 1, "diagnostics": [ERROR]}
        await run(editor, "glossator.fix", argument)
        token = await progress(editor)
        question, _ = await asked(editor)
        await editor.answer(question, {"title": "Discard"})
        values = await editor.expect_progress_of(token)
        assert values[-1]["message"] == "discarded; nothing was changed"
        await run(editor, "glossator.fix", argument)
        token = await progress(editor)
        question, _ = await asked(editor)
        await editor.answer(question, None)
        said = (await editor.expect_progress_of(token))[-1]["message"]
        number = said.split("proposal ")[1].split(" ")[0]
        await editor.expect(types.WINDOW_LOG_MESSAGE)
        await run(editor, "glossator.proposal.apply", {"id": number})
        token = await progress(editor)
        assert await editor.accept_edit() == MENDED
        await editor.expect_progress_of(token)
        params = {"command": "glossator.proposal.discard", "arguments": [{"id": number}]}
        error = await editor.ask_for_error(types.WORKSPACE_EXECUTE_COMMAND, params)
        assert "There is no proposal" in error["message"]


async def test_who_types_elsewhere_gets_the_change_checked_anew(
    project: Path, models: WriteModels
) -> None:
    models(RIGHT)
    async with strict_editor(announced(project)) as editor:
        uri = await opened(editor, project)
        await run(editor, "glossator.fix", {"uri": uri, "version": 1, "diagnostics": [ERROR]})
        token = await progress(editor)
        question, _ = await asked(editor)
        moved = "/* Sums. */\n" + BROKEN
        await editor.replace(uri, moved)
        await editor.answer(question, {"title": "Apply"})
        assert await editor.accept_edit() == "/* Sums. */\n" + MENDED
        await editor.expect_progress_of(token)


async def test_who_types_there_gets_no_change(project: Path, models: WriteModels) -> None:
    models(RIGHT)
    async with strict_editor(announced(project)) as editor:
        uri = await opened(editor, project)
        await run(editor, "glossator.fix", {"uri": uri, "version": 1, "diagnostics": [ERROR]})
        token = await progress(editor)
        question, _ = await asked(editor)
        await editor.replace(uri, BROKEN.replace("operand", "operand + 1"))
        await editor.answer(question, {"title": "Apply"})
        assert "ask for the fix again" in await editor.expect_sentence()
        await editor.expect_progress_of(token)


async def test_what_a_check_catches_is_told_and_never_shown(
    project: Path, models: WriteModels
) -> None:
    models(block("\treturn left + operand;", "\treturn left + right"), "no block", "no block")
    async with strict_editor(announced(project)) as editor:
        uri = await opened(editor, project)
        await run(editor, "glossator.fix", {"uri": uri, "version": 1, "diagnostics": [ERROR]})
        token = await progress(editor)
        sentence = await editor.expect_sentence()
        assert sentence.startswith("No fix was found")
        attempt = Path(sentence.rpartition("The best attempt is in ")[2].rstrip("."))
        assert "+\treturn left + right\n" in read(attempt)
        values = await editor.expect_progress_of(token)
        assert values[-1]["message"] == "nothing was changed"
        while any(it["method"] == types.WINDOW_LOG_MESSAGE for it in editor.inbox):
            await editor.expect(types.WINDOW_LOG_MESSAGE)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"version": 7}, "has changed since the problem was found"),
        ({"diagnostics": [{"message": "no range"}]}, "cannot be read"),
        ({"diagnostics": []}, "at least one diagnostic"),
        ({"diagnostics": "x"}, "at least one diagnostic"),
        ({"test": 3}, "both strings"),
        ({"diagnostics": None, "symbol": "sub"}, "There is no sub"),
        ({"uri": "file:///nowhere/x.c"}, "in no workspace folder"),
    ],
)
async def test_bad_input_ends_in_one_sentence(
    project: Path, models: WriteModels, changes: Json, words: str
) -> None:
    models(RIGHT)
    async with strict_editor(announced(project)) as editor:
        uri = await opened(editor, project)
        argument = {"uri": uri, "version": 1, "diagnostics": [ERROR], **changes}
        params = {"command": "glossator.fix", "arguments": [argument]}
        error = await editor.ask_for_error(types.WORKSPACE_EXECUTE_COMMAND, params)
        assert words in error["message"]


async def test_a_complaint_that_no_check_sees_is_not_mended(
    project: Path, models: WriteModels
) -> None:
    models(RIGHT)
    lay_out(project.parent, MENDED)
    odd = {**ERROR, "severity": 2, "message": "Consider another name", "source": "taste"}
    async with strict_editor(announced(project)) as editor:
        uri = await opened(editor, project, MENDED)
        await run(editor, "glossator.fix", {"uri": uri, "version": 1, "diagnostics": [odd]})
        token = await progress(editor)
        assert "could be verified" in await editor.expect_sentence()
        await editor.expect_progress_of(token)


async def test_a_review_becomes_diagnostics_each_with_its_fix(
    project: Path, models: WriteModels
) -> None:
    lay_out(project.parent, WRONG)
    right = block("\treturn left - right;", "\treturn left + right;")
    approval = {"resolved": True, "approve": True, "problems": [], "advice": ""}
    models(
        right,
        critic=(
            {"when": "Review add.c", "text": json.dumps(SAID)},
            {"text": json.dumps(approval)},
        ),
    )
    async with strict_editor(announced(project)) as editor:
        uri = await opened(editor, project, WRONG)
        await run(editor, "glossator.review", {"uri": uri, "version": 1, "symbol": "add"})
        token = await progress(editor)
        await editor.expect(types.WINDOW_LOG_MESSAGE)
        values = await editor.expect_progress_of(token)
        assert values[-1]["message"] == "1 finding"
        (finding,) = await _findings(editor, uri, 1)
        assert finding["message"] == "`add` subtracts. Add them."
        assert finding["severity"] == 2
        assert finding["range"]["start"] == {"line": 4, "character": 1}
        (action,) = await actions(editor, uri, finding)
        command = action["command"]
        await run(editor, command["command"], command["arguments"][0])
        token = await progress(editor)
        question, _ = await asked(editor)
        await editor.answer(question, {"title": "Apply"})
        assert "left + right" in await editor.accept_edit()
        values = await editor.expect_progress_of(token)
        assert "approved by criticer" in values[-1]["message"]
        # The code that it was about is gone, and so is the finding.
        assert await _findings(editor, uri, 0) == []


async def _findings(editor: StrictEditor, uri: str, count: int) -> list[Json]:
    """Return what a review found, as the editor has it: asked for, or sent and waited for."""
    announced = editor.announced.capabilities
    document, workspace = announced.text_document, announced.workspace
    refresh = workspace.diagnostics if workspace is not None else None
    asks = document is not None and document.diagnostic is not None
    if asks and refresh is not None and refresh.refresh_support:
        params = {"textDocument": {"uri": uri}}
        report = await editor.ask(types.TEXT_DOCUMENT_DIAGNOSTIC, params)
        return [it for it in report["items"] if it.get("code") == "review"]
    while True:
        params = (await editor.expect(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS))["params"]
        found: list[Json] = [it for it in params["diagnostics"] if it.get("code") == "review"]
        if params["uri"] == uri and len(found) == count:
            return found
