"""Lines that are kept: whole on the disk, or the user is told."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from glossator_server.errors import UsageError
from glossator_server.evals.durable_lines import DurableLines


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let no file grow beyond so many bytes, as on a disk that is almost full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_line_for_half_of_which_there_is_room_is_told_and_left_out(tmp_path: Path) -> None:
    lines = DurableLines(tmp_path / "lines.jsonl")
    with lines.adding("busy") as adder:
        adder.add({"at": 1})
        with room_for(40), pytest.raises(UsageError, match="cannot be written"):
            adder.add({"at": 2, "text": "x" * 100})
    with lines.adding("busy") as adder:
        adder.add({"at": 3})
    assert [it["at"] for it in lines.read()] == [1, 3]


def test_a_line_that_no_kill_has_written_is_left_out(tmp_path: Path) -> None:
    lines = DurableLines(tmp_path / "lines.jsonl")
    lines.path.write_bytes(b'{"at": 1}\n' + b"[" * 100_000 + b"\n\xff\n7\n" + b'{"at": 2}\n{"a')
    assert [it["at"] for it in lines.read()] == [1, 2]
