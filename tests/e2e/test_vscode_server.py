"""A real VS Code and the life of our server: installed, started late, back after a kill."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.e2e.conftest import OpenWindow, WriteScript
from tests.e2e.vscode import ROOT, CodeServer
from tests.e2e.vscode_window import Window, until

pytestmark = [pytest.mark.vscode, pytest.mark.timeout(240)]

WORDS = {"summary": "Let go of what was taken", "parameters": {"log": "the log to end"}}
AGAIN: dict[str, object] = {"json": WORDS, "repeat": True}
COMMENT = " * ringlog_destroy() - Let go of what was taken."
# As long as pip takes to load and unpack all of it on a busy machine.
INSTALLED_MS = 150_000


@pytest.fixture
def ringlog(tmp_path: Path, script: WriteScript) -> Path:
    script(AGAIN)
    return Path(shutil.copytree(ROOT / "examples/ringlog", tmp_path / "ringlog"))


def document(window: Window) -> None:
    """Have a comment written by keys alone, and save it."""
    window.open("ringlog.c")
    window.go_to("ringlog_destroy(struct")
    window.act("Document `ringlog_destroy`")
    window.wait_for_text(COMMENT)
    window.save()
    assert COMMENT in window.text("ringlog.c")


def the_server(server: CodeServer, *known: int) -> psutil.Process:
    """Return our server's process, once there is one that is not among those known."""

    def found() -> psutil.Process | None:
        return next((it for it in server.language_servers() if it.pid not in known), None)

    it = until("a server runs", found)
    assert it is not None
    return it


def test_the_package_is_small() -> None:
    from tests.e2e.vscode import built_package, require_vscode

    require_vscode()
    assert built_package().stat().st_size < 2_000_000


def test_no_server_is_started_before_a_file_of_a_supported_language_is_open(
    ringlog: Path, open_window: OpenWindow, code_server: CodeServer
) -> None:
    window = open_window(ringlog)
    for name in ("README.md", "Makefile"):
        window.open(name)
    assert code_server.language_servers() == []
    window.open("ringlog.c")
    the_server(code_server)
    window.status("scripted · local")
    window.picture("status-local")


def test_a_server_that_is_killed_comes_back_until_it_dies_too_often(
    ringlog: Path, open_window: OpenWindow, code_server: CodeServer
) -> None:
    window = open_window(ringlog)
    window.open("ringlog.c")
    window.status("scripted · local")
    first = the_server(code_server)
    first.kill()
    the_server(code_server, first.pid)
    document(window)
    assert window.messages() == []
    for _ in range(3):
        code_server.language_servers()[0].kill()
        window.status("Glossator: starting")
        window.status("scripted · local")
    code_server.language_servers()[0].kill()
    message = window.message("ended 5 times within three minutes; see its log, then restart it.")
    window.status("Glossator: not running")
    window.pictures_in_themes("crashed")
    message.get_by_role("button", name="Restart").click()
    window.status("scripted · local")


def test_a_wrong_path_is_said_in_one_sentence_with_the_log_beside_it(
    ringlog: Path, open_window: OpenWindow, code_server: CodeServer
) -> None:
    window = open_window(ringlog, machine={"glossator.path": "/nowhere/glossator"})
    window.open("ringlog.c")
    sentence = "There is no program '/nowhere/glossator'; correct the setting 'glossator.path'."
    message = window.message(sentence)
    window.picture("wrong-path")
    assert code_server.language_servers() == []
    message.get_by_role("button", name="Show Log").click()
    window.page.locator(".output-view .view-line", has_text="/nowhere/glossator").first.wait_for()


def test_the_server_is_installed_on_first_use_from_a_wheel(
    ringlog: Path, open_window: OpenWindow, tmp_path: Path
) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", tmp_path, ROOT],
        check=True,
        timeout=120,
    )
    (wheel,) = tmp_path.glob("glossator-*.whl")
    window = open_window(ringlog, machine={"glossator.package": str(wheel)})
    window.open("ringlog.c")
    question = window.message("Glossator needs its language server.")
    window.pictures_in_themes("install-question")
    question.get_by_role("button", name="Install").click()
    installing = window.message("Installing the Glossator server")
    window.picture("installing")
    installing.wait_for(state="detached", timeout=INSTALLED_MS)
    window.status("no approved model")
    window.go_to("ringlog_destroy(struct")
    assert "Document `ringlog_destroy`" in window.menu_titles()
