"""A real VS Code documents C and Python: by menu, one undo step, nothing but comments changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks.plain_lexer import code_words, compiler_words
from tests.e2e.conftest import OpenWindow, WriteScript

pytestmark = [pytest.mark.vscode, pytest.mark.timeout(180)]

RINGLOG = Path(__file__).parents[2] / "examples/ringlog"
WORDS = {
    "summary": "Let go of a log and all of its records",
    "parameters": {"log": "the log to end"},
}
COMMENT = (
    "/**\n * ringlog_destroy() - Let go of a log and all of its records.\n"
    " * @log: The log to end.\n */\n"
)


@pytest.fixture
def ringlog(tmp_path: Path) -> Path:
    return Path(shutil.copytree(RINGLOG, tmp_path / "ringlog"))


def test_a_function_is_documented_by_menu_and_undone_in_one_step(
    ringlog: Path, script: WriteScript, open_window: OpenWindow
) -> None:
    script({"json": WORDS})
    before = (ringlog / "ringlog.c").read_text("utf-8")
    window = open_window(ringlog)
    window.open("ringlog.c")
    window.go_to("ringlog_destroy(struct")
    window.act("Document `ringlog_destroy`")
    window.wait_for_text(COMMENT)
    window.picture("document-c")
    window.save()
    after = window.text("ringlog.c")
    assert after == before.replace("void ringlog_destroy", f"{COMMENT}void ringlog_destroy")
    assert code_words(after) == code_words(before)
    assert compiler_words(after) == compiler_words(before)
    window.undo()
    window.save()
    assert window.text("ringlog.c") == before
    assert window.messages() == []
