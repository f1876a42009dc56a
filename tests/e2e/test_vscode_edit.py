"""A real VS Code edits several files: the plan is changed, one hunk taken, another left."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import OpenWindow
from tests.e2e.editing import (
    BEFORE,
    CLIENT,
    NEW_CLIENT,
    NEW_HEADER,
    WANTED,
    WriteEdits,
    edit_models,
    edits_of,
    lay_out_net,
    plan_of,
)
from tests.e2e.vscode_window import Window

__all__ = ["edit_models"]

pytestmark = [pytest.mark.vscode, pytest.mark.sandbox, pytest.mark.timeout(240)]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    texts = {it: BEFORE[it] for it in ("client.c", "net.h", "notes.txt")}
    return lay_out_net(tmp_path / "net", texts)


def ask_for_the_edit(window: Window) -> None:
    window.open("client.c")
    window.go_to("client_start")
    window.command("Glossator: Edit...")
    window.answer(WANTED)


def test_the_plan_is_changed_and_the_change_is_taken_by_hunks(
    project: Path, edit_models: WriteEdits, open_window: OpenWindow
) -> None:
    edit_models([plan_of("client.c", "net.h", "notes.txt")], edits_of("net.h", "client.c"))
    window = open_window(project)
    ask_for_the_edit(window)
    window.wait_for_text("Add timeout_ms to connect")
    window.wait_for_text("notes.txt")
    window.pictures_in_themes("plan")
    shown = window.shown().splitlines()
    line = next(at for at, it in enumerate(shown, 1) if "notes.txt" in it)
    window.go_to_place(line, 1)
    window.press("Control+Shift+KeyK")
    window.command("Glossator: Go On with the Plan")
    bar = window.page.locator(".review-widget:visible", has_text="Hunk 1 of")
    bar.first.wait_for()
    window.pictures_in_themes("edit-review")
    assert window.text("client.c") == CLIENT
    window.command("Glossator: Show All Files")
    window.page.locator(".multiDiffEditor, .multi-diff-root-floating-menu").first.wait_for()
    window.picture("edit-all-files")
    window.command("View: Show Glossator")
    window.row("client.c")
    window.pictures_in_themes("changes-tree")
    rows = window.page.locator(".pane-body .monaco-list-row").all_inner_texts()
    assert rows == []
