"""How a file is read that others write meanwhile: as one of its states, or again next time."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from glossator_indexer.pipeline import read_file

PREAD = os.pread


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file whose time of writing somebody sets back at each change."""
    path = tmp_path / "a.c"
    path.write_text("int before;\n")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    probe = tmp_path / "probe"
    # The file system's clock ticks some hundred times a second.
    while probe.write_text("") or probe.stat().st_ctime_ns <= path.stat().st_ctime_ns:
        pass
    return path


def _changing(
    monkeypatch: pytest.MonkeyPatch, times: int, change: Callable[[int], object]
) -> list[int]:
    """Have a file changed right after it was read, some times; return how often it was read."""
    reads: list[int] = []

    def pread(descriptor: int, size: int, offset: int) -> bytes:
        raw = PREAD(descriptor, size, offset)
        reads.append(len(reads))
        if len(reads) <= times:
            change(len(reads))
        return raw

    monkeypatch.setattr(os, "pread", pread)
    return reads


@pytest.mark.parametrize("keeps", ["nothing", "size and time"])
def test_a_file_that_changed_while_it_was_read_is_read_again(
    file: Path, monkeypatch: pytest.MonkeyPatch, keeps: str
) -> None:
    def change(_: int) -> None:
        file.write_text("int behind;\n" if keeps == "size and time" else "int after_it;\n")
        if keeps == "size and time":
            os.utime(file, (1_000_000_000, 1_000_000_000))

    reads = _changing(monkeypatch, 1, change)
    reading = read_file(str(file.parent), "a.c")
    assert reading is not None
    assert reading.raw == file.read_bytes()
    assert reading.read_ns > 0
    assert len(reads) == 2


def test_a_file_that_never_rests_is_taken_as_it_is_and_read_again_next_time(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = _changing(monkeypatch, 99, lambda at: file.write_text(f"int state_{at};\n" * at))
    reading = read_file(str(file.parent), "a.c")
    assert reading is not None
    assert reading.read_ns == 0
    assert len(reads) == 3


def test_a_file_that_is_cut_short_while_it_is_read_is_no_failure(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _changing(monkeypatch, 99, lambda _: os.truncate(file, 0))
    reading = read_file(str(file.parent), "a.c")
    assert reading is not None
    assert reading.raw == b""
