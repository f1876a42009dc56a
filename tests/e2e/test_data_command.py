"""`glossator data` as users type it: mine, export, look, and what can go wrong."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.command_line import glossator, started
from tests.server.datasets.repositories import RING, repository


def test_a_repository_becomes_data_for_a_trainer(tmp_path: Path) -> None:
    repository(tmp_path)
    mined = glossator("data", "mine", "ringlog", "--out", "data.jsonl", "--json", cwd=tmp_path)
    assert mined.status == 0, mined
    told = json.loads(mined.output)
    assert (told["documented"], told["kept"], told["left_out"]) == (4, 3, {"placeholder": 1})
    words = ("data.jsonl", "--out", "export", "--hold-out", "/src/walk", "--valid", "0")
    exported = glossator("data", "export", *words, "--feedback", cwd=tmp_path)
    assert exported.status == 0, exported
    assert exported.output.startswith("2 train, 0 valid, 1 test in export\n")
    assert sorted(it.name for it in (tmp_path / "export").iterdir()) == [
        "data-card.md",
        "manifest.json",
        "preferences.jsonl",
        "test.jsonl",
        "train.jsonl",
        "valid.jsonl",
    ]
    shown = glossator("data", "show", "data.jsonl", "-n", "9", cwd=tmp_path)
    assert "src/ring.c:9 ring_push" in shown.output
    assert "@count" in shown.output
    assert "walk_reset" not in shown.output
    asked = glossator("data", "show", "export/train.jsonl", cwd=tmp_path)
    assert "Document this function:" in asked.output
    assert '"summary": "append one record to the ring"' in asked.output


def test_a_run_that_is_cancelled_leaves_nothing(tmp_path: Path) -> None:
    folder = repository(tmp_path)
    for number in range(400):
        text = RING.replace("ring_", f"ring{number}_") * 5
        (folder / "src" / f"ring{number}.c").write_text(text, "utf-8")
    running = started(("data", "mine", "ringlog", "--out", "data.jsonl"), tmp_path)
    until = time.monotonic() + 30
    # It has begun where the file that it writes stands beside.
    while not list(tmp_path.glob(".glossator.*")) and time.monotonic() < until:
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    try:
        _, errors = running.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        running.kill()
        raise
    assert running.returncode == 130, errors
    assert b"Traceback" not in errors
    assert [it.name for it in tmp_path.iterdir() if it.name not in {"ringlog", "home"}] == []


def test_the_same_data_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = repository(tmp_path)
    for number in range(40):
        text = RING.replace("ring_", f"ring{number}_").replace("record", f"item{number}")
        (folder / "src" / f"ring{number}.c").write_text(text, "utf-8")
    for name, jobs, seed in (("a", "1", "1"), ("b", "2", "2")):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        (tmp_path / name).mkdir()
        mined = glossator(
            *("data", "mine", "../ringlog", "--out", "data.jsonl", "--jobs", jobs),
            cwd=tmp_path / name,
        )
        assert mined.status == 0, mined
        words = ("data", "export", "data.jsonl", "--out", "export", "--feedback")
        exported = glossator(*words, cwd=tmp_path / name)
        assert exported.status == 0, exported
    one, other = (
        {it.name: it.read_bytes() for it in (tmp_path / name).rglob("*") if it.is_file()}
        for name in "ab"
    )
    assert len(one) == 7
    assert one == other
