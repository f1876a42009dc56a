"""What a real server sends, read by the readers of the VS Code extension."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from lsprotocol import types

from glossator_server.lsp.commands.try_prompt import TRIAL
from glossator_server.lsp.panels import PLAN, PROPOSAL
from glossator_server.lsp.prompting import TRY
from glossator_server.prompts.files import product_file
from tests.conftest import missing_part
from tests.e2e.asking import NET, QUESTION, SAID
from tests.e2e.conftest import WriteScript
from tests.e2e.editing import WriteEdits, edit_models, edits_of, plan_of
from tests.e2e.fixing import models
from tests.e2e.lsp_editor import Json, StrictEditor, strict_editor
from tests.e2e.lsp_edits import THREE, announced, ended, opened, project, run, started
from tests.e2e.test_lsp_ask import answers, place, start
from tests.e2e.test_lsp_document import REPLY, TEXT
from tests.e2e.test_lsp_prompts import write_prompt

__all__ = ["edit_models", "models", "project"]

EXTENSION = Path(__file__).parents[2] / "vscode-extension"


def read(*messages: tuple[str, Json]) -> list[Json]:
    """Return messages as the extension reads them; fails with its words where it refuses one."""
    node = shutil.which("node", path=str(Path(sys.executable).parent))
    if node is None:
        missing_part("node", "no Node: install the `dev` extra")
    done = subprocess.run(
        [node, "--no-warnings", str(EXTENSION / "test" / "reading.ts")],
        input=json.dumps(messages),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(it) for it in done.stdout.splitlines()]


async def query(editor: StrictEditor, command: str, argument: Json) -> Json:
    params = {"command": command, "arguments": [argument]}
    answer: Json = await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, params)
    return answer


async def test_the_status_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text(TEXT)
    async with strict_editor(announced(tmp_path, panels=True)) as editor:
        await editor.initialize()
        status = await query(editor, "glossator.status", {})
    (told,) = read(("status", status))
    assert told["roles"] == status["roles"]
    assert [it["root"] for it in told["index"]] == [str(tmp_path)]
    assert {"phase", "filesDone", "filesTotal", "files"} <= set(told["index"][0])


async def test_a_comment_that_was_written_is_read_whole(
    tmp_path: Path, script: WriteScript
) -> None:
    script(REPLY)
    async with strict_editor(announced(tmp_path, panels=True)) as editor:
        uris = {"a.c": (tmp_path / "a.c").as_uri()}
        await editor.initialize()
        await editor.open(uris["a.c"], TEXT)
        token = await run(editor, "glossator.document", {"uri": uris["a.c"], "symbol": "add"})
        await editor.accept_edit()
        news: Json = (await editor.expect(PROPOSAL))["params"]
        await editor.expect_progress_of(token)
    assert read(("proposal", news)) == [news]


@pytest.mark.sandbox
async def test_plans_and_changes_are_read_whole(project: Path, edit_models: WriteEdits) -> None:
    edit_models([plan_of(*THREE)], edits_of(*THREE))
    async with strict_editor(announced(project, panels=True)) as editor:
        await opened(editor, project)
        token = await started(editor)
        request = await editor.expect(PLAN)
        plan: Json = request["params"]
        await editor.answer(request, {"text": plan["text"]})
        news: Json = (await editor.expect(PROPOSAL))["params"]
        await ended(editor, token)
    assert read(("plan", plan), ("proposal", news)) == [plan, news]


async def test_what_came_of_a_prompt_is_read_whole(tmp_path: Path, script: WriteScript) -> None:
    script(REPLY)
    prompt = write_prompt(product_file("document").text)
    async with strict_editor(announced(tmp_path, panels=True)) as editor:
        await editor.initialize()
        uri = (tmp_path / "a.c").as_uri()
        await editor.open(uri, TEXT)
        target = {"uri": uri, "symbol": "add"}
        token = await run(editor, TRY, {"uri": prompt, "target": target})
        await editor.expect_progress_of(token)
        told: Json = (await editor.expect(TRIAL))["params"]
    assert read(("trial", told)) == [told]


async def test_pieces_of_an_answer_are_read_whole(tmp_path: Path, script: WriteScript) -> None:
    script({"text": SAID, "chunk": 3})
    (tmp_path / "net.c").write_text(NET)
    async with strict_editor(announced(tmp_path, panels=True)) as editor:
        await editor.initialize()
        _, token = await start(editor, "glossator.ask", text=QUESTION, **place(tmp_path))
        pieces = await answers(editor)
        await editor.expect_progress_of(token)
        await editor.expect(types.WINDOW_LOG_MESSAGE)
    assert read(*(("answer", it) for it in pieces)) == pieces
