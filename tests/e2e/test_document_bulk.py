"""`glossator document --all` over a tree: at once, in order, begun again, and summed up."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.e2e.command_line import (
    COMMAND,
    PATIENCE_S,
    Ended,
    check_one_sentence,
    glossator,
    started,
)
from tests.e2e.conftest import WriteScript

NAMES = ("alpha", "beta", "gamma")
WORDS = {
    "summary": "Return what was given",
    "parameters": {"a": "what is given"},
    "returns": "the very same value",
}
AGAIN: dict[str, object] = {"json": WORDS, "repeat": True}
USELESS: dict[str, object] = {"text": "no", "repeat": True}


def function(name: str) -> str:
    return f"int {name}(int a)\n{{\n\treturn a;\n}}\n"


def comment(name: str) -> str:
    return (
        f"/**\n * {name}() - Return what was given.\n * @a: What is given.\n *\n"
        " * Return: The very same value.\n */\n"
    )


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    folder = tmp_path / "desk"
    folder.mkdir()
    for file in ("one", "two", "three"):
        text = "\n".join(function(f"{file}_{name}") for name in NAMES)
        (folder / f"{file}.c").write_text(text, "utf-8")
    return folder


def documented(file: str) -> str:
    return "\n".join(comment(f"{file}_{it}") + function(f"{file}_{it}") for it in NAMES)


def symbols(ended: Ended) -> list[str]:
    return [it["symbol"] for it in json.loads(ended.output)["proposals"]]


def test_the_order_of_the_report_is_that_of_the_code_however_answers_come_in(
    desk: Path, script: WriteScript
) -> None:
    slow = {**AGAIN, "when": "one_alpha", "chunk": 20, "delay_s": 0.1}
    script(slow, AGAIN)
    ended = glossator("document", "--all", "--write", "--json", "--jobs", "9", ".", cwd=desk)
    assert ended.status == 0, ended
    assert symbols(ended) == [f"{it}_{name}" for it in ("one", "three", "two") for name in NAMES]
    for file in ("one", "two", "three"):
        assert (desk / f"{file}.c").read_text("utf-8") == documented(file)


@pytest.mark.parametrize("number", ["0", "65", "-1", "many", "9" * 5000])
def test_a_number_of_jobs_that_cannot_be_meant(desk: Path, number: str) -> None:
    ended = glossator("document", "--all", f"--jobs={number}", ".", cwd=desk)
    assert (ended.status, ended.output) == (2, "")
    assert "from 1 to 64" in ended.errors


def test_an_interrupt_keeps_finished_files_and_the_next_run_does_the_rest(
    desk: Path, script: WriteScript
) -> None:
    endless = {"json": WORDS, "when": "two_beta", "chunk": 1, "delay_s": 30, "repeat": True}
    script(endless, AGAIN)
    untouched = (desk / "two.c").read_text("utf-8")
    process = started(["document", "--all", "--write", "--jobs", "2", "."], desk)
    assert process.stdout is not None
    while b"wrote three.c" not in process.stdout.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=PATIENCE_S)
    ended = Ended(process.returncode, output.decode(), errors.decode())
    check_one_sentence(ended, 130, "Cancelled")
    assert (desk / "two.c").read_text("utf-8") == untouched
    assert (desk / "one.c").read_text("utf-8") == documented("one")
    script(AGAIN)
    again = glossator("document", "--all", "--write", "--json", ".", cwd=desk)
    assert symbols(again) == [f"two_{it}" for it in NAMES]
    assert (desk / "two.c").read_text("utf-8") == documented("two")


@pytest.mark.parametrize("lines", [1, 30, 65])
def test_a_kill_at_any_instant_leaves_whole_files_and_a_rerun_completes(
    desk: Path, script: WriteScript, lines: int
) -> None:
    script(AGAIN)
    before = {it.name: it.read_text("utf-8") for it in desk.iterdir()}
    process = started(["document", "--all", "--write", "--jobs", "3", "."], desk)
    assert process.stdout is not None
    for _ in range(lines):
        process.stdout.readline()
    process.kill()
    process.communicate(timeout=PATIENCE_S)
    for name, text in before.items():
        now = (desk / name).read_text("utf-8")
        assert now in (text, documented(name.removesuffix(".c")))
    assert glossator("document", "--all", "--write", ".", cwd=desk).status == 0
    for name in before:
        assert (desk / name).read_text("utf-8") == documented(name.removesuffix(".c"))


def test_what_had_no_usable_words_is_not_asked_for_again_unless_wanted(
    desk: Path, script: WriteScript, own_home: Path
) -> None:
    script({**USELESS, "when": "one_beta"}, AGAIN)
    first = glossator("document", "--all", "--write", ".", cwd=desk)
    assert "skipped one_beta" in first.output
    script(AGAIN)
    again = glossator("document", "--all", "--write", ".", cwd=desk)
    assert "skipped one_beta: an earlier run had no-usable-text" in again.output
    assert again.status == 1
    (journal,) = own_home.rglob("document-skipped.jsonl")
    assert journal.stat().st_mode & 0o777 == 0o600
    assert not re.search("one|beta|return", journal.read_text("utf-8"))
    retried = glossator("document", "--all", "--write", "--retry", ".", cwd=desk)
    assert retried.status == 0
    assert (desk / "one.c").read_text("utf-8") == documented("one")


def test_changed_code_is_asked_for_again(desk: Path, script: WriteScript) -> None:
    script({**USELESS, "when": "one_beta"}, AGAIN)
    glossator("document", "--all", "--write", ".", cwd=desk)
    text = (desk / "one.c").read_text("utf-8")
    begin = text.index("int one_beta")
    (desk / "one.c").write_text(text[:begin] + text[begin:].replace("a;", "a + 1;", 1), "utf-8")
    script(AGAIN)
    ended = glossator("document", "--all", "--write", "--json", ".", cwd=desk)
    assert symbols(ended) == ["one_beta"]


def test_a_file_named_itself_is_tried_again(desk: Path, script: WriteScript) -> None:
    script(USELESS)
    assert glossator("document", "--all", "--write", ".", cwd=desk).status == 1
    script(AGAIN)
    assert glossator("document", "--write", "one.c", cwd=desk).status == 0


@pytest.mark.parametrize("damage", ["folder", "torn", "foreign"])
def test_a_journal_that_cannot_be_used_is_no_trouble(
    desk: Path, script: WriteScript, own_home: Path, damage: str
) -> None:
    script(USELESS)
    glossator("document", "--all", ".", cwd=desk)
    (journal,) = own_home.rglob("document-skipped.jsonl")
    if damage == "folder":
        journal.unlink()
        journal.mkdir()
    elif damage == "torn":
        journal.write_bytes(journal.read_bytes()[:-20])
    else:
        journal.write_bytes(b'\xff\n[]\n{"key": 1, "cause": "none"}\n"x"\n')
    script(AGAIN)
    ended = glossator("document", "--all", "--write", "--json", ".", cwd=desk)
    assert ended.status == 0
    assert ended.errors.count("glossator: ") == 0
    assert len(symbols(ended)) == (1 if damage == "torn" else 9)


def test_the_end_sums_up(desk: Path, script: WriteScript) -> None:
    drifted = comment("one_alpha").replace("@a", "@gone")
    (desk / "one.c").write_text(drifted + (desk / "one.c").read_text("utf-8"), "utf-8")
    (desk / "latin.c").write_bytes(b"/* caf\xe9 */\n")
    script({**USELESS, "when": "two_beta"}, AGAIN)
    ended = glossator("document", "--all", "--write", ".", cwd=desk)
    assert "latin.c" in ended.errors
    table = dict(re.findall(r"^  (\w+) {2,}(.*)$", ended.output, re.MULTILINE))
    assert table["files"] == "4, 3 written, 1 unusable"
    assert (table["documented"], table["updated"]) == ("7", "1")
    assert table["skipped"] == "1 (1 no-usable-text)"
    assert re.fullmatch(r"[\d,]+ \+ [\d,]+", table["tokens"])


def test_a_file_that_changed_meanwhile_does_not_end_the_run(
    desk: Path, script: WriteScript
) -> None:
    script({**AGAIN, "when": "one_gamma", "chunk": 10, "delay_s": 0.1}, AGAIN)
    process = started(["document", "--all", "--write", "."], desk)
    assert process.stdout is not None
    while b"round" not in process.stdout.readline():
        assert process.poll() is None
    newer = "/* a person was here */\n" + (desk / "one.c").read_text("utf-8")
    (desk / "one.c").write_text(newer, "utf-8")
    output, errors = process.communicate(timeout=PATIENCE_S)
    check_one_sentence(
        Ended(process.returncode, output.decode(), errors.decode()), 0, "changed meanwhile"
    )
    assert (desk / "one.c").read_text("utf-8") == newer
    assert (desk / "two.c").read_text("utf-8") == documented("two")


def listed(names: bytes, *words: str, cwd: Path) -> Ended:
    done = subprocess.run(
        [*COMMAND, "document", "--files-from", "-", *words],
        cwd=cwd,
        input=names,
        capture_output=True,
        timeout=PATIENCE_S,
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_a_list_of_files_is_checked(desk: Path) -> None:
    (desk / "sub").mkdir()
    (desk / "odd\nname.c").write_text(function("odd"), "utf-8")
    names = b"one.c\0gone.c\0README\0sub\0odd\nname.c\0one.c\0"
    ended = listed(names, "-0", "--check", cwd=desk)
    assert ended.status == 1
    assert [it.split(":")[0] for it in ended.output.splitlines()] == [
        *["one.c"] * 3,
        "odd\\nname.c",
    ]
    assert "gone.c is in the list but not there" in ended.errors
    assert "2 in the list can have no comments" in ended.errors
    assert "4 findings in 2 files" in ended.errors


def test_a_list_of_lines_is_documented(desk: Path, script: WriteScript) -> None:
    script(AGAIN)
    (desk / "list").write_bytes(b"two.c\r\n\none.c")
    ended = glossator("document", "--write", "--json", "--files-from", "list", cwd=desk)
    assert (ended.status, symbols(ended)[0]) == (0, "two_alpha")
    assert (desk / "one.c").read_text("utf-8") == documented("one")
    assert (desk / "three.c").read_text("utf-8") != documented("three")


def test_an_empty_list_is_nothing_to_do(desk: Path, script: WriteScript) -> None:
    script(AGAIN)
    assert listed(b"", "--check", cwd=desk).status == 0
    assert listed(b"\n", cwd=desk).status == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--files-from", "none"], ["none", "cannot be read"]),
        (["--files-from", "."], ["cannot be read"]),
        (["--files-from", ""], ["cannot be read"]),
        (["--check"], ["--files-from"]),
        (["-0", "one.c"], ["-0", "--files-from"]),
        (["--format", "sarif", "one.c"], ["--check"]),
        (["--output", "x", "one.c"], ["--check or --json"]),
        (["--check", "--output", "none/x", "one.c"], ["none/x", "cannot be written"]),
        (["--check", "--output", ".", "one.c"], ["not a regular file"]),
        (["--check", "--output", "/dev/null", "one.c"], ["not a regular file"]),
    ],
)
def test_options_that_cannot_be_meant(desk: Path, words: list[str], said: list[str]) -> None:
    check_one_sentence(glossator("document", *words, cwd=desk), 2, *said)


def test_a_report_is_written_in_one_step(desk: Path) -> None:
    (desk / "report.json").write_text("old", "utf-8")
    (desk / "report.json").chmod(0o640)
    (desk / "link.json").symlink_to("report.json")
    words = ["--check", "--json", "--output", "link.json", "one.c"]
    ended = glossator("document", *words, cwd=desk)
    assert (ended.status, ended.output) == (1, "")
    assert len(json.loads((desk / "report.json").read_text("utf-8"))["findings"]) == 3
    assert (desk / "report.json").stat().st_mode & 0o777 == 0o640
    assert (desk / "link.json").is_symlink()
    assert not [it for it in desk.iterdir() if it.name.startswith(".")]
