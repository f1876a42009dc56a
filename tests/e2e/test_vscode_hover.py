"""A real VS Code shows what is known of a function, with links and lenses that act."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.e2e.conftest import OpenWindow, WriteScript
from tests.e2e.vscode import ROOT, CodeServer
from tests.e2e.vscode_window import until

pytestmark = [pytest.mark.vscode, pytest.mark.timeout(180)]

WORDS = {"summary": "Let go of what was taken", "parameters": {"log": "the log to end"}}
COMMENT = " * ringlog_destroy() - Let go of what was taken."


@pytest.fixture
def ringlog(tmp_path: Path, script: WriteScript) -> Path:
    script({"json": WORDS, "repeat": True})
    return Path(shutil.copytree(ROOT / "examples/ringlog", tmp_path / "ringlog"))


def test_a_link_of_the_hover_documents_the_function(ringlog: Path, open_window: OpenWindow) -> None:
    window = open_window(ringlog)
    window.open("ringlog.c")
    window.status("scripted · local")
    window.go_to("ringlog_destroy(struct")
    hover = window.hover()
    link = hover.get_by_role("link", name="Document")
    link.wait_for()
    window.pictures_in_themes("hover")
    link.click()
    window.wait_for_text(COMMENT)
    window.save()
    assert COMMENT in window.text("ringlog.c")


def test_the_first_comment_takes_no_mouse(ringlog: Path, open_window: OpenWindow) -> None:
    window = open_window(ringlog)
    window.open("ringlog.c")
    window.status("scripted · local")
    window.go_to("ringlog_destroy(struct")
    window.press("Control+Alt+KeyG", "KeyD")
    window.wait_for_text(COMMENT)
    window.press("Control+KeyZ")
    window.page.locator(".tab.active:not(.dirty)").wait_for()


def test_lenses_appear_as_soon_as_a_person_wants_them_and_act(
    ringlog: Path, open_window: OpenWindow, code_server: CodeServer
) -> None:
    window = open_window(ringlog)
    window.open("ringlog.c")
    window.status("scripted · local")
    window.go_to("ringlog_destroy(struct")
    lens = window.page.locator(".codelens-decoration a:visible", has_text="Document").first
    assert lens.count() == 0
    window.command("Preferences: Open Settings (UI)")
    window.page.locator(".settings-editor .suggest-input-container").wait_for()
    window.type("glossator.codeLens")
    box = window.page.locator('.setting-item-bool [aria-label="glossator.codeLens"]')
    box.wait_for()
    window.pictures_in_themes("settings")
    box.click()
    until("it is set", lambda: code_server.user_settings().get("glossator.codeLens"))
    window.press("Escape")
    lens.wait_for()
    window.pictures_in_themes("lenses")
    lens.click()
    window.wait_for_text(COMMENT)
