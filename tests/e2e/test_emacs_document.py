"""A real Emacs documents code with eglot, set up as the how-to says, by the keys of a person."""

from __future__ import annotations

import colorsys
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.kernel_tree import kernel_doc_report
from benchmarks.plain_lexer import code_words, compiler_words
from tests.e2e.conftest import WriteScript
from tests.e2e.emacs import Emacs, running_emacs

pytestmark = [pytest.mark.emacs, pytest.mark.timeout(300)]

FUNCTION = "int add(int a, int b)\n{\n\treturn a + b;\n}\n"
OTHER = "int other(int a)\n{\n\treturn a;\n}\n"
WORDS = {
    "summary": "Add two numbers",
    "parameters": {"a": "the one", "b": "the other", "val": "the value", "r": "red", "g": "green"},
    "returns": "what they make",
}
COMMENT = (
    "/**\n * add() - Add two numbers.\n * @a: The one.\n * @b: The other.\n *\n"
    " * Return: What they make.\n */\n"
)
AGAIN: dict[str, object] = {"json": WORDS, "repeat": True}
# Long enough for a person, or a test, to do something else meanwhile.
SLOW: dict[str, object] = {"json": WORDS, "chunk": 10, "delay_s": 0.3}
ENDLESS: dict[str, object] = {"json": WORDS, "chunk": 1, "delay_s": 60}
DRIFTED = '''\
def join(left, right):
    """Join two things.

    Args:
        left: The one on the left.
        middle: What was in between.
        right: The one on the right.
    """
    print(left, right)
'''


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    folder = tmp_path / "desk"
    folder.mkdir()
    return folder


@pytest.fixture
def editor(desk: Path, script: WriteScript, emacs: str) -> Iterator[Emacs]:
    script(AGAIN)
    with running_emacs(emacs, desk) as running:
        yield running


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode("utf-8"))
    return path


def read(path: Path) -> str:
    # Bytes, so that line ends are seen as they are.
    return path.read_bytes().decode("utf-8")


def document(editor: Emacs, path: Path, name: str) -> None:
    """Open a file and ask for a comment of what `name` declares."""
    editor.open(path)
    editor.go_to(f"{name}(")
    editor.act(f"Document `{name}`")


def save(editor: Emacs) -> None:
    editor.press("C-x C-s")
    editor.wait("the file to be saved", "(and (not (buffer-modified-p)) t)")


@pytest.mark.kernel
def test_real_kernel_code_passes_the_kernels_own_checker(
    desk: Path, editor: Emacs, kernel_tree: Path
) -> None:
    path = desk / "bcd.c"
    shutil.copy(kernel_tree / "lib/bcd.c", path)
    before = read(path)
    document(editor, path, "_bcd2bin")
    editor.said("code unchanged")
    save(editor)
    after = read(path)
    assert " * _bcd2bin() - Add two numbers." in after
    assert code_words(after) == code_words(before)
    assert compiler_words(after) == compiler_words(before)
    report = kernel_doc_report(kernel_tree, after)
    assert list(report.warnings) == []
    assert "_bcd2bin" in report.described


def test_pythons_own_code_gets_a_docstring(desk: Path, editor: Emacs) -> None:
    path = desk / "colorsys.py"
    shutil.copy(colorsys.__file__, path)
    before = read(path)
    document(editor, path, "rgb_to_yiq")
    editor.said("code unchanged")
    save(editor)
    head, docstring, rest = read(path).partition('    """Add two numbers.\n')
    assert docstring
    assert before == head + rest.partition('    """\n')[2]


def test_a_comment_is_one_step_and_the_hover_tells_of_it(desk: Path, editor: Emacs) -> None:
    path = write(desk / "sum.c", FUNCTION)
    editor.open(path)
    editor.go_to("add(")
    assert editor.menu() == [
        "Document `add`",
        "Add error handling to `add`",
        "Write a test for `add`",
        "Add a parameter to `add`...",
        "Document all undocumented in this file",
        "Review `add`",
        "Explain `add`",
        "Fix what checks find on line 1",
    ]
    assert "no doc comment" in editor.hover()
    editor.act("Document `add`")
    editor.said("code unchanged")
    assert editor.text() == COMMENT + FUNCTION
    editor.go_to("add(int")
    assert "checked: kernel-doc ok, code unchanged" in editor.hover()
    editor.undo()
    assert editor.text() == FUNCTION


@pytest.mark.parametrize(
    "before",
    [
        FUNCTION.replace("\n", "\r\n"),
        '/* 😀 𝒳 é */\n\tstatic const char *s = "😀";\t/* 😀 */\n\n' + FUNCTION,
        "static\t/* 😀 */ /* 𝒳 */\t" + FUNCTION,
        "// no newline at the end: 😀\n" + FUNCTION.rstrip("\n"),
    ],
)
def test_positions_are_right_in_odd_files(before: str, desk: Path, editor: Emacs) -> None:
    path = write(desk / "odd.c", before)
    editor.open(path)
    editor.look("(setq-local require-final-newline nil)")
    editor.go_to("add(")
    editor.act("Document `add`")
    editor.said("code unchanged")
    save(editor)
    first_line = next(it for it in before.splitlines() if "int add" in it)
    end = "\r\n" if "\r\n" in before else "\n"
    assert read(path) == before.replace(first_line, COMMENT.replace("\n", end) + first_line)


def test_every_symbol_of_a_file_is_documented(desk: Path, editor: Emacs) -> None:
    editor.open(write(desk / "sum.c", OTHER + "\n" + FUNCTION))
    editor.go_to("add(")
    editor.act("Document all undocumented in this file")
    text = editor.wait_for_text(COMMENT + FUNCTION)
    assert " * other() - " in text


def test_cancelling_leaves_the_text_and_the_server_goes_on(
    desk: Path, script: WriteScript, editor: Emacs
) -> None:
    script(ENDLESS)
    document(editor, write(desk / "sum.c", FUNCTION), "add")
    editor.said("writes")
    editor.press("C-c g c")
    editor.said("cancelled")
    assert editor.text() == FUNCTION
    assert "Document `add`" in editor.menu()


def test_the_comment_finds_its_place_after_edits_elsewhere(
    desk: Path, script: WriteScript, editor: Emacs
) -> None:
    script(SLOW)
    document(editor, write(desk / "sum.c", OTHER + "\n" + FUNCTION), "add")
    editor.said("writes")
    editor.go_to("int other")
    editor.type("#include <errno.h>\n\n")
    text = editor.wait_for_text("@b: The other.")
    assert text == "#include <errno.h>\n\n" + OTHER + "\n" + COMMENT + FUNCTION


def test_the_comment_is_dropped_where_its_function_was_edited(
    desk: Path, script: WriteScript, editor: Emacs
) -> None:
    script(SLOW)
    document(editor, write(desk / "sum.c", FUNCTION), "add")
    editor.said("writes")
    editor.go_to("a + b")
    editor.type("c - ")
    editor.said("add changed while its comment was written")
    assert editor.text() == FUNCTION.replace("a + b", "c - a + b")


def test_a_killed_server_comes_back(desk: Path, editor: Emacs) -> None:
    editor.open(write(desk / "sum.c", FUNCTION))
    editor.go_to("add(")
    pid = "(process-id (jsonrpc--process (eglot-current-server)))"
    first = editor.look(pid)
    os.kill(first, signal.SIGKILL)
    editor.said("Server exited")
    editor.command("eglot")
    editor.wait("another server", f"(and (eglot-current-server) (/= {first} {pid}))")
    editor.act("Document `add`")
    assert editor.wait_for_text("/**") == COMMENT + FUNCTION


def test_drift_is_shown_and_its_quick_fix_is_one_step(desk: Path, editor: Emacs) -> None:
    editor.open(write(desk / "join.py", DRIFTED))
    (shown,) = editor.wait(
        "drift", "(let ((found (drive-diagnostics))) (and (> (length found) 0) found))"
    )
    assert shown["line"] == 6
    assert "middle is described, but join has no such parameter." in shown["text"]
    editor.go_to("middle")
    editor.act("Update the comment of `join`")
    lines = DRIFTED.split("\n")
    editor.wait("no drift", "(and (= 0 (length (drive-diagnostics))) t)")
    assert editor.text() == "\n".join(lines[:5] + lines[6:])
    editor.undo()
    assert editor.text() == DRIFTED


def test_who_pastes_only_the_first_lines_has_it_all_but_progress(
    desk: Path, script: WriteScript, emacs: str
) -> None:
    script(AGAIN)
    with running_emacs(emacs, desk, blocks=1) as editor:
        editor.open(write(desk / "sum.c", FUNCTION))
        editor.go_to("add(")
        editor.command("eglot-code-actions")
        editor.answer("Document `add`")
        assert editor.wait_for_text("/**") == COMMENT + FUNCTION
        assert not any("Glossator:" in it for it in editor.messages())
