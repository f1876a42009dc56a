"""Feedback from outside: from an editor, from the command line, and where it is switched off."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pytest_lsp import client_capabilities

from tests.e2e.command_line import check_one_sentence, glossator
from tests.e2e.conftest import WriteScript
from tests.e2e.lsp_editor import Announced, StrictEditor, strict_editor

TEXT = "int add(int left, int right)\n{\n\treturn left + right;\n}\n"
WORDS = {
    "summary": "Add two numbers",
    "parameters": {"left": "One of them", "right": "The other"},
    "returns": "The sum",
}
REPLY: dict[str, object] = {"json": WORDS, "repeat": True}


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    folder = tmp_path / "desk"
    folder.mkdir()
    (folder / "a.c").write_text(TEXT, "utf-8")
    return folder


def kept(home: Path) -> list[dict[str, Any]]:
    files = sorted(home.rglob("feedback.jsonl"))
    return [json.loads(it) for file in files for it in file.read_text("utf-8").splitlines()]


async def written_comment(editor: StrictEditor, uri: str) -> str:
    """Have the editor take a comment; return its text with it."""
    params = {"command": "glossator.document", "arguments": [{"uri": uri, "symbol": "add"}]}
    await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, params)
    created = await editor.expect(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
    await editor.answer(created, None)
    text = await editor.accept_edit()
    await editor.expect_progress_of(created["params"]["token"])
    return text


async def in_editor(desk: Path, *steps: str, options: object = None) -> None:
    """Have a comment written, then change the text, save, or close."""
    uri = (desk / "a.c").as_uri()
    announced = Announced(client_capabilities("neovim"), folders=(desk,), options=options)
    async with strict_editor(announced) as editor:
        await editor.initialize()
        await editor.open(uri, TEXT)
        text = await written_comment(editor, uri)
        for step in steps:
            if step == "save":
                await editor.notify(types.TEXT_DOCUMENT_DID_SAVE, {"textDocument": {"uri": uri}})
            elif step == "close":
                await editor.notify(types.TEXT_DOCUMENT_DID_CLOSE, {"textDocument": {"uri": uri}})
            elif step == "undo":
                await editor.replace(uri, TEXT)
            else:
                await editor.replace(uri, text.replace("two numbers", step))


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (["save"], [("save", "kept"), ("close", "kept")]),
        (["two integers", "save", "save"], [("save", "edited"), ("close", "edited")]),
        (["undo", "save"], [("save", "rejected"), ("close", "rejected")]),
        (["save", "two integers", "close"], [("save", "kept"), ("close", "edited")]),
        ([], [("close", "kept")]),
    ],
)
async def test_an_editors_comments_are_followed(
    desk: Path, script: WriteScript, own_home: Path, steps: list[str], expected: list[object]
) -> None:
    script(REPLY)
    await in_editor(desk, *steps)
    lines = kept(own_home)
    (offer,) = [it for it in lines if it["kind"] == "offer"]
    assert (offer["where"], offer["symbol"], offer["model"]) == ("editor", "add", "scripted")
    assert offer["code"].startswith("int add(int left")
    found = [it for it in lines if it["kind"] == "finding"]
    assert sorted((it["moment"], it["fate"]) for it in found) == sorted(expected)
    assert {it["offer"] for it in found} == {offer["offer"]}
    for it in found:
        low, high = {"kept": (0, 0), "edited": (0.01, 0.3), "rejected": (1, 1)}[it["fate"]]
        assert low <= it["distance"] <= high


@pytest.mark.parametrize("place", ["settings", "editor", "policy", "workspace", "workspace policy"])
async def test_who_switches_it_off_has_nothing_kept(
    desk: Path, script: WriteScript, own_home: Path, place: str
) -> None:
    script(REPLY)
    setting, forbidden = "[document]\nfeedback = false\n", "[cache]\nfeedback = false\n"
    config = own_home / "config" / "glossator" / "config.toml"
    options = None
    match place:
        case "settings":
            config.write_text(config.read_text("utf-8") + setting, "utf-8")
        case "policy":
            config.write_text(config.read_text("utf-8") + forbidden, "utf-8")
        case "workspace":
            (desk / ".glossator.toml").write_text(setting, "utf-8")
        case "workspace policy":
            (desk / ".glossator.toml").write_text(forbidden, "utf-8")
        case "editor":
            options = {"document": {"feedback": False}}
    await in_editor(desk, "save", options=options)
    if place != "editor":
        assert glossator("document", "--diff", "a.c", cwd=desk).status == 0
    assert kept(own_home) == []


def test_the_command_line_keeps_offers_and_shows_them(
    desk: Path, script: WriteScript, own_home: Path
) -> None:
    script(REPLY)
    assert glossator("feedback", "show").output == "0 offered\n"
    glossator("document", "--diff", "a.c", cwd=desk)
    (line,) = kept(own_home)
    assert (line["kind"], line["where"], line["language"]) == ("offer", "command-line", "c")
    shown = glossator("feedback", "show")
    assert "offered add by scripted (command-line)" in shown.output
    assert shown.output.endswith("1 offered\n")
    assert json.loads(glossator("feedback", "show", "--json").output) == line
    (desk / "out.jsonl").write_text("old", "utf-8")
    assert glossator("feedback", "export", desk / "out.jsonl").status == 0
    assert json.loads((desk / "out.jsonl").read_text("utf-8")) == line
    assert (desk / "out.jsonl").stat().st_mode & 0o777 == 0o600
    assert glossator("feedback", "clear").status == 0
    assert kept(own_home) == []


def test_what_cannot_be_read_or_written_is_named(
    desk: Path, script: WriteScript, own_home: Path
) -> None:
    script(REPLY)
    glossator("document", "--diff", "a.c", cwd=desk)
    check_one_sentence(glossator("feedback", "export", desk), 2, "not a regular file")
    check_one_sentence(glossator("feedback", "export", desk / "no" / "x"), 2, "cannot be written")
    assert glossator("feedback", "export").status == 2
    (file,) = own_home.rglob("feedback.jsonl")
    file.unlink()
    file.mkdir()
    for action in ("show", "clear"):
        check_one_sentence(glossator("feedback", action), 2, "feedback.jsonl", "cannot be")
    assert glossator("document", "--diff", "a.c", cwd=desk).status == 0


def test_lines_that_others_wrote_are_no_trouble(own_home: Path) -> None:
    folder = own_home / "state" / "glossator"
    folder.mkdir(parents=True)
    odd = {"schema": 1, "kind": ["x"], "at": "never", "symbol": "\x1b[2J", "offer": [1]}
    lines = (odd, {**odd, "kind": "offer", "at": 1e300}, {**odd, "kind": "finding", "at": -1e18})
    text = "".join(f"{json.dumps(it)}\n" for it in lines)
    (folder / "feedback.jsonl").write_text(text + "no\n", "utf-8")
    shown = glossator("feedback", "show")
    assert (shown.status, shown.errors) == (0, "")
    assert "\x1b" not in shown.output
