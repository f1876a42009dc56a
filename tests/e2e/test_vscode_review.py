"""A real VS Code shows a fix before it is applied, and applies the hunks that a person took."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import OpenWindow
from tests.e2e.fixing import block, lay_out, require_tools
from tests.e2e.scripted_roles import write_roles

pytestmark = [pytest.mark.vscode, pytest.mark.sandbox, pytest.mark.timeout(180)]

FAR = "\n".join(f"int apart_{number}(void)\n{{\n\treturn {number};\n}}\n" for number in range(6))
TWICE = f"""#include "add.h"

int add(int left, int right)
{{
\treturn left + operand;
}}

{FAR}
int less(int left, int right)
{{
\treturn left - operand;
}}
"""
BLOCKS = block("\treturn left + operand;", "\treturn left + right;") + block(
    "\treturn left - operand;", "\treturn left - right;"
)


@pytest.fixture
def project(tmp_path: Path, own_home: Path) -> Path:
    require_tools()
    write_roles(own_home, {"fix": [{"text": BLOCKS, "repeat": True}]})
    return lay_out(tmp_path / "project", TWICE).parent


def test_a_fix_is_shown_in_the_editors_own_diff_and_applied_as_one_step(
    project: Path, open_window: OpenWindow
) -> None:
    window = open_window(project)
    window.open("add.c")
    window.press("Control+KeyA")
    window.act("Fix what checks find on lines 1 to 41")
    bar = window.page.locator(".review-widget", has_text="Hunk 1 of 2: +1 −1")
    bar.wait_for()
    window.pictures_in_themes("fix-review")
    assert window.text("add.c") == TWICE
    bar.get_by_role("button", name="Accept Hunk").click()
    second = window.page.locator(".review-widget", has_text="Hunk 2 of 2: +1 −1")
    second.get_by_role("button", name="Accept Hunk").click()
    window.tab("add.c").wait_for()
    window.wait_for_text("return left + right;")
    window.save()
    assert window.text("add.c") == TWICE.replace("operand", "right")
    window.undo()
    window.save()
    assert window.text("add.c") == TWICE


def test_one_hunk_of_a_fix_is_accepted_and_the_other_discarded(
    project: Path, open_window: OpenWindow
) -> None:
    window = open_window(project)
    window.open("add.c")
    window.press("Control+KeyA")
    window.act("Fix what checks find on lines 1 to 41")
    window.page.locator(".review-widget", has_text="Hunk 1 of 2").wait_for()
    # By keys: each decision leads to the next hunk.
    window.press("Alt+Backspace")
    window.wait_for_cursor(40)
    window.picture("fix-half-decided")
    window.press("Alt+Enter")
    window.tab("add.c").wait_for()
    window.save()
    assert window.text("add.c") == TWICE.replace("left - operand", "left - right")


def test_a_fix_that_is_discarded_leaves_everything_as_it_was(
    project: Path, open_window: OpenWindow
) -> None:
    window = open_window(project)
    window.open("add.c")
    window.press("Control+KeyA")
    window.act("Fix what checks find on lines 1 to 41")
    window.page.locator(".review-widget", has_text="Hunk 1 of 2").wait_for()
    window.command("Glossator: Discard All")
    window.page.locator(".review-widget").first.wait_for(state="detached")
    window.tab("add.c").wait_for()
    assert window.page.locator(".tab.dirty").count() == 0
    assert window.text("add.c") == TWICE
