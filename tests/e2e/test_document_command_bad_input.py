"""`glossator document` on bad input and in bad times: one sentence, a status, nothing half done."""

from __future__ import annotations

import errno
import functools
import json
import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import missing_part
from tests.e2e.command_line import (
    COMMAND,
    PATIENCE_S,
    Ended,
    check_one_sentence,
    glossator,
    started,
)
from tests.e2e.conftest import WriteScript

FUNCTION = "int first(int a)\n{\n\treturn a;\n}\n"
SECOND = "int second(int a)\n{\n\treturn a;\n}\n"
WORDS = {
    "summary": "Return what was given",
    "parameters": {"a": "what is given"},
    "returns": "the very same value",
}
AGAIN: dict[str, object] = {"json": WORDS, "repeat": True}
SLOW: dict[str, object] = {"json": WORDS, "chunk": 1, "delay_s": 30, "repeat": True}


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    folder = tmp_path / "desk"
    folder.mkdir()
    (folder / "good.c").write_text(FUNCTION + "\n" + SECOND, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("missing.c", ["missing.c", "does not exist"]),
        ("missing.c::first", ["does not exist"]),
        ("missing/", ["missing", "does not exist"]),
        (".", ["is a folder", "--all"]),
        ("good.c::absent", ["good.c", "absent", "check the name"]),
        ("good.c::", ["names no symbol"]),
        ("good.c:5", ["line 5", "name another line"]),
        ("good.c:999999", ["line 999999"]),
        ("good.c:0", ["line 0"]),
        ("notes.txt", ["notes.txt", "name a source file"]),
        ("binary.c", ["binary"]),
        ("latin.c", ["not UTF-8", "line 2"]),
        ("large.c", ["50 MB"]),
        ("pipe.c", ["not a regular file"]),
        ("loop.c", ["loop.c"]),
        ("x" * 300 + ".c", [os.strerror(errno.ENAMETOOLONG)]),
        ("good.c:" + "1" * 5000, [os.strerror(errno.ENAMETOOLONG)]),
        ("", ["empty"]),
    ],
)
def test_a_target_that_cannot_be_meant(
    desk: Path, script: WriteScript, target: str, words: list[str]
) -> None:
    script(AGAIN)
    (desk / "notes.txt").write_text("no code", "utf-8")
    (desk / "binary.c").write_bytes(b"\x7fELF\0\0int first(int a);")
    (desk / "latin.c").write_bytes(b"int a;\n/* caf\xe9 */\n")
    with (desk / "large.c").open("wb") as file:
        file.truncate(50 * 1000 * 1000 + 1)
    os.mkfifo(desk / "pipe.c")
    (desk / "loop.c").symlink_to("loop.c")
    for option in ("--diff", "--write", "--check"):
        if target == "." and option == "--check":
            continue
        ended = glossator("document", option, target, cwd=desk)
        check_one_sentence(ended, 2, *words)
        assert ended.output == ""


def test_a_folder_without_code_has_nothing_to_document(desk: Path, script: WriteScript) -> None:
    script(AGAIN)
    (desk / "empty").mkdir()
    check_one_sentence(
        glossator("document", "--all", "empty", cwd=desk), 2, "no source file in empty"
    )
    assert glossator("document", "--check", "empty", cwd=desk).status == 0


def test_without_a_model_the_status_says_so(desk: Path) -> None:
    ended = glossator("document", "good.c", cwd=desk)
    check_one_sentence(ended, 4, "glossator models fetch")


def test_a_model_that_is_not_there_is_named(desk: Path, script: WriteScript) -> None:
    script({"error": "unavailable", "repeat": True})
    check_one_sentence(glossator("document", "good.c", cwd=desk), 4, "scripted")


def test_a_model_that_fails_now_and_then_costs_only_that_symbol(
    desk: Path, script: WriteScript
) -> None:
    script({"error": "timeout", "when": "first"}, AGAIN)
    ended = glossator("document", "--write", "good.c", cwd=desk)
    assert ended.status == 0, ended
    assert "skipped first" in ended.output
    text = (desk / "good.c").read_text("utf-8")
    assert text.startswith(FUNCTION)
    assert "second() - " in text


def test_a_model_that_the_policy_refuses_is_not_replaced(desk: Path, own_home: Path) -> None:
    config = own_home / "config" / "glossator" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(
        'schema = 1\n[[model]]\nid = "far"\napi = "openai"\norigin = "http://192.0.2.1:80"\n'
        'address = "private"\nmodel = ["x"]\n[roles]\ndocument = ["far"]\n',
        "utf-8",
    )
    ended = glossator("document", "good.c", cwd=desk)
    check_one_sentence(ended, 3, "far", "public data at most", "max_class")


def test_what_was_found_before_the_model_went_away_is_told(desk: Path, script: WriteScript) -> None:
    script({"error": "unavailable", "when": "second"}, AGAIN)
    ended = glossator("document", "--json", "good.c", cwd=desk)
    assert ended.status == 4, ended
    assert [it["symbol"] for it in json.loads(ended.output)["proposals"]] == ["first"]


def test_a_broken_configuration_is_named(desk: Path, own_home: Path, script: WriteScript) -> None:
    script(AGAIN)
    config = own_home / "config" / "glossator" / "config.toml"
    config.write_text("schema = \n", "utf-8")
    check_one_sentence(glossator("document", "good.c", cwd=desk), 2, str(config))


def test_an_unknown_style_is_named(desk: Path, script: WriteScript) -> None:
    script(AGAIN)
    for option in ("--diff", "--check"):
        ended = glossator("document", option, "--style", "runes", "good.c", cwd=desk)
        check_one_sentence(ended, 2, "runes", "kernel-doc")


def test_a_prompt_that_does_not_fit_is_skipped_with_the_reason(
    desk: Path, own_home: Path, script: WriteScript
) -> None:
    script(AGAIN)
    path = own_home / "script.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "context_tokens": 900}), "utf-8")
    members = "".join(f"\tunsigned long member_{number};\n" for number in range(500))
    (desk / "huge.c").write_text(f"struct huge {{\n{members}}};\n", "utf-8")
    ended = glossator("document", "huge.c", cwd=desk)
    assert ended.status == 1, ended
    assert "does not fit the model's context" in ended.output


@pytest.mark.parametrize("mode", ["--diff", "--write"])
def test_an_interrupt_leaves_the_file_as_it_is(desk: Path, script: WriteScript, mode: str) -> None:
    script({"json": WORDS, "when": "first"}, SLOW)
    before = (desk / "good.c").read_bytes()
    process = started(["document", mode, "good.c"], desk)
    assert process.stdout is not None
    # The first symbol is shown as soon as it is done; the second takes for ever.
    while b"round" not in process.stdout.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=PATIENCE_S)
    check_one_sentence(Ended(process.returncode, output.decode(), errors.decode()), 130)
    assert (desk / "good.c").read_bytes() == before
    assert [it.name for it in desk.iterdir()] == ["good.c"]


def test_a_file_that_changes_meanwhile_is_not_overwritten(desk: Path, script: WriteScript) -> None:
    script({"json": WORDS, "when": "first"}, {"json": WORDS, "chunk": 1, "delay_s": 0.02})
    process = started(["document", "--write", "good.c"], desk)
    assert process.stdout is not None
    while b"round" not in process.stdout.readline():
        assert process.poll() is None
    newer = "/* a person was here */\n" + FUNCTION + "\n" + SECOND
    (desk / "good.c").write_text(newer, "utf-8")
    output, errors = process.communicate(timeout=PATIENCE_S)
    ended = Ended(process.returncode, output.decode(), errors.decode())
    check_one_sentence(ended, 2, "changed meanwhile")
    assert (desk / "good.c").read_text("utf-8") == newer


@pytest.mark.parametrize("option", ["--diff", "--json", "--check"])
def test_a_reader_that_has_seen_enough_is_no_error(
    desk: Path, script: WriteScript, option: str
) -> None:
    script(AGAIN)
    process = started(["document", option, "good.c"], desk)
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, errors = process.communicate(timeout=PATIENCE_S)
    # Some findings were reported to nobody, which does not make them fewer.
    assert process.returncode in ({0, 1} if option == "--check" else {0})
    assert [it for it in errors.decode().splitlines() if "findings in" not in it] == []


@pytest.mark.parametrize("option", ["--diff", "--json", "--check"])
def test_output_that_cannot_be_written_is_named(
    desk: Path, script: WriteScript, option: str
) -> None:
    script(AGAIN)
    with Path("/dev/full").open("wb") as full:
        process = subprocess.Popen(
            [*COMMAND, "document", option, "good.c"], cwd=desk, stdout=full, stderr=subprocess.PIPE
        )
        _, errors = process.communicate(timeout=PATIENCE_S)
    said = [it for it in errors.decode().splitlines() if "findings in" not in it]
    assert said == [f"glossator: The output cannot be used: {os.strerror(errno.ENOSPC)}."]
    assert process.returncode == 2


@pytest.mark.parametrize("closed", ["0", "1"])
def test_a_server_without_its_streams_says_so(closed: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}>&-', "sh", *COMMAND, "server"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    ended = Ended(done.returncode, done.stdout.decode(), done.stderr.decode())
    check_one_sentence(ended, 2, "closed", "start the server from an editor")


def run_limited(words: list[str], cwd: Path, largest_file: int) -> Ended:
    limit = functools.partial(
        resource.setrlimit, resource.RLIMIT_FSIZE, (largest_file, largest_file)
    )
    done = subprocess.run(
        [*COMMAND, *words],
        cwd=cwd,
        preexec_fn=limit,
        capture_output=True,
        timeout=PATIENCE_S,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_a_file_that_grows_too_large_is_left_whole(desk: Path, script: WriteScript) -> None:
    script(AGAIN)
    before = (desk / "good.c").read_bytes()
    ended = run_limited(["document", "--write", "good.c"], desk, len(before))
    check_one_sentence(ended, 2, "good.c", "cannot be written")
    assert (desk / "good.c").read_bytes() == before
    assert [it.name for it in desk.iterdir()] == ["good.c"]


def test_a_read_only_file_is_refused(desk: Path, script: WriteScript) -> None:
    script(AGAIN)
    before = (desk / "good.c").read_bytes()
    (desk / "good.c").chmod(0o444)
    ended = glossator("document", "--write", "good.c", cwd=desk)
    check_one_sentence(ended, 2, "read-only", "--diff")
    assert (desk / "good.c").read_bytes() == before
    assert glossator("document", "--diff", "good.c", cwd=desk).status == 0


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of one megabyte; skip where nobody may mount."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tiny", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        missing_part("mounts", "nothing may be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_leaves_the_file_whole(tiny_disk: Path, script: WriteScript) -> None:
    script(AGAIN)
    file = tiny_disk / "good.c"
    file.write_text(FUNCTION, "utf-8")
    fill(tiny_disk / "ballast")
    ended = glossator("document", "--write", "good.c", cwd=tiny_disk)
    check_one_sentence(ended, 2, "cannot be written", os.strerror(errno.ENOSPC))
    assert file.read_text("utf-8") == FUNCTION
    assert sorted(it.name for it in tiny_disk.iterdir()) == ["ballast", "good.c"]


def test_a_read_only_disk_is_refused(tiny_disk: Path, script: WriteScript) -> None:
    script(AGAIN)
    (tiny_disk / "good.c").write_text(FUNCTION, "utf-8")
    subprocess.run(["mount", "-o", "remount,ro", str(tiny_disk)], check=True)
    ended = glossator("document", "--write", "good.c", cwd=tiny_disk)
    check_one_sentence(ended, 2, "read-only")


def fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        # What does not fit any more is not written, and that is no error yet.
        assert file.write(bytes(1 << 21)) < 1 << 21
