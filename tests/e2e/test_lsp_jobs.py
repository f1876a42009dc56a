"""Jobs can be cancelled in every way, end once, and lose nothing when the editor is difficult."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from lsprotocol import types
from pytest_lsp import client_capabilities

from tests.e2e.conftest import WriteScript
from tests.e2e.lsp_editor import Announced, Json, StrictEditor, strict_editor

URI = "file:///home/me/add.c"
TEXT = "int add(int left, int right)\n{\n\treturn left + right;\n}\n"
WORDS = {
    "summary": "Add two numbers",
    "parameters": {"left": "One of them", "right": "The other"},
    "returns": "The sum",
}
REPLY: dict[str, object] = {"json": WORDS, "repeat": True}
# Far longer than any test: only a cancel that reaches the model ends it.
ENDLESS: dict[str, object] = {"text": "{" * 1000, "chunk": 1, "delay_s": 10, "repeat": True}
EDITOR = Announced(client_capabilities("visual-studio-code"))

Cancel = Callable[[StrictEditor, Json, Json], Awaitable[None]]


async def start(editor: StrictEditor, command: str = "glossator.document", **more: object) -> Json:
    """Start a job on `add`; return the message with which its progress is created."""
    await execute(editor, command, **{"uri": URI, "version": 1, **more})
    created = await editor.expect(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
    await editor.answer(created, None)
    await editor.see(types.PROGRESS)
    return created


async def execute(editor: StrictEditor, command: str, **argument: object) -> Json:
    """Run a command; return its answer."""
    params = {"command": command, "arguments": [argument] if argument else []}
    answer: Json = await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, params)
    return answer


async def ready(editor: StrictEditor, text: str = TEXT) -> None:
    """Initialize, and open the document."""
    await editor.initialize()
    await editor.open(URI, text)


async def by_button(editor: StrictEditor, created: Json, job: Json) -> None:
    """Cancel as an editor with a cancel button does."""
    del job
    params = {"token": created["params"]["token"]}
    await editor.notify(types.WINDOW_WORK_DONE_PROGRESS_CANCEL, params)


async def by_command(editor: StrictEditor, created: Json, job: Json) -> None:
    """Cancel as an editor without one does."""
    del created
    assert await execute(editor, "glossator.cancel", **job) == {"cancelled": 1}


async def by_command_for_all(editor: StrictEditor, created: Json, job: Json) -> None:
    """Cancel whatever runs."""
    del created, job
    assert await execute(editor, "glossator.cancel") == {"cancelled": 1}


@pytest.mark.parametrize("cancel", [by_button, by_command, by_command_for_all])
async def test_a_job_is_cancelled(cancel: Cancel, script: WriteScript) -> None:
    script(ENDLESS)
    async with strict_editor(EDITOR) as editor:
        await ready(editor)
        job = await execute(editor, "glossator.document", uri=URI, symbol="add")
        created = await editor.expect(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
        await editor.answer(created, None)
        token = created["params"]["token"]
        begun = await editor.expect(types.PROGRESS)
        assert begun["params"]["value"]["kind"] == "begin"
        report = await editor.expect(types.PROGRESS)
        assert report["params"]["value"]["message"] == "scripted writes"
        await cancel(editor, created, job)
        end = await editor.expect(types.PROGRESS)
        assert end["params"] == {"token": token, "value": {"kind": "end", "message": "cancelled"}}
        assert (await execute(editor, "glossator.status"))["jobs"] == []


async def test_cancelling_the_request_that_started_a_job_cancels_it(script: WriteScript) -> None:
    script(ENDLESS)
    async with strict_editor(EDITOR) as editor:
        await ready(editor)
        argument = {"uri": URI, "symbol": "add"}
        params = {"command": "glossator.document", "arguments": [argument]}
        message_id = await editor.send_request(types.WORKSPACE_EXECUTE_COMMAND, params)
        assert "result" in await editor.answer_to(message_id)
        await editor.notify(types.CANCEL_REQUEST, {"id": message_id})
        # Cancelled before its progress was shown or after: there is an end to each beginning.
        created = await editor.expect(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
        await editor.answer(created, None)
        assert (await execute(editor, "glossator.status"))["jobs"] == []


async def test_documenting_a_file_is_cancelled_between_its_symbols(script: WriteScript) -> None:
    text = TEXT + "\n" + TEXT.replace("add", "sum")
    script({"when": "add", "json": WORDS}, ENDLESS)
    async with strict_editor(EDITOR) as editor:
        await ready(editor, text)
        created = await start(editor, "glossator.documentAll")
        edited = await editor.accept_edit()
        assert edited.startswith("/**\n * add() - ")
        while True:
            value = (await editor.expect(types.PROGRESS))["params"]["value"]
            if value.get("message") == "sum (2 of 2): scripted writes":
                break
        await by_button(editor, created, {})
        assert (await editor.expect(types.PROGRESS))["params"]["value"]["message"] == "cancelled"
        assert editor.texts[URI][1] == edited


async def test_two_functions_with_the_same_code_both_get_their_comment(script: WriteScript) -> None:
    script(REPLY)
    async with strict_editor(EDITOR) as editor:
        await ready(editor, f"#ifdef A\n{TEXT}#else\n{TEXT}#endif\n")
        created = await start(editor, "glossator.documentAll")
        await editor.accept_edit()
        text = await editor.accept_edit()
        assert text.count("/**\n * add() - ") == 2
        values = await editor.expect_progress_of(created["params"]["token"])
        assert values[-1]["message"].startswith("2 of 2 documented")


async def test_an_answer_that_fails_costs_a_file_only_that_symbol(script: WriteScript) -> None:
    script({"when": "add", "error": "timeout"}, REPLY)
    async with strict_editor(EDITOR) as editor:
        await ready(editor, TEXT + "\n" + TEXT.replace("add", "sum"))
        created = await start(editor, "glossator.documentAll")
        assert "\n/**\n * sum() - " in await editor.accept_edit()
        assert "1 of 2 symbols were left as they are (add: " in await editor.expect_sentence()
        said = await editor.expect(types.WINDOW_LOG_MESSAGE)
        assert said["params"]["message"].startswith("add: ")
        values = await editor.expect_progress_of(created["params"]["token"])
        assert values[-1]["message"].startswith("1 of 2 documented")


async def test_a_second_wish_for_the_same_symbol_joins_the_first(script: WriteScript) -> None:
    script(ENDLESS)
    async with strict_editor(EDITOR) as editor:
        await ready(editor)
        first = await execute(editor, "glossator.document", uri=URI, symbol="add")
        assert await execute(editor, "glossator.document", uri=URI, symbol="add") == first
        created = await editor.expect(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
        await editor.answer(created, None)
        await editor.see(types.PROGRESS)
        await by_command_for_all(editor, created, {})
        await editor.expect_progress_of(created["params"]["token"])


async def test_words_for_an_older_text_are_placed_in_the_newer_one(script: WriteScript) -> None:
    script({"json": WORDS, "delay_s": 0.3, "chunk": 40})
    async with strict_editor(EDITOR) as editor:
        await ready(editor)
        created = await start(editor, symbol="add")
        await editor.replace(URI, "/* é😀 */\n\n" + TEXT)
        text = await editor.accept_edit()
        assert text.startswith("/* é😀 */\n\n/**\n * add() - ")
        assert text.endswith(TEXT)
        await editor.expect_progress_of(created["params"]["token"])


async def test_words_for_a_symbol_that_changed_are_dropped(script: WriteScript) -> None:
    script({"json": WORDS, "delay_s": 0.3, "chunk": 40})
    async with strict_editor(EDITOR) as editor:
        await ready(editor)
        created = await start(editor, symbol="add")
        await editor.replace(URI, TEXT.replace("left + right", "left - right"))
        assert "changed" in await editor.expect_sentence()
        values = await editor.expect_progress_of(created["params"]["token"])
        assert values[-1]["message"] == "nothing was changed"


async def test_an_edit_that_the_editor_refuses_is_explained(script: WriteScript) -> None:
    script(REPLY)
    async with strict_editor(EDITOR) as editor:
        await ready(editor)
        created = await start(editor, symbol="add")
        request, _ = await editor.expect_edit()
        await editor.answer(request, {"applied": False, "failureReason": "The file is read-only."})
        assert "The file is read-only" in await editor.expect_sentence()
        values = await editor.expect_progress_of(created["params"]["token"])
        assert values[-1]["message"] == "failed"


async def test_an_edit_refused_as_stale_without_a_word_is_made_again(script: WriteScript) -> None:
    # Neovim answers `applied: true` for an edit that it dropped because of its version.
    script(REPLY)
    async with strict_editor(EDITOR) as editor:
        await ready(editor)
        created = await start(editor, symbol="add")
        request, _ = await editor.expect_edit()
        await editor.replace(URI, "\n" + TEXT)
        await editor.answer(request, {"applied": True})
        assert (await editor.accept_edit()).startswith("\n/**\n * add() - ")
        values = await editor.expect_progress_of(created["params"]["token"])
        assert values[-1]["message"].startswith("kernel-doc ok")


async def test_an_edit_that_never_shows_is_a_clear_warning(script: WriteScript) -> None:
    script(REPLY)
    async with strict_editor(EDITOR) as editor:
        await ready(editor)
        created = await start(editor, symbol="add")
        request, _ = await editor.expect_edit()
        await editor.answer(request, {"applied": True})
        assert "does not show it" in await editor.expect_sentence()
        await editor.expect_progress_of(created["params"]["token"])


async def test_a_document_closed_meanwhile_is_explained(script: WriteScript) -> None:
    script({"json": WORDS, "delay_s": 0.3, "chunk": 40})
    async with strict_editor(EDITOR) as editor:
        await ready(editor)
        created = await start(editor, symbol="add")
        await editor.notify(types.TEXT_DOCUMENT_DID_CLOSE, {"textDocument": {"uri": URI}})
        assert "open it first" in await editor.expect_sentence()
        await editor.expect_progress_of(created["params"]["token"])


@pytest.mark.parametrize("error", ["unavailable", "timeout", "protocol"])
async def test_a_model_that_fails_is_one_sentence(error: str, script: WriteScript) -> None:
    script({"error": error, "repeat": True})
    async with strict_editor(EDITOR) as editor:
        await ready(editor)
        created = await start(editor, symbol="add")
        await editor.expect_sentence()
        values = await editor.expect_progress_of(created["params"]["token"])
        assert values[-1]["message"] == "failed"


async def test_an_editor_that_refuses_progress_gets_the_log(script: WriteScript) -> None:
    script(REPLY)
    async with strict_editor(EDITOR) as editor:
        await ready(editor)
        await execute(editor, "glossator.document", uri=URI, symbol="add")
        await editor.refuse(await editor.expect(types.WINDOW_WORK_DONE_PROGRESS_CREATE))
        await editor.accept_edit()
        said = ""
        while "kernel-doc ok" not in said:
            said = (await editor.expect(types.WINDOW_LOG_MESSAGE))["params"]["message"]


async def test_each_run_has_a_token_of_its_own(script: WriteScript) -> None:
    script(ENDLESS)
    async with strict_editor(EDITOR) as editor:
        await ready(editor)
        tokens = set()
        for _ in range(2):
            created = await start(editor, symbol="add")
            await by_button(editor, created, {})
            await editor.expect_progress_of(created["params"]["token"])
            tokens.add(created["params"]["token"])
        assert len(tokens) == 2


async def test_shutdown_ends_what_runs(script: WriteScript) -> None:
    script(ENDLESS)
    async with strict_editor(EDITOR) as editor:
        await ready(editor)
        created = await start(editor, symbol="add")
        progress = asyncio.create_task(editor.expect_progress_of(created["params"]["token"]))
        assert await editor.end() == 0
        assert (await progress)[-1]["message"] == "cancelled"


WRONG_ARGUMENTS: list[tuple[str, list[object]]] = [
    ("glossator.unknown", []),
    ("glossator.document", []),
    ("glossator.document", [1]),
    ("glossator.document", [{}, {}]),
    ("glossator.document", [{"uri": 5}]),
    ("glossator.document", [{"uri": URI}]),
    ("glossator.document", [{"uri": URI, "symbol": 5}]),
    ("glossator.document", [{"uri": URI, "symbol": "gone"}]),
    ("glossator.document", [{"uri": URI, "version": "1", "symbol": "add"}]),
    ("glossator.document", [{"uri": URI, "range": {"start": 1}}]),
    ("glossator.document", [{"uri": URI, "place": 1}]),
    ("glossator.document", [{"uri": "file:///etc/passwd", "symbol": "root"}]),
    ("glossator.document", [{"uri": "untitled:a", "symbol": "root"}]),
    ("glossator.documentAll", [{"uri": "file:///etc/passwd"}]),
    ("glossator.cancel", [{"job": "1"}]),
    ("glossator.cancel", [{"number": 1}]),
    ("glossator.status", [{"uri": URI}]),
]


async def test_wrong_arguments_are_refused_in_a_sentence(script: WriteScript) -> None:
    script()
    async with strict_editor(EDITOR) as editor:
        await ready(editor)
        for command, arguments in WRONG_ARGUMENTS:
            params = {"command": command, "arguments": arguments}
            error = await editor.ask_for_error(types.WORKSPACE_EXECUTE_COMMAND, params)
            assert error["code"] == -32602, (command, arguments)
            assert error["message"].endswith("."), error
            assert not error["message"].endswith(" ."), error


async def test_a_place_in_an_older_version_is_refused_as_changed(script: WriteScript) -> None:
    script()
    async with strict_editor(EDITOR) as editor:
        await ready(editor)
        await editor.replace(URI, "\n" + TEXT)
        place = {"line": 0, "character": 5}
        argument = {"uri": URI, "version": 1, "range": {"start": place, "end": place}}
        params = {"command": "glossator.document", "arguments": [argument]}
        error = await editor.ask_for_error(types.WORKSPACE_EXECUTE_COMMAND, params)
        assert error["code"] == types.LSPErrorCodes.ContentModified


async def test_the_status_says_what_is_going_on(script: WriteScript) -> None:
    script(ENDLESS)
    async with strict_editor(EDITOR) as editor:
        await ready(editor)
        created = await start(editor, symbol="add")
        status = await execute(editor, "glossator.status")
        assert status["model"] == "scripted"
        assert status["roles"]["document"]["model"] == "scripted"
        # Nobody is listed for the others: the model that is listed does, or it is said who could.
        for role in ("fix", "review", "edit", "ask"):
            stands = status["roles"][role]
            assert (stands["model"] is None) == (stands["problem"] is not None)
        assert status["jobs"] == [{"job": 1, "title": "Document add"}]
        assert status["documents"] == [{"uri": URI, "version": 1, "trouble": None}]
        assert status["settings"]["document"]["rounds"] == 2
        await by_button(editor, created, {})
        await editor.expect_progress_of(created["params"]["token"])
