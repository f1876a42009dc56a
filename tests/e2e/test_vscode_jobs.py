"""A real VS Code runs, cancels and shows what else there is: reviews, words, the first steps."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenWindow
from tests.e2e.fixing import require_tools
from tests.e2e.scripted_roles import write_roles
from tests.e2e.vscode import ROOT

pytestmark = [pytest.mark.vscode, pytest.mark.timeout(180)]

WORDS = {"summary": "Let go of what was taken", "parameters": {"log": "the log to end"}}
# It has not said a word when somebody cancels it.
ENDLESS: dict[str, object] = {"json": WORDS, "chunk": 1, "delay_s": 60}
AGAIN: dict[str, object] = {"json": WORDS, "repeat": True}
COMMENT = " * ringlog_destroy() - Let go of what was taken."
CLAMP = '''def clamp(value, low, high):
    """Keep a value between two others."""
    if value < low:
        return low
    return high
'''
FINDING = {
    "quote": "    return high",
    "severity": "error",
    "problem": "The value is lost where it lies between the two.",
    "fix": "Return it.",
}


@pytest.fixture
def ringlog(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "examples/ringlog", tmp_path / "ringlog"))


def test_a_running_job_is_cancelled_where_it_is_shown_and_the_next_one_runs(
    ringlog: Path, own_home: Path, open_window: OpenWindow
) -> None:
    write_roles(own_home, {"document": [ENDLESS]})
    window = open_window(ringlog)
    window.open("ringlog.c")
    before = window.text("ringlog.c")
    window.go_to("ringlog_destroy(struct")
    window.act("Document `ringlog_destroy`")
    progress = window.message("Document ringlog_destroy")
    window.pictures_in_themes("running")
    progress.get_by_role("button", name="Cancel").click()
    progress.wait_for(state="detached")
    window.status("cancelled")
    assert window.page.locator(".tab.dirty").count() == 0
    write_roles(own_home, {"document": [AGAIN]})
    window.act("Document `ringlog_destroy`")
    window.wait_for_text(COMMENT)
    window.undo()
    expect(window.page.locator(".tab.dirty")).to_have_count(0)
    assert window.text("ringlog.c") == before


def test_what_a_person_says_in_words_is_done(
    ringlog: Path, own_home: Path, open_window: OpenWindow
) -> None:
    write_roles(own_home, {"document": [AGAIN]})
    window = open_window(ringlog)
    window.open("ringlog.c")
    window.go_to("ringlog_destroy(struct")
    window.command("Glossator: Tell What to Do...")
    window.answer("document this function")
    window.wait_for_text(COMMENT)
    window.save()
    assert COMMENT in window.text("ringlog.c")


@pytest.mark.sandbox
def test_a_review_of_python_marks_its_findings(
    tmp_path: Path, own_home: Path, open_window: OpenWindow
) -> None:
    require_tools()
    write_roles(own_home, {"review": [{"json": {"findings": [FINDING]}, "repeat": True}]})
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "clamp.py").write_text(CLAMP, "utf-8")
    window = open_window(folder)
    window.open("clamp.py")
    window.go_to("clamp(value")
    window.command("Glossator: Review This")
    window.page.locator(".squiggly-error").first.wait_for()
    window.command("View: Toggle Problems")
    window.page.locator(".markers-panel .monaco-list-row", has_text="The value is lost").wait_for()
    window.picture("review-findings")
    assert window.text("clamp.py") == CLAMP


def test_the_first_steps_and_what_is_on_offer_can_be_seen(
    ringlog: Path, own_home: Path, open_window: OpenWindow
) -> None:
    write_roles(own_home, {"document": [AGAIN]})
    window = open_window(ringlog)
    window.open("ringlog.c")
    window.status("· local").click()
    window.quick_input.locator(".monaco-list-row").first.wait_for()
    window.pictures_in_themes("menu")
    window.press("Escape")
    window.command("Glossator: Get Started")
    steps = window.page.locator(".gettingStartedContainer .getting-started-step")
    steps.first.wait_for()
    assert steps.count() == 3
    # The server runs and a file is open, both before the steps were shown.
    window.page.locator(".getting-started-step .codicon.complete").nth(1).wait_for()
    window.pictures_in_themes("walkthrough")
    window.press("Escape")
    window.open("ringlog.c")
    window.command("Glossator: Show Status")
    window.wait_for_text("document-model")
    window.picture("status")


def test_without_an_approved_model_the_status_bar_says_so_and_a_small_one_is_offered(
    ringlog: Path, own_home: Path, open_window: OpenWindow
) -> None:
    write_roles(own_home, {})
    config = own_home / "config/glossator/config.toml"
    config.write_text("schema = 1\n[index]\nenabled = false\n", "utf-8")
    window = open_window(ringlog)
    window.open("ringlog.c")
    window.status("no approved model")
    window.pictures_in_themes("no-model")
    assert window.message("Glossator has no model yet.").locator(".monaco-button").count() == 3
    window.press_button("Glossator has no model yet.", "Not Now")
    window.page.locator(".notification-toast", has_text="no model yet").wait_for(state="detached")


@pytest.mark.model
@pytest.mark.timeout(300)
def test_the_built_in_model_writes_a_comment(
    ringlog: Path, own_home: Path, model_file: Path, open_window: OpenWindow
) -> None:
    models = own_home / "data/glossator/models"
    models.mkdir(parents=True)
    (models / model_file.name).symlink_to(model_file)
    config = own_home / "config/glossator/config.toml"
    config.parent.mkdir()
    config.write_text("schema = 1\n[index]\nenabled = false\n", "utf-8")
    window = open_window(ringlog)
    window.open("ringlog.c")
    window.status("· local")
    window.go_to("ringlog_destroy(struct")
    window.press("Control+Alt+KeyG", "KeyD")
    window.wait_for_text(" * ringlog_destroy() - ")
    window.picture("built-in-model")
    window.save()
    assert " * @log: " in window.text("ringlog.c").partition("void ringlog_destroy")[0][-300:]


def test_another_style_holds_for_the_next_comment(
    tmp_path: Path, own_home: Path, open_window: OpenWindow
) -> None:
    write_roles(own_home, {"document": [AGAIN]})
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "end.c").write_text("void end(int *log)\n{\n\t*log = 0;\n}\n", "utf-8")
    (folder / ".vscode").mkdir()
    settings = {"glossator.document.style": "doxygen"}
    (folder / ".vscode/settings.json").write_text(json.dumps(settings), "utf-8")
    window = open_window(folder)
    window.open("end.c")
    window.go_to("end(int")
    window.act("Document `end`")
    window.wait_for_text("@param")
    window.save()
    assert "@brief" in window.text("end.c")
