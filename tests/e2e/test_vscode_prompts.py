"""A real VS Code shows a prompt and what comes of it side by side, and runs it again in place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenWindow, WriteScript
from tests.e2e.test_lsp_prompts import MARK, PROMPT, write_prompt
from tests.e2e.vscode import ROOT
from tests.e2e.vscode_window import Window, until

pytestmark = [pytest.mark.vscode, pytest.mark.timeout(180)]

PLAIN = {"summary": "Let go of what was taken", "parameters": {"log": "the log to end"}}
SAILOR = PLAIN | {"summary": "Scuttle the log"}


@pytest.fixture
def ringlog(tmp_path: Path, script: WriteScript) -> Path:
    script({"when": MARK, "json": SAILOR, "repeat": True}, {"json": PLAIN, "repeat": True})
    return Path(shutil.copytree(ROOT / "examples/ringlog", tmp_path / "ringlog"))


def groups(window: Window) -> list[str]:
    """Return what each group of editors shows, from left to right."""
    found = window.page.locator(".editor-group-container .monaco-editor .view-lines")
    return [it.replace("\u00a0", " ") for it in found.all_inner_texts()]


def test_a_prompt_is_tried_beside_its_result_and_tried_again_in_place(
    ringlog: Path, open_window: OpenWindow
) -> None:
    write_prompt(PROMPT.replace(MARK, "Like a clerk."))
    window = open_window(ringlog)
    window.open("ringlog.c")
    window.status("scripted · local")
    window.go_to("ringlog_destroy(struct")
    window.act("Document `ringlog_destroy`")
    window.wait_for_text("ringlog_destroy() - Let go of what was taken.")
    window.undo()
    window.command("Glossator: Open a Prompt...")
    window.answer("sailor")
    window.tab("sailor.md").wait_for()
    run = window.page.locator(".codelens-decoration a:visible", has_text="Run on `ringlog_destroy`")
    run.first.wait_for()
    run.first.click()
    until("the result stands right of the prompt", lambda: "Let go of" in groups(window)[-1])
    assert len(groups(window)) == 2
    window.picture("prompt-pair")
    # Another word in the prompt, and the same editor shows what comes of it.
    window.go_to_place(14, 1)
    window.type(f"{MARK} ")
    run.first.click()
    until("the result is a new one", lambda: "Scuttle" in groups(window)[-1])
    assert len(groups(window)) == 2
    expect(window.page.locator(".editor-group-container").last.locator(".tab")).to_have_count(1)
    window.command("Glossator: Compare Prompts")
    until("both are there", lambda: "product:document" in groups(window)[-1])
    window.pictures_in_themes("prompt-compared")
    # What is wrong is marked on its line.
    window.go_to_place(4, 1)
    window.type("x")
    window.page.locator(".squiggly-warning, .squiggly-error").first.wait_for()
    window.picture("prompt-broken")
