"""A real VS Code documents code that nobody here wrote: one undo step, and nothing but comments."""

from __future__ import annotations

import ast
import json.scanner
import shutil
from pathlib import Path

import pytest

from benchmarks.kernel_tree import kernel_doc_report
from benchmarks.plain_lexer import code_words, compiler_words
from tests.e2e.conftest import OpenWindow, WriteScript

pytestmark = [pytest.mark.vscode, pytest.mark.timeout(180)]

RINGLOG = Path(__file__).parents[2] / "examples/ringlog"
WORDS = {
    "summary": "Let go of what was taken",
    "parameters": {"log": "the log to end", "context": "the decoder", "val": "the value"},
    "returns": "what there is",
}
AGAIN: dict[str, object] = {"json": WORDS, "repeat": True}
# Long enough for a person, or a test, to do something else meanwhile.
ENDLESS: dict[str, object] = {"json": WORDS, "chunk": 1, "delay_s": 60}
COMMENT = "/**\n * ringlog_destroy() - Let go of what was taken.\n * @log: The log to end.\n */\n"
DRIFTED = """/**
 * ringlog_drop() - Drop the oldest record.
 * @old: The log that it was called once.
 */
void ringlog_drop(struct ringlog *log)
{
\tlog->dropped++;
}
"""


@pytest.fixture
def ringlog(tmp_path: Path) -> Path:
    return Path(shutil.copytree(RINGLOG, tmp_path / "ringlog"))


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    (tmp_path / "desk").mkdir()
    return tmp_path / "desk"


def test_a_function_is_documented_by_menu_and_undone_in_one_step(
    ringlog: Path, script: WriteScript, open_window: OpenWindow
) -> None:
    script(AGAIN)
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


@pytest.mark.kernel
def test_a_file_of_the_kernel_passes_the_kernels_own_checker(
    desk: Path, script: WriteScript, open_window: OpenWindow, kernel_tree: Path
) -> None:
    script(AGAIN)
    shutil.copy(kernel_tree / "lib/bcd.c", desk)
    window = open_window(desk)
    window.open("bcd.c")
    before = window.text("bcd.c")
    window.go_to("_bcd2bin(")
    window.act("Document `_bcd2bin`")
    window.wait_for_text("_bcd2bin() - Let go of what was taken.")
    window.save()
    after = window.text("bcd.c")
    assert code_words(after) == code_words(before)
    report = kernel_doc_report(kernel_tree, after)
    assert [it.message for it in report.warnings] == []
    assert "_bcd2bin" in report.described


def test_a_function_of_pythons_own_library_gets_a_docstring(
    desk: Path, script: WriteScript, open_window: OpenWindow
) -> None:
    script(AGAIN)
    shutil.copy(json.scanner.__file__, desk)
    window = open_window(desk)
    window.open("scanner.py")
    before = window.text("scanner.py")
    window.go_to("py_make_scanner(context)")
    window.act("Document `py_make_scanner`")
    window.wait_for_text('    """Let go of what was taken.')
    window.picture("document-python")
    window.save()
    after = window.text("scanner.py")
    tree = ast.parse(after)
    (function,) = [
        it
        for it in ast.walk(tree)
        if isinstance(it, ast.FunctionDef) and it.name == "py_make_scanner"
    ]
    assert "Let go of what was taken." in (ast.get_docstring(function) or "")
    # Without the docstring it is the program that it was.
    del function.body[0]
    assert ast.dump(tree) == ast.dump(ast.parse(before))
    window.undo()
    window.save()
    assert window.text("scanner.py") == before


def test_a_drifted_comment_is_marked_and_its_quick_fix_changes_the_wrong_line_only(
    desk: Path, script: WriteScript, open_window: OpenWindow
) -> None:
    script(AGAIN)
    (desk / "drop.c").write_text(DRIFTED, "utf-8")
    window = open_window(desk)
    window.open("drop.c")
    window.page.locator(".squiggly-warning, .squiggly-info, .squiggly-hint").first.wait_for()
    window.go_to("@old")
    window.picture("drift")
    window.act("Update the comment of `ringlog_drop`")
    window.wait_for_text(" * @log: The log to end.")
    window.save()
    assert window.text("drop.c") == DRIFTED.replace(
        " * @old: The log that it was called once.", " * @log: The log to end."
    )
