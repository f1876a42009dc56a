"""Own the proof that every line is there before its action, and that a change of the log shows."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from glossator_gate.audit import AuditLog, lines
from glossator_gate.audit_check import verify
from glossator_gate.errors import AuditError, PolicyError

FIELDS = {"gen_ai.operation.name": "chat", "server.port": 443, "glossator.bytes": 12}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "audit"


def filled(folder: Path, count: int = 6) -> Path:
    log = AuditLog(folder)
    for number in range(count):
        log.record("egress", {**FIELDS, "glossator.bytes": number})
    return next(folder.glob("*.jsonl"))


def test_a_line_says_when_what_and_after_which_line(folder: Path) -> None:
    assert [AuditLog(folder).record("egress", FIELDS) for _ in range(3)] == [1, 2, 3]
    found = [line for _, _, _, line in lines(folder)]
    assert [it["n"] for it in found if it is not None] == [1, 2, 3]
    assert found[0] is not None
    assert found[0]["prev"] == "0" * 64
    assert found[0]["kind"] == "egress"
    assert found[0]["server.port"] == 443
    assert found[0]["pid"] == os.getpid()
    assert found[0]["time"].endswith("Z")
    assert verify(folder).is_whole


def test_nobody_else_can_read_it(folder: Path) -> None:
    file = filled(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(it.stat().st_mode) for it in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def _changed(raw: list[bytes]) -> list[bytes]:
    return [*raw[:2], raw[2].replace(b'"glossator.bytes":2', b'"glossator.bytes":9'), *raw[3:]]


@pytest.mark.parametrize(
    ("forged", "place"),
    [
        (_changed, 4),
        (lambda raw: [*raw[:2], *raw[3:]], 3),
        (lambda raw: [*raw[:2], raw[3], raw[2], *raw[4:]], 3),
        (lambda raw: [*raw[:3], raw[2], *raw[3:]], 4),
        (lambda raw: raw[1:], 1),
        (lambda raw: raw[:-1], None),
        (lambda raw: [*raw[:-1], raw[-1].replace(b'"chat"', b'"talk"')], None),
        (lambda _raw: [], None),
        (lambda raw: [*raw[:2], b"garbage", *raw[3:]], 4),
        (lambda raw: [*raw[:2], b"[]", *raw[3:]], 4),
    ],
)
def test_what_was_changed_taken_out_or_put_in_is_found(
    folder: Path, forged: Callable[[list[bytes]], list[bytes]], place: int | None
) -> None:
    file = filled(folder)
    before = file.read_bytes().splitlines()
    after = forged(before)
    assert after != before
    file.write_bytes(b"".join(it + b"\n" for it in after))
    verdict = verify(folder)
    assert not verdict.is_whole
    assert verdict.flaws[0].line == place


def test_an_end_that_was_cut_off_is_found_later_too(folder: Path) -> None:
    file = filled(folder)
    file.write_bytes(b"".join(it + b"\n" for it in file.read_bytes().splitlines()[:-2]))
    AuditLog(folder).record("egress", FIELDS)
    verdict = verify(folder)
    assert [it.line for it in verdict.flaws] == [5]


def test_a_head_that_is_gone_is_told_and_the_log_goes_on(folder: Path) -> None:
    filled(folder)
    (folder / "head").unlink()
    assert not verify(folder).is_whole
    assert AuditLog(folder).record("egress", FIELDS) == 7
    assert verify(folder).is_whole


def test_a_day_goes_on_where_the_last_one_ended(folder: Path) -> None:
    file = filled(folder)
    file.rename(folder / "2020-01-01.jsonl")
    head = json.loads((folder / "head").read_text())
    (folder / "head").write_text(json.dumps({**head, "file": "2020-01-01.jsonl"}))
    assert AuditLog(folder).record("egress", FIELDS) == 7
    assert len(list(folder.glob("*.jsonl"))) == 2
    verdict = verify(folder)
    assert (verdict.lines, verdict.files, verdict.is_whole) == (7, 2, True)
    (folder / "2020-01-01.jsonl").unlink()
    assert not verify(folder).is_whole


@pytest.mark.parametrize("torn", [b'{"n":7,"ti', b"\xff\xfe", b'{"n":7}'])
def test_a_line_that_a_kill_left_unfinished_is_no_forgery(folder: Path, torn: bytes) -> None:
    file = filled(folder)
    with file.open("ab") as end:
        end.write(torn[:-1])
    AuditLog(folder).record("egress", FIELDS)
    verdict = verify(folder)
    assert verdict.is_whole
    assert (verdict.lines, verdict.torn) == (7, 1)


def test_a_line_that_the_head_does_not_know_yet_is_gone_on_from(folder: Path) -> None:
    filled(folder)
    before = (folder / "head").read_bytes()
    AuditLog(folder).record("egress", FIELDS)
    (folder / "head").write_bytes(before)
    assert verify(folder).is_whole
    assert AuditLog(folder).record("egress", FIELDS) == 8
    assert verify(folder).is_whole


def _record_many(folder: Path, count: int) -> None:
    log = AuditLog(folder, patience_s=30.0)
    for _ in range(count):
        log.record("egress", FIELDS)


def test_many_processes_and_threads_write_one_chain(folder: Path) -> None:
    spawned = multiprocessing.get_context("spawn")
    workers = [spawned.Process(target=_record_many, args=(folder, 40)) for _ in range(3)]
    log = AuditLog(folder, patience_s=30.0)
    threads = [
        threading.Thread(target=lambda: [log.record("egress", FIELDS) for _ in range(40)])
        for _ in range(3)
    ]
    for it in (*workers, *threads):
        it.start()
    for it in (*workers, *threads):
        it.join()
    verdict = verify(folder)
    assert (verdict.lines, verdict.torn, verdict.flaws) == (240, 0, ())


KILLED = """
import pathlib, sys
from glossator_gate.audit import AuditLog
log = AuditLog(pathlib.Path(sys.argv[1]))
print("ready", flush=True)
while True:
    log.record("egress", {"glossator.bytes": 1})
"""


def written(folder: Path) -> int:
    return sum(it.stat().st_size for it in folder.glob("*.jsonl"))


def test_after_kills_the_chain_holds(folder: Path) -> None:
    for _ in range(8):
        writer = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(folder)], stdout=subprocess.PIPE
        )
        assert writer.stdout is not None
        with writer.stdout:
            assert writer.stdout.readline() == b"ready\n"
            before = written(folder)
            while written(folder) == before:
                pass
            writer.send_signal(signal.SIGKILL)
            writer.wait()
    assert AuditLog(folder).record("egress", FIELDS) > 1
    assert verify(folder).is_whole


def test_where_no_line_can_be_written_the_reason_is_told(tmp_path: Path) -> None:
    blocked = tmp_path / "state"
    blocked.write_text("a file")
    with pytest.raises(AuditError, match="nothing leaves"):
        AuditLog(blocked / "audit").record("egress", FIELDS)


HOLDS = """
import fcntl, sys
file = open(sys.argv[1], "r+b")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def test_a_log_that_somebody_holds_is_not_waited_for_long(folder: Path) -> None:
    filled(folder)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            HOLDS,
            str(folder / "lock"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(PolicyError, match="held by another process"):
        AuditLog(folder, patience_s=0.05).record("egress", FIELDS)
    holder.communicate(b"")
    assert AuditLog(folder).record("egress", FIELDS) == 7


def test_a_link_in_the_place_of_a_file_is_not_followed(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine\n")
    file = filled(folder)
    file.unlink()
    file.symlink_to(elsewhere)
    with pytest.raises(AuditError):
        AuditLog(folder).record("egress", FIELDS)
    assert elsewhere.read_text() == "mine\n"
