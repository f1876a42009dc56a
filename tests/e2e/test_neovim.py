"""A real headless Neovim documents C: plain LSP is enough, and nothing but comments changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks.kernel_tree import kernel_doc_report
from benchmarks.plain_lexer import code_words, compiler_words
from tests.e2e.conftest import WriteScript
from tests.e2e.neovim import run_in_neovim

pytestmark = [pytest.mark.neovim, pytest.mark.timeout(300)]

RINGLOG = Path(__file__).parents[2] / "examples/ringlog"
FUNCTION = "int add(int a, int b)\n{\n\treturn a + b;\n}\n"
OTHER = "int other(int a)\n{\n\treturn a;\n}\n"
WORDS = {
    "summary": "Add two numbers",
    "parameters": {
        "a": "the one",
        "b": "the other",
        "val": "the value",
        "t": "the head",
        "p": "the link before",
        "n": "the link behind",
    },
    "returns": "what they make",
}
COMMENT = (
    "/**\n * add() - Add two numbers.\n * @a: The one.\n * @b: The other.\n *\n"
    " * Return: What they make.\n */\n"
)
AGAIN: dict[str, object] = {"json": WORDS, "repeat": True}
# Long enough for a person, or a test, to do something else meanwhile.
SLOW: dict[str, object] = {"json": WORDS, "chunk": 10, "delay_s": 0.1}
ENDLESS: dict[str, object] = {"json": WORDS, "chunk": 1, "delay_s": 60}

DOCUMENT_AND_SAVE = """
    nvim.open(server, path)
    nvim.document("{name}")
    nvim.wait_for_change()
    nvim.wait_for_progress("end", "code unchanged")
    vim.cmd.write()
    return {{ modified = vim.bo.modified, clients = #vim.lsp.get_clients() }}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    folder = tmp_path / "desk"
    folder.mkdir()
    return folder


def check_only_comments(before: str, after: str) -> None:
    assert after != before
    assert code_words(after) == code_words(before)
    assert compiler_words(after) == compiler_words(before)


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode("utf-8"))
    return path


def read(path: Path) -> str:
    # Bytes, so that line ends are seen as they are.
    return path.read_bytes().decode("utf-8")


@pytest.mark.kernel
@pytest.mark.parametrize(
    ("source", "name"), [("lib/bcd.c", "_bcd2bin"), ("lib/plist.c", "plist_check_prev_next")]
)
def test_real_kernel_code_passes_the_kernels_own_checker(
    source: str, name: str, desk: Path, script: WriteScript, nvim: str, kernel_tree: Path
) -> None:
    script(AGAIN)
    path = desk / Path(source).name
    shutil.copy(kernel_tree / source, path)
    before = read(path)
    run_in_neovim(nvim, path, DOCUMENT_AND_SAVE.format(name=name))
    after = read(path)
    check_only_comments(before, after)
    assert f" * {name}() - Add two numbers." in after
    known = [it.message for it in kernel_doc_report(kernel_tree, before).warnings]
    report = kernel_doc_report(kernel_tree, after)
    assert [it for it in report.warnings if it.message not in known] == []
    assert name in report.described


def test_a_project_is_documented_and_saved(desk: Path, script: WriteScript, nvim: str) -> None:
    words = {
        "summary": "Let go of a log and all of its records",
        "parameters": {"log": "the log to end"},
    }
    script({"json": words})
    folder = desk / "ringlog"
    shutil.copytree(RINGLOG, folder)
    path = folder / "ringlog.c"
    before = read(path)
    told = run_in_neovim(
        nvim, path, DOCUMENT_AND_SAVE.format(name='ringlog_destroy", "void ringlog_destroy(')
    )
    after = read(path)
    comment = (
        "/**\n * ringlog_destroy() - Let go of a log and all of its records.\n"
        " * @log: The log to end.\n */\n"
    )
    assert after == before.replace("void ringlog_destroy", f"{comment}void ringlog_destroy")
    assert told.result == {"modified": False, "clients": 1}
    assert told.messages == []
    assert [it["kind"] for it in told.progress][:1] == ["begin"]
    assert told.progress[-1]["kind"] == "end"


def test_undo_is_one_step(desk: Path, script: WriteScript, nvim: str) -> None:
    script(AGAIN)
    path = write(desk / "sum.c", FUNCTION)
    told = run_in_neovim(
        nvim,
        path,
        """
    nvim.open(server, path)
    local before = nvim.text()
    nvim.document("add")
    nvim.wait_for_change()
    local documented = nvim.text()
    nvim.wait_for_progress("end")
    vim.cmd.undo()
    local undone = nvim.text()
    vim.cmd.redo()
    return { before = before, documented = documented, undone = undone, redone = nvim.text() }
    """,
    )
    assert told.result["before"] == told.result["undone"] == FUNCTION.rstrip("\n")
    assert told.result["documented"] == told.result["redone"] == (COMMENT + FUNCTION).rstrip("\n")


def test_cancelling_leaves_the_text_and_the_server_goes_on(
    desk: Path, script: WriteScript, nvim: str
) -> None:
    script(ENDLESS, AGAIN)
    path = write(desk / "sum.c", FUNCTION)
    told = run_in_neovim(
        nvim,
        path,
        """
    nvim.open(server, path)
    nvim.document("add")
    nvim.wait_for_progress("report", "writes")
    nvim.client():exec_cmd({ title = "Cancel", command = "glossator.cancel" })
    nvim.wait_for_progress("end", "cancelled")
    local cancelled = nvim.text()
    -- Each run has a model of its own, and this script's first reply is without end.
    nvim.document("add")
    nvim.wait_for_progress("report", "writes")
    nvim.client():exec_cmd({ title = "Cancel", command = "glossator.cancel" })
    vim.wait(100)
    return { cancelled = cancelled, last = nvim.text() }
    """,
    )
    assert told.result == {"cancelled": FUNCTION.rstrip("\n"), "last": FUNCTION.rstrip("\n")}
    assert told.messages == []


TYPE_MEANWHILE = """
    nvim.open(server, path)
    nvim.document("add")
    nvim.wait_for_progress("report", "writes")
    {typed}
    nvim.wait_for_progress("end")
    vim.cmd.write()
    return true
"""


def test_the_comment_finds_its_place_after_edits_elsewhere(
    desk: Path, script: WriteScript, nvim: str
) -> None:
    script(SLOW)
    path = write(desk / "sum.c", OTHER + "\n" + FUNCTION)
    typed = 'vim.api.nvim_buf_set_lines(0, 0, 0, false, { "#include <errno.h>", "" })'
    told = run_in_neovim(nvim, path, TYPE_MEANWHILE.format(typed=typed))
    assert read(path) == "#include <errno.h>\n\n" + OTHER + "\n" + COMMENT + FUNCTION
    assert told.messages == []


def test_the_comment_is_dropped_where_its_function_was_edited(
    desk: Path, script: WriteScript, nvim: str
) -> None:
    script(SLOW)
    path = write(desk / "sum.c", OTHER + "\n" + FUNCTION)
    typed = 'nvim.go_to("a + b"); vim.cmd.normal({ "cwa - c", bang = true })'
    told = run_in_neovim(nvim, path, TYPE_MEANWHILE.format(typed=typed))
    assert "/**" not in read(path)
    assert "a - c" in read(path)
    (message,) = told.messages
    assert "add changed while its comment was written" in message
    assert told.progress[-1]["message"] == "nothing was changed"


@pytest.mark.parametrize(
    "before",
    [
        FUNCTION.replace("\n", "\r\n"),
        '/* 😀 𝒳 é */\n\tstatic const char *s = "😀";\t/* 😀 */\n\n' + FUNCTION,
        "static\t/* 😀 */ /* 𝒳 */\t" + FUNCTION,
        "\f\n/* \u2028 \u0085 */\n" + FUNCTION,
        "// no newline at the end: 😀\n" + FUNCTION.rstrip("\n"),
        '#define X "\t😀\t"\n\n' + FUNCTION,
    ],
)
def test_positions_are_right_in_odd_files(
    before: str, desk: Path, script: WriteScript, nvim: str
) -> None:
    script(AGAIN)
    path = write(desk / "odd.c", before)
    scenario = "vim.o.fixendofline = false\n" + DOCUMENT_AND_SAVE.format(name="add")
    run_in_neovim(nvim, path, scenario)
    first_line = next(it for it in before.splitlines() if "int add" in it)
    end = "\r\n" if "\r\n" in before else "\n"
    assert read(path) == before.replace(first_line, COMMENT.replace("\n", end) + first_line)


def test_a_declaration_behind_a_comment_on_its_line_is_left_alone(
    desk: Path, script: WriteScript, nvim: str
) -> None:
    # Accepted for now: the comment would stand between the two, where nobody looks for it.
    script(AGAIN)
    path = write(desk / "odd.c", "/* 😀 */\t" + FUNCTION)
    told = run_in_neovim(
        nvim,
        path,
        """
    nvim.open(server, path)
    nvim.document("add")
    nvim.wait_for_progress("end")
    return nvim.text()
    """,
    )
    assert told.result == ("/* 😀 */\t" + FUNCTION).rstrip("\n")
    (message,) = told.messages
    assert "would not stand where add" in message


def test_every_symbol_of_a_file_is_documented(desk: Path, script: WriteScript, nvim: str) -> None:
    script(AGAIN)
    path = write(desk / "sum.c", OTHER + "\n" + FUNCTION)
    told = run_in_neovim(
        nvim,
        path,
        """
    nvim.open(server, path)
    nvim.go_to("add(")
    nvim.act("Document all undocumented in this file")
    nvim.wait_for_progress("end")
    vim.cmd.write()
    -- Neovim joins edits between two keys of a person to one step; nobody types here.
    while vim.fn.undotree().seq_cur > 0 do
      vim.cmd.undo()
    end
    return nvim.text()
    """,
    )
    assert " * other() - " in read(path)
    assert read(path).endswith("\n" + COMMENT + FUNCTION)
    assert told.result == (OTHER + "\n" + FUNCTION).rstrip("\n")


def test_a_hover_shows_facts_and_evidence(desk: Path, script: WriteScript, nvim: str) -> None:
    script(AGAIN)
    path = write(desk / "sum.c", FUNCTION)
    told = run_in_neovim(
        nvim,
        path,
        """
    nvim.open(server, path)
    local function hover()
      nvim.go_to("add(int")
      local params = vim.lsp.util.make_position_params(0, nvim.client().offset_encoding)
      return nvim.client():request_sync("textDocument/hover", params, 60000).result.contents.value
    end
    local before = hover()
    nvim.document("add")
    nvim.wait_for_change()
    nvim.wait_for_progress("end")
    return { before = before, after = hover() }
    """,
    )
    assert "no doc comment" in told.result["before"]
    assert "agrees with the declaration" in told.result["after"]
    assert "checked: kernel-doc ok, code unchanged" in told.result["after"]


def test_leaving_neovim_ends_the_server(desk: Path, script: WriteScript, nvim: str) -> None:
    script(AGAIN)
    path = write(desk / "sum.c", FUNCTION)
    told = run_in_neovim(
        nvim,
        path,
        """
    nvim.open(server, path)
    nvim.client():stop()
    nvim.wait("the end", function() return nvim.exit_status end)
    return nvim.exit_status
    """,
    )
    assert told.result == 0


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


def test_drift_is_shown_and_its_quick_fix_is_one_step(
    desk: Path, script: WriteScript, nvim: str
) -> None:
    # No model is asked.
    script()
    path = write(desk / "join.py", DRIFTED)
    told = run_in_neovim(
        nvim,
        path,
        """
        nvim.open(server, path)
        nvim.wait("drift", function() return #vim.diagnostic.get(0) > 0 end)
        local shown = vim.diagnostic.get(0)[1]
        vim.api.nvim_win_set_cursor(0, { shown.lnum + 1, shown.col })
        vim.lsp.buf.code_action({
          apply = true,
          context = { only = { "quickfix" } },
          filter = function(action) return action.title == "Update the comment of `join`" end,
        })
        nvim.wait_for_change()
        local mended = nvim.text()
        nvim.wait("no drift", function() return #vim.diagnostic.get(0) == 0 end)
        vim.cmd.undo()
        return { message = shown.message, line = shown.lnum, mended = mended, undone = nvim.text() }
        """,
    )
    lines = DRIFTED.rstrip("\n").split("\n")
    assert told.result == {
        "message": "middle is described, but join has no such parameter.",
        "line": 5,
        "mended": "\n".join(lines[:5] + lines[6:]),
        "undone": "\n".join(lines),
    }
    assert told.messages == []
