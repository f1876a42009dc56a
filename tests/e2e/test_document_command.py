"""`glossator document` from outside: what it prints, writes, and ends with."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command_line import COMMAND, PATIENCE_S, check_one_sentence, glossator
from tests.e2e.conftest import WriteScript

ROOT = Path(__file__).parents[2]
FIRST = "int first(int a)\n{\n\treturn a;\n}\n"
SECOND = "int second(int b)\n{\n\treturn b;\n}\n"
WORDS = {
    "summary": "Return what was given",
    "parameters": {"a": "what is given", "b": "what is given as well"},
    "returns": "the very same value",
}
COMMENT = (
    "/**\n * first() - Return what was given.\n * @a: What is given.\n *\n"
    " * Return: The very same value.\n */\n"
)
AGAIN: dict[str, object] = {"json": WORDS, "repeat": True}


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    folder = tmp_path / "desk"
    folder.mkdir()
    (folder / "two.c").write_text(FIRST + "\n" + SECOND, "utf-8")
    return folder


def test_a_diff_is_printed_and_nothing_written(desk: Path, script: WriteScript) -> None:
    script(AGAIN)
    before = (desk / "two.c").read_bytes()
    for words in (["two.c::first"], ["--diff", "two.c::first"], ["two.c:3"]):
        ended = glossator("document", *words, cwd=desk)
        assert (ended.status, ended.errors) == (0, "")
        assert "+ * first() - Return what was given.\n" in ended.output
        assert "passed only-comments (glossator" in ended.output
        assert "by scripted (this machine, scripted, scripted), 1 round" in ended.output
    assert (desk / "two.c").read_bytes() == before
    assert [it.name for it in desk.iterdir()] == ["two.c"]


def test_a_file_means_all_that_it_lacks(desk: Path, script: WriteScript) -> None:
    script(AGAIN)
    ended = glossator("document", "--write", "two.c", cwd=desk)
    assert ended.status == 0, ended
    assert "wrote two.c: 2 comments" in ended.output
    text = (desk / "two.c").read_text("utf-8")
    assert text.startswith(COMMENT + FIRST)
    assert text.replace(COMMENT, "").count("/**") == 1
    again = glossator("document", "--write", "two.c", cwd=desk)
    assert again.status == 0
    assert "nothing to document" in again.output
    assert (desk / "two.c").read_text("utf-8") == text


@pytest.mark.usefixtures("git")
def test_the_diff_is_one_that_git_applies(desk: Path, script: WriteScript) -> None:
    script(AGAIN)
    report = json.loads(glossator("document", "--json", "two.c::first", cwd=desk).output)
    (desk / "change.diff").write_text(report["proposals"][0]["diff"], "utf-8")
    subprocess.run(["git", "apply", "change.diff"], cwd=desk, check=True)
    assert (desk / "two.c").read_text("utf-8") == COMMENT + FIRST + "\n" + SECOND


@pytest.mark.usefixtures("git")
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_printed_diff_is_one_that_git_applies(
    desk: Path, script: WriteScript, line_end: str
) -> None:
    script(AGAIN)
    text = ("/* page\f \x85 \u2028 end */\n" + FIRST).replace("\n", line_end)
    (desk / "two.c").write_bytes(text.encode())
    ended = glossator("document", "two.c", cwd=desk)
    (desk / "change.diff").write_bytes(ended.output.encode())
    subprocess.run(["git", "apply", "change.diff"], cwd=desk, check=True)
    after = (desk / "two.c").read_bytes().decode()
    assert after == text.replace("int first", COMMENT.replace("\n", line_end) + "int first")


def test_a_terminal_shows_what_it_would_obey(desk: Path, script: WriteScript) -> None:
    script(AGAIN)
    odd = "odd\x1b]0;x\x07.c"
    (desk / odd).write_text("/* \x1b[2J \u202e */\n" + FIRST, "utf-8")
    shown = on_terminal("document", odd, cwd=desk)
    assert "/* \\x1b[2J \\u202e */" in shown
    assert not {"\x07", "\u202e"} & set(shown)
    # The bar is gone from the line before the diff begins in it.
    assert re.search(r"\x1b\[2K\x1b\[31m--- a/", shown)
    ended = glossator("document", "--check", odd, cwd=desk)
    assert ended.output.startswith("odd\\x1b]0;x\\x07.c:2: missing: ")


def on_terminal(*words: str, cwd: Path) -> str:
    """Run a command on a terminal of its own and return what that is sent."""
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as screen:
        process = subprocess.Popen(
            [*COMMAND, *words],
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm"},
        )
        os.close(theirs)
        shown = bytearray()
        # Reading fails once the other end is closed.
        with contextlib.suppress(OSError):
            while piece := screen.read(4096):
                shown += piece
        assert process.wait(PATIENCE_S) == 0, shown
    return shown.decode()


def test_check_lists_what_is_missing_or_drifted(desk: Path) -> None:
    drifted = COMMENT.replace("@a", "@gone") + FIRST
    (desk / "two.c").write_text(drifted + "\n" + SECOND, "utf-8")
    ended = glossator("document", "--check", "two.c", cwd=desk)
    assert ended.status == 1
    lines = ended.output.splitlines()
    assert "two.c:7: stale-parameter: " in ended.output
    assert "two.c:12: missing: function second has no doc comment" in lines
    assert all(re.match(r"two\.c:\d+: [a-z-]+: \S", line) for line in lines)


def test_check_finds_nothing_where_all_is_well(desk: Path) -> None:
    (desk / "two.c").write_text(COMMENT + FIRST, "utf-8")
    ended = glossator("document", "--check", "two.c", cwd=desk)
    assert (ended.status, ended.output) == (0, "")


def test_check_wants_a_comment_where_document_all_would_write_one(desk: Path) -> None:
    # An ordinary comment makes nobody's doc comment missing.
    text = "/* Declared. */\nint put(int a);\n\n/* Begins. */\nint main(void)\n{\n\treturn 0;\n}\n"
    (desk / "two.c").write_text(text, "utf-8")
    ended = glossator("document", "--check", "two.c", cwd=desk)
    assert (ended.status, ended.output) == (0, "")
    ended = glossator("document", "--check", "two.c::put", cwd=desk)
    assert ended.output == "two.c:2: missing: prototype put has no doc comment\n"


def test_check_in_json_has_the_documented_fields(desk: Path) -> None:
    ended = glossator("document", "--check", "--json", desk)
    report = json.loads(ended.output)
    assert ended.status == 1
    assert report["schema"] == 1
    fields = ["path", "line", "column", "end_column", "severity"]
    fields += ["symbol", "kind", "rule", "message"]
    assert [list(it) for it in report["findings"]] == [fields, fields]
    assert report["findings"][0]["path"] == str(desk / "two.c")


def test_json_is_exactly_what_the_reference_shows(desk: Path, script: WriteScript) -> None:
    script({"json": WORDS, "when": "first", "repeat": True}, {"text": "no", "repeat": True})
    ended = glossator("document", "--json", "two.c", cwd=desk)
    assert ended.status == 0, ended
    page = (ROOT / "docs/reference/command-line.md").read_text("utf-8")
    match = re.search(r"```json\n(.*?)```", page, re.DOTALL)
    assert match is not None
    report = json.loads(ended.output)
    assert shape(report) == shape(json.loads(match[1]))
    (proposal,) = report["proposals"]
    (edit,) = proposal["edits"]
    assert edit["start"] == edit["end"] == {"line": 1, "column": 1}
    assert edit["new_text"] == COMMENT
    assert (report["skipped"][0]["symbol"], report["skipped"][0]["cause"]) == (
        "second",
        "no-usable-text",
    )


def shape(value: Any) -> Any:  # noqa: ANN401 -- whatever JSON holds
    """Return the names and kinds of values; of a list, the shape of its first item."""
    if isinstance(value, dict):
        return {name: shape(it) for name, it in value.items()}
    if isinstance(value, list):
        return [shape(it) for it in value[:1]]
    return "number" if isinstance(value, int | float) else type(value).__name__


def test_a_folder_is_documented_with_all(desk: Path, script: WriteScript) -> None:
    script(AGAIN)
    (desk / "below").mkdir()
    (desk / "below" / "more.h").write_text("struct box {\n\tint a;\n};\n", "utf-8")
    (desk / ".hidden").mkdir()
    (desk / ".hidden" / "not.c").write_text(FIRST, "utf-8")
    (desk / "notes.txt").write_text("int no(int a) { }\n", "utf-8")
    ended = glossator("document", "--all", "--write", ".", cwd=desk)
    assert ended.status == 0, ended
    assert "3 documented, 0 skipped" in ended.output
    assert "struct box - Return" in (desk / "below" / "more.h").read_text("utf-8")
    assert (desk / ".hidden" / "not.c").read_text("utf-8") == FIRST


def test_what_others_wrote_is_left_out_of_a_folder_and_told(
    desk: Path, script: WriteScript
) -> None:
    script(AGAIN)
    for name in ("vendor", "ignored"):
        (desk / name).mkdir()
        (desk / name / "not.c").write_text(FIRST, "utf-8")
    (desk / ".glossatorignore").write_text("ignored/\n", "utf-8")
    ended = glossator("document", "--all", "--write", ".", cwd=desk)
    assert ended.status == 0, ended
    assert "1 generated or vendored files in . are left out" in ended.errors
    assert (desk / "vendor" / "not.c").read_text("utf-8") == FIRST
    assert (desk / "ignored" / "not.c").read_text("utf-8") == FIRST
    assert glossator("document", "--all", "--write", "vendor", cwd=desk).status == 0
    assert (desk / "vendor" / "not.c").read_text("utf-8") == COMMENT + FIRST


def test_one_unreadable_file_does_not_end_a_run_over_a_folder(
    desk: Path, script: WriteScript
) -> None:
    script(AGAIN)
    (desk / "aaa.c").write_bytes(b"int caf\xe9(int a);\n")
    (desk / "zzz.c").write_text(FIRST, "utf-8")
    ended = glossator("document", "--all", "--write", ".", cwd=desk)
    check_one_sentence(ended, 0, "aaa.c", "not UTF-8")
    assert (desk / "zzz.c").read_text("utf-8") == COMMENT + FIRST


def test_what_fails_its_checks_is_not_written(desk: Path, script: WriteScript) -> None:
    script({"text": "nothing that helps", "repeat": True})
    before = (desk / "two.c").read_bytes()
    ended = glossator("document", "--write", "two.c", cwd=desk)
    assert ended.status == 1
    assert "skipped first: " in ended.output
    assert (desk / "two.c").read_bytes() == before


def test_what_is_documented_already_is_no_failure(desk: Path, script: WriteScript) -> None:
    script()
    (desk / "two.c").write_text(COMMENT + FIRST, "utf-8")
    ended = glossator("document", "two.c::first", cwd=desk)
    assert ended.status == 0
    assert "agrees with its declaration" in ended.output


def test_line_ends_and_the_missing_last_one_are_kept(desk: Path, script: WriteScript) -> None:
    script(AGAIN)
    text = ("\ufeff/* é😀 */\n" + FIRST).replace("\n", "\r\n").removesuffix("\r\n")
    (desk / "dos.c").write_bytes(text.encode())
    assert glossator("document", "--write", "dos.c", cwd=desk).status == 0
    after = (desk / "dos.c").read_bytes().decode()
    assert after == text.replace("int first", COMMENT.replace("\n", "\r\n") + "int first")


def test_a_link_and_the_mode_of_a_file_are_kept(desk: Path, script: WriteScript) -> None:
    script(AGAIN)
    (desk / "two.c").chmod(0o750)
    (desk / "link.c").symlink_to("two.c")
    assert glossator("document", "--write", "link.c::first", cwd=desk).status == 0
    assert (desk / "link.c").is_symlink()
    assert (desk / "two.c").read_text("utf-8").startswith(COMMENT)
    assert (desk / "two.c").stat().st_mode & 0o777 == 0o750
    assert sorted(it.name for it in desk.iterdir()) == ["link.c", "two.c"]


def test_a_name_with_colons_and_spaces_is_a_file_first(desk: Path, script: WriteScript) -> None:
    script(AGAIN)
    odd = desk / "a file:12.c"
    odd.write_text(FIRST, "utf-8")
    assert glossator("document", "--write", odd).status == 0
    assert odd.read_text("utf-8") == COMMENT + FIRST


def test_the_last_write_and_the_checks_do_not_mix(desk: Path) -> None:
    ended = glossator("document", "--write", "--check", "two.c", cwd=desk)
    assert ended.status == 2
    assert "not allowed with" in ended.errors


def test_a_file_that_could_not_be_checked_is_no_clean_bill(desk: Path) -> None:
    folder = desk / "tree"
    folder.mkdir()
    (folder / "fine.c").write_text(COMMENT + FIRST, "utf-8")
    assert glossator("document", "--check", "tree", cwd=desk).status == 0
    (folder / "latin.c").write_bytes(b"/* caf\xe9 */\n")
    ended = glossator("document", "--check", "tree", cwd=desk)
    assert ended.status == 1
    assert "latin.c is not UTF-8" in ended.errors
