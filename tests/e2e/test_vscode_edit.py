"""A real VS Code edits several files: the plan is changed, one hunk taken, another left."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import OpenWindow
from tests.e2e.editing import (
    AFTER,
    BEFORE,
    CLIENT,
    WANTED,
    WriteEdits,
    act,
    edit_models,
    edits_of,
    lay_out_net,
    plan_of,
    replace_in,
)

__all__ = ["edit_models"]

pytestmark = [pytest.mark.vscode, pytest.mark.sandbox, pytest.mark.timeout(240)]


USAGE = 'const char *usage = "connect(host)";\n'
NEW_USAGE = USAGE.replace("host", "host, timeout_ms")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    texts = {it: BEFORE[it] for it in ("client.c", "net.h", "notes.txt")}
    return lay_out_net(tmp_path / "net", texts | {"usage.c": USAGE})


def test_a_plan_is_changed_and_of_the_change_one_file_is_left_out(
    project: Path, edit_models: WriteEdits, open_window: OpenWindow
) -> None:
    # All that was planned first, and one file that nobody wants.
    notes = act("edit_file", path="notes.txt", search="connect(host)", replace="connect")
    turns = [notes, *replace_in("usage.c", USAGE, NEW_USAGE), *edits_of("net.h", "client.c")]
    edit_models([plan_of("client.c", "net.h", "usage.c", "notes.txt")], turns)
    window = open_window(project)
    window.open("client.c")
    window.go_to("client_start")
    window.command("Glossator: Edit...")
    window.answer(WANTED)
    window.wait_for_text("Add timeout_ms to connect")
    window.pictures_in_themes("plan")
    lines = window.shown().splitlines()
    window.go_to_place(next(at for at, it in enumerate(lines, 1) if "notes.txt" in it), 1)
    window.press("Control+Shift+KeyK")
    window.command("Glossator: Go On with the Plan")
    bar = window.page.locator(".review-widget", has_text="Hunk 1 of 2")
    bar.first.wait_for()
    window.pictures_in_themes("edit-review")
    assert [window.text(it) for it in ("client.c", "usage.c")] == [CLIENT, USAGE]
    window.command("Glossator: Show All Files")
    window.page.locator(".multiDiffEntry").first.wait_for()
    window.picture("edit-all-files")
    window.command("View: Show Glossator")
    window.webview().locator("#question").wait_for()
    window.row("Evidence")
    window.pictures_in_themes("changes")
    for name in ("client.c", "net.h"):
        window.row(name).get_by_role("checkbox").click()
    discarded = window.row("usage.c")
    discarded.hover()
    discarded.get_by_role("button", name="Discard Hunk").click()
    window.tab("client.c").wait_for()
    window.wait_for_text("return connect(host, 100);")
    window.save()
    window.open("net.h")
    window.save()
    kept = {it: window.text(it) for it in ("client.c", "net.h", "usage.c", "notes.txt")}
    changed = {it: AFTER[it] for it in ("client.c", "net.h")}
    assert kept == {**changed, "usage.c": USAGE, "notes.txt": BEFORE["notes.txt"]}
