"""A real VS Code asks about its code: answers stream, and their places lead to the lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.asking import NET, SAID
from tests.e2e.conftest import OpenWindow
from tests.e2e.scripted_roles import write_roles

pytestmark = [pytest.mark.vscode, pytest.mark.timeout(180)]


@pytest.fixture
def project(tmp_path: Path, own_home: Path) -> Path:
    write_roles(
        own_home,
        {
            "ask": [
                {"text": "It logs the host [1:8-9].\n", "when": "log?", "repeat": True},
                {"text": SAID, "chunk": 4, "delay_s": 0.02, "repeat": True},
            ]
        },
        index="true",
    )
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "net.c").write_text(NET, "utf-8")
    (folder / "README.md").write_text("# net\n", "utf-8")
    return folder


def test_a_question_is_answered_a_place_followed_and_a_second_question_asked(
    project: Path, open_window: OpenWindow
) -> None:
    window = open_window(project)
    window.open("net.c")
    window.status("· local")
    window.open("README.md")
    window.press("Control+Alt+KeyG", "KeyA")
    panel = window.webview()
    question = panel.locator("#question")
    question.wait_for()
    window.pictures_in_themes("ask-empty")
    question.fill("How does net_connect open a connection to a host?")
    question.press("Enter")
    place = panel.locator(".answer a, .answer button", has_text="net.c:6").first
    place.wait_for()
    panel.locator(".answer", has_text="It logs.").wait_for()
    window.pictures_in_themes("ask-answer")
    assert "ice cream" not in panel.locator("#log").inner_text()
    assert "1 statement of the model left out" in panel.locator("#log").inner_text()
    place.click()
    window.tab("net.c").wait_for()
    window.wait_for_cursor(6)
    question.fill("And what does net_connect log?")
    question.press("Enter")
    panel.locator(".answer", has_text="It logs the host").wait_for()
    assert panel.locator(".answer").count() == 2


def test_a_function_is_explained_in_the_panel(project: Path, open_window: OpenWindow) -> None:
    window = open_window(project)
    window.open("net.c")
    window.go_to("net_connect(const")
    window.command("Glossator: Explain This")
    answer = window.webview().locator(".answer", has_text="It logs.")
    answer.wait_for()
    window.picture("explain")
    assert window.text("net.c") == NET
