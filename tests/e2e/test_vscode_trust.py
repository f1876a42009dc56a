"""A real VS Code in restricted mode: what runs none of the folder's programs works."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import OpenWindow
from tests.e2e.fixing import BROKEN, RIGHT, lay_out, require_tools
from tests.e2e.scripted_roles import write_roles

pytestmark = [pytest.mark.vscode, pytest.mark.timeout(180)]

WORDS = {
    "summary": "Add two numbers",
    "parameters": {"left": "the one", "right": "the other"},
    "returns": "their sum",
}


@pytest.fixture
def project(tmp_path: Path, own_home: Path) -> Path:
    require_tools()
    write_roles(
        own_home,
        {"document": [{"json": WORDS, "repeat": True}], "fix": [{"text": RIGHT, "repeat": True}]},
    )
    return lay_out(tmp_path / "project").parent


def test_a_folder_is_opened_in_restricted_mode_and_trusted_later(
    project: Path, open_window: OpenWindow
) -> None:
    window = open_window(project, {"security.workspace.trust.enabled": True})
    window.status("Restricted Mode")
    window.open("add.c")
    window.go_to("add(int left")
    titles = window.menu_titles()
    assert "Document `add`" in titles
    assert not [it for it in titles if it.startswith(("Fix", "Add", "Write"))]
    window.command("Glossator: Fix This")
    window.message("Trust this folder first")
    window.pictures_in_themes("restricted")
    window.act("Document `add`")
    window.wait_for_text(" * add() - Add two numbers.")
    window.save()
    window.command("Workspaces: Manage Workspace Trust")
    window.page.get_by_role("button", name="Trust", exact=True).click()
    window.open("add.c")
    window.go_to("return left")
    window.act("Fix what checks find on line 12")
    window.page.locator(".review-widget", has_text="Hunk 1 of 1").wait_for()
    window.command("Glossator: Apply What Was Accepted")
    window.wait_for_text("return left + right;")
    window.save()
    assert window.text("add.c").endswith(BROKEN.partition("\n\n")[2].replace("operand", "right"))
