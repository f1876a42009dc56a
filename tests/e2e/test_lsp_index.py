"""The index as an editor sees it: found behind its back, right at once, and nothing when killed."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import psutil
import pytest
from lsprotocol import types

from tests.e2e.lsp_editor import Announced, Json, StrictEditor, strict_editor

RINGLOG = Path(__file__).parents[2] / "examples" / "ringlog"
PROGRESS = types.ClientCapabilities(
    window=types.WindowClientCapabilities(work_done_progress=True),
)
WATCHES = types.ClientCapabilities(
    workspace=types.WorkspaceClientCapabilities(
        did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(
            dynamic_registration=True
        )
    )
)
REGISTERS_SYMBOLS = types.ClientCapabilities(
    workspace=types.WorkspaceClientCapabilities(
        configuration=True,
        symbol=types.WorkspaceSymbolClientCapabilities(dynamic_registration=True),
    )
)
NEW = "int entirely_new_thing(void)\n{\n\treturn 1;\n}\n"


@pytest.fixture(autouse=True)
def _owners(monkeypatch: pytest.MonkeyPatch, own_home: Path) -> Iterator[None]:
    monkeypatch.setenv("GLOSSATOR_INDEX_IDLE_SECONDS", "20")
    yield
    for process in owners(own_home):
        process.kill()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project of a few C files, a repository of its own."""
    folder = tmp_path / "ringlog"
    shutil.copytree(RINGLOG, folder)
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    return folder


def owners(home: Path) -> list[psutil.Process]:
    """Return the processes that own an index in the test's own cache."""
    found = []
    for process in psutil.process_iter():
        try:
            if "index-owner" in process.cmdline() and process.environ().get("XDG_CACHE_HOME") == (
                str(home / "cache")
            ):
                found.append(process)
        except psutil.Error:
            continue
    return found


async def run(editor: StrictEditor, command: str, **argument: object) -> Json:
    """Run a command; return what it answers."""
    result: Json = await editor.ask(
        types.WORKSPACE_EXECUTE_COMMAND, {"command": command, "arguments": [argument]}
    )
    return result


async def paths(editor: StrictEditor, text: str, **argument: object) -> list[str]:
    """Return the paths of a search's hits."""
    hits = await run(editor, "glossator.search", text=text, **argument)
    return [it["path"] for it in hits]  # type: ignore[index]  # a list of objects


async def symbols(editor: StrictEditor, text: str) -> list[str]:
    """Return the symbols of a search's hits."""
    hits = await run(editor, "glossator.search", text=text)
    return [it["symbol"] for it in hits]  # type: ignore[index]  # a list of objects


async def until(holds: Callable[[], Awaitable[object]], seconds: float = 30.0) -> None:
    """Ask until the answer is true."""
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 -- the server is what is waited for
            await asyncio.sleep(0.05)


async def ready(editor: StrictEditor) -> None:
    """Wait until everything is indexed."""

    async def is_ready() -> bool:
        (index,) = (await run(editor, "glossator.status"))["index"]
        return bool(index.get("phase") == "ready" and index["files"])

    await until(is_ready)


@pytest.fixture
async def editor(project: Path) -> AsyncIterator[StrictEditor]:
    """Return an editor whose folder is indexed."""
    async with strict_editor(Announced(folders=(project,))) as editor:
        await editor.initialize()
        await ready(editor)
        yield editor


async def test_a_search_in_free_text_names_the_places(editor: StrictEditor) -> None:
    assert set(await run(editor, "glossator.do", text="where is ringlog_write defined?")) == {"job"}
    shown = await editor.expect_sentence()
    assert shown.startswith("Found ")
    assert "ringlog_write" in shown
    logged = ""
    while " found" not in logged:
        logged = (await editor.expect(types.WINDOW_LOG_MESSAGE))["params"]["message"]
    assert "search (rule: asks where)" in logged


async def test_a_search_answers_with_places_to_go_to(editor: StrictEditor, project: Path) -> None:
    hits = await run(editor, "glossator.search", text="ringlog_write", limit=3)
    best = hits[0]  # type: ignore[index]  # a list of objects
    assert set(best) == {
        *("path", "start_line", "end_line", "symbol", "kind", "score", "signals", "location")
    }
    assert best["symbol"] == "ringlog_write"
    assert best["location"]["uri"] == (project / best["path"]).as_uri()
    assert best["location"]["range"]["start"] == {"line": best["start_line"] - 1, "character": 0}
    lines = (project / best["path"]).read_text().splitlines()[: best["end_line"]]
    assert any("ringlog_write" in it for it in lines[best["start_line"] - 1 :])


async def test_unsaved_saved_closed_and_deleted_texts_are_found_as_they_stand(
    editor: StrictEditor, project: Path
) -> None:
    file = project / "list.h"
    uri = file.as_uri()
    text = file.read_text()
    await editor.open(uri, text)
    assert "entirely_new_thing" not in await symbols(editor, "entirely_new_thing")
    await editor.replace(uri, text + NEW)
    assert (await paths(editor, "entirely_new_thing"))[0] == "list.h"
    # Closed without saving, the disk is what counts again.
    await editor.notify(types.TEXT_DOCUMENT_DID_CLOSE, {"textDocument": {"uri": uri}})
    assert "entirely_new_thing" not in await symbols(editor, "entirely_new_thing")
    await editor.open(uri, text)
    await editor.replace(uri, text + NEW)
    assert "entirely_new_thing" in await symbols(editor, "entirely_new_thing")
    file.write_text(text + NEW)
    await editor.notify(types.TEXT_DOCUMENT_DID_SAVE, {"textDocument": {"uri": uri}})
    # Asked at once: there is no moment between the unsaved text and the saved one.
    assert "entirely_new_thing" in await symbols(editor, "entirely_new_thing")
    await editor.notify(types.TEXT_DOCUMENT_DID_CLOSE, {"textDocument": {"uri": uri}})
    await until(lambda: found_first(editor, "entirely_new_thing", "list.h"))


async def found_first(editor: StrictEditor, text: str, path: str) -> bool:
    """Tell whether a file is the best hit."""
    return (await paths(editor, text))[:1] == [path]


async def test_a_killed_owner_is_noticed_by_nobody(editor: StrictEditor, own_home: Path) -> None:
    for _ in range(3):
        (owner,) = owners(own_home)
        os.kill(owner.pid, signal.SIGKILL)
        assert (await paths(editor, "ringlog_write", limit=1)) == ["ringlog.c"]
    assert not any("ERROR" in it for it in editor.log)


async def test_a_killed_editor_takes_nothing_with_it(
    editor: StrictEditor, project: Path, own_home: Path
) -> None:
    uri = (project / "list.h").as_uri()
    async with strict_editor(Announced(folders=(project,))) as other:
        await other.initialize()
        await ready(other)
        await other.open(uri, "")
        await other.replace(uri, NEW)
        assert (await paths(other, "entirely_new_thing"))[0] == "list.h"
        assert len(owners(own_home)) == 1
        # What one has not saved is not the other's.
        assert "entirely_new_thing" not in await symbols(editor, "entirely_new_thing")
        other.process.kill()
        await other.wait()

    async def is_forgotten() -> bool:
        (index,) = (await run(editor, "glossator.status"))["index"]
        return bool(index["buffers"] == 0)

    await until(is_forgotten)
    assert len(owners(own_home)) == 1


async def test_the_status_says_what_is_indexed(editor: StrictEditor, project: Path) -> None:
    (index,) = (await run(editor, "glossator.status"))["index"]
    assert index["root"] == str(project)
    assert index["files"] >= 5
    assert index["languages"]["c"] >= 5
    assert index["bytesOnDisk"] > 0
    assert index["updated"] is not None
    assert index["embedder"]
    # How busy the machine is, is not for a test to say.
    assert [it for it in index["problems"] if "slowly" not in it] == []


async def test_pausing_and_resuming(editor: StrictEditor) -> None:
    assert await run(editor, "glossator.index.pause") == {"paused": 1}
    (index,) = (await run(editor, "glossator.status"))["index"]
    assert index["phase"] == "paused"
    assert await paths(editor, "ringlog_write", limit=1) == ["ringlog.c"]
    assert await run(editor, "glossator.index.resume") == {"resumed": 1}
    await ready(editor)


async def test_files_that_change_outside_are_taken_in(project: Path) -> None:
    async with strict_editor(Announced(WATCHES, folders=(project,))) as editor:
        await editor.initialize()
        request = await editor.expect(types.CLIENT_REGISTER_CAPABILITY)
        (registration,) = request["params"]["registrations"]
        assert registration["method"] == types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        globs = [it["globPattern"] for it in registration["registerOptions"]["watchers"]]
        assert any("c," in it and ",h," in it for it in globs)
        await editor.answer(request, None)
        await ready(editor)
        new = project / "new.c"
        new.write_text(NEW)
        event = {"uri": new.as_uri(), "type": 1}
        await editor.notify(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, {"changes": [event]})
        await until(lambda: found_first(editor, "entirely_new_thing", "new.c"))
        new.unlink()
        event = {"uri": new.as_uri(), "type": 3}
        await editor.notify(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, {"changes": [event]})

        async def is_gone() -> bool:
            return "new.c" not in await paths(editor, "entirely_new_thing", limit=50)

        await until(is_gone)
        # A folder is one event, with none for the files in it; of a build's files nothing is made.
        (project / "old.d").mkdir()
        (project / "old.d" / "moved.c").write_text(NEW)
        event = {"uri": (project / "old.d").as_uri(), "type": 1}
        await editor.notify(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, {"changes": [event]})
        await until(lambda: found_first(editor, "entirely_new_thing", "old.d/moved.c"))
        (project / "old.d").rename(project / "new.d")
        events = [
            {"uri": (project / name).as_uri(), "type": kind}
            for name, kind in (("old.d", 3), ("new.d", 1), ("a.o", 3), ("b.o", 1), (".git/x", 1))
        ]
        await editor.notify(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, {"changes": events})
        await until(lambda: found_first(editor, "entirely_new_thing", "new.d/moved.c"))
        assert "old.d/moved.c" not in await paths(editor, "entirely_new_thing", limit=50)


async def test_folders_come_and_go(editor: StrictEditor, project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "other.c").write_text(NEW)
    folder = {"uri": other.as_uri(), "name": "other"}
    method = types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS
    await editor.notify(method, {"event": {"added": [folder], "removed": []}})
    await until(lambda: found_first(editor, "entirely_new_thing", "other.c"))
    await editor.notify(method, {"event": {"added": [], "removed": [folder]}})
    assert "other.c" not in await paths(editor, "entirely_new_thing", limit=50)
    roots = [it["root"] for it in (await run(editor, "glossator.status"))["index"]]
    assert roots == [str(project)]


async def test_workspace_symbols_are_answered_where_the_settings_say_so(project: Path) -> None:
    options = {"index": {"workspace_symbol": True}}
    async with strict_editor(Announced(folders=(project,), options=options)) as editor:
        result = await editor.initialize()
        assert result.capabilities.workspace_symbol_provider is True
        await ready(editor)
        found = await editor.ask(types.WORKSPACE_SYMBOL, {"query": "ringlog_write"})
        assert found[0]["name"] == "ringlog_write"
        assert found[0]["location"]["uri"] == (project / "ringlog.c").as_uri()
        assert await editor.ask(types.WORKSPACE_SYMBOL, {"query": ""}) == []


async def test_workspace_symbols_follow_the_editors_settings(project: Path) -> None:
    settings = {"index": {"workspace_symbol": True}}
    announced = Announced(REGISTERS_SYMBOLS, folders=(project,), settings=settings)
    async with strict_editor(announced) as editor:
        result = await editor.initialize()
        assert result.capabilities.workspace_symbol_provider is None
        request = await editor.expect(types.CLIENT_REGISTER_CAPABILITY)
        assert request["params"]["registrations"][0]["method"] == types.WORKSPACE_SYMBOL
        await editor.answer(request, None)


async def test_who_asks_before_the_settings_are_told_asks_the_index_to_come(project: Path) -> None:
    asks = types.ClientCapabilities(workspace=types.WorkspaceClientCapabilities(configuration=True))
    async with strict_editor(Announced(asks, folders=(project,))) as editor:
        tell_settings = editor.answer_configuration
        editor.answer_configuration = _nothing  # type: ignore[method-assign]
        await editor.initialize()
        argument = {"command": "glossator.search", "arguments": [{"text": "ringlog_append"}]}
        asked = await editor.send_request(types.WORKSPACE_EXECUTE_COMMAND, argument)
        await tell_settings()
        assert "error" not in await editor.answer_to(asked)


async def _nothing() -> None:
    pass


async def test_nothing_is_indexed_where_it_is_switched_off(project: Path, own_home: Path) -> None:
    options = {"index": {"enabled": False}}
    async with strict_editor(Announced(WATCHES, folders=(project,), options=options)) as editor:
        await editor.initialize()
        assert (await run(editor, "glossator.status"))["index"] == []
        argument = {"command": "glossator.search", "arguments": [{"text": "x"}]}
        error = await editor.ask_for_error(types.WORKSPACE_EXECUTE_COMMAND, argument)
        assert error["message"].startswith("Nothing is indexed")
        assert owners(own_home) == []


@pytest.mark.parametrize(
    "argument",
    [
        {},
        {"text": ""},
        {"text": 1},
        {"text": "x", "limit": 0},
        {"text": "x", "limit": True},
        {"text": "x", "limit": 10**9},
        {"text": "x", "quality": "yes"},
        {"text": "x", "filters": []},
        {"text": "x", "filters": {"folder": "/"}},
        {"text": "x", "filters": {"kinds": ["planet"]}},
        {"text": "x", "filters": {"paths": "*.c"}},
        {"text": "x", "filters": {"changedSince": "today"}},
        {"text": "x", "more": 1},
    ],
    ids=str,
)
async def test_a_search_that_cannot_be_meant_ends_in_one_sentence(
    shared: StrictEditor, argument: Json
) -> None:
    params = {"command": "glossator.search", "arguments": [argument]}
    error = await shared.ask_for_error(types.WORKSPACE_EXECUTE_COMMAND, params)
    assert error["code"] == -32602


@pytest.fixture
async def shared() -> AsyncIterator[StrictEditor]:
    """Return an editor with no folder: its arguments are looked at first."""
    async with strict_editor(Announced()) as editor:
        await editor.initialize()
        yield editor


async def test_an_index_that_cannot_be_had_is_one_line_in_the_log(
    project: Path, own_home: Path
) -> None:
    cache = own_home / "cache"
    cache.rmdir()
    cache.write_text("a file in its place")
    async with strict_editor(Announced(folders=(project,))) as editor:
        await editor.initialize()
        note = await editor.expect(types.WINDOW_LOG_MESSAGE)
        assert note["params"]["message"].endswith(".")
        argument = {"command": "glossator.search", "arguments": [{"text": "x"}]}
        error = await editor.ask_for_error(types.WORKSPACE_EXECUTE_COMMAND, argument)
        assert error["code"] == types.LSPErrorCodes.RequestFailed


async def test_work_that_takes_long_is_shown_and_can_be_paused(tmp_path: Path) -> None:
    big = tmp_path / "big"
    big.mkdir()
    body = "".join(
        f"int number_{at}(int left)\n{{\n\treturn left + {at};\n}}\n\n" for at in range(150)
    )
    for number in range(800):
        (big / f"file{number}.c").write_text(body.replace("number", f"f{number}"))
    async with strict_editor(Announced(PROGRESS, folders=(big,))) as editor:
        await editor.initialize()
        created = await editor.expect(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
        token = created["params"]["token"]
        await editor.answer(created, None)
        begin = (await editor.expect(types.PROGRESS))["params"]
        assert begin["value"]["title"] == "Index big"
        assert begin["value"]["cancellable"] is True
        report = (await editor.expect(types.PROGRESS))["params"]["value"]
        assert " of 800 files" in report["message"]
        assert 0 <= report["percentage"] <= 100
        await editor.notify(types.WINDOW_WORK_DONE_PROGRESS_CANCEL, {"token": token})
        value = report
        while value["kind"] != "end":
            value = (await editor.expect(types.PROGRESS))["params"]["value"]
        assert value["message"] in {"paused", "ready"}
        (index,) = (await run(editor, "glossator.status"))["index"]
        assert index["phase"] == value["message"]


async def test_a_question_without_a_place_is_answered_from_the_index_and_unsaved_texts(
    project: Path, own_home: Path
) -> None:
    script = own_home / "script.json"
    reply = {"text": "It is quite new [1].", "when": "entirely_new_thing", "repeat": True}
    script.write_text(json.dumps({"schema": 1, "replies": [reply]}), "utf-8")
    folder = own_home / "config" / "glossator"
    folder.mkdir()
    (folder / "config.toml").write_text(
        f'schema = 1\n[[model]]\nid = "scripted"\napi = "scripted"\nscript = "{script}"\n'
        '[roles]\nask = ["scripted"]\n'
    )
    announced = Announced(folders=(project,), options={"panels": True})
    async with strict_editor(announced) as editor:
        await editor.initialize()
        await ready(editor)
        uri = (project / "list.h").as_uri()
        await editor.open(uri, "\n")
        await editor.replace(uri, NEW)
        question = "What does entirely_new_thing return?"
        assert set(await run(editor, "glossator.ask", text=question)) == {"job"}
        pieces: list[Json] = []
        while not (pieces and pieces[-1].get("done")):
            pieces.append((await editor.expect("glossator/answer"))["params"])
        assert pieces[0]["delta"].startswith("It is quite new. [list")
        assert pieces[-1]["citations"] == [{"path": "list.h", "startLine": 1, "endLine": 4}]
        await until(lambda: _is_told(editor, "answered, with 1 place"))
        editor.inbox.clear()


async def _is_told(editor: StrictEditor, words: str) -> bool:
    notes = [it for it in editor.inbox if it["method"] == types.WINDOW_LOG_MESSAGE]
    return any(words in it["params"]["message"] for it in notes)
