"""What checks found out already, and how long it holds."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from glossator_server.verify import memory as memory_module
from glossator_server.verify.memory import CheckMemory, stamp_of
from glossator_server.verify.problems import CheckOutcome, Stage


class Counting:
    """A check that counts how often it is asked."""

    def __init__(self, trouble: str = "") -> None:
        self.asked = 0
        self._trouble = trouble

    async def __call__(self) -> tuple[CheckOutcome, ...]:
        self.asked += 1
        await asyncio.sleep(0)
        return (CheckOutcome(Stage.TESTS, "make", "", (), 0.0, trouble=self._trouble),)


@pytest.mark.parametrize(("trouble", "asked"), [("", 1), ("it hung", 2)])
async def test_an_answer_is_kept_and_that_there_was_none_is_not(trouble: str, asked: int) -> None:
    memory, check = CheckMemory(), Counting(trouble)
    await asyncio.gather(memory.answer("a", check), memory.answer("a", check))
    assert check.asked == 1
    await memory.answer("a", check)
    assert check.asked == asked


async def test_only_so_many_answers_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_module, "MOST_REMEMBERED", 2)
    memory, check = CheckMemory(), Counting()
    for key in "abca":
        await memory.answer(key, check)
    assert check.asked == 4


def test_a_stamp_changes_with_each_file_and_not_with_a_look_at_the_repository(
    tmp_path: Path,
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "deep/er").mkdir(parents=True)
    seen = {stamp_of(tmp_path)}
    (tmp_path / "deep/er/a.txt").write_text("a", "utf-8")
    seen.add(stamp_of(tmp_path))
    os.utime(tmp_path / "deep/er/a.txt", ns=(1, 1))
    seen.add(stamp_of(tmp_path))
    (tmp_path / "deep/link").symlink_to("er")
    last = stamp_of(tmp_path)
    assert len({*seen, last}) == 4
    assert None not in seen
    (tmp_path / ".git/index.lock").write_text("", "utf-8")
    assert stamp_of(tmp_path) == last
    (tmp_path / "node_modules/a/b").mkdir(parents=True)
    with_modules = stamp_of(tmp_path)
    (tmp_path / "node_modules/a/b/c.js").write_text("", "utf-8")
    assert stamp_of(tmp_path) == with_modules != last


def test_too_many_files_have_no_stamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_module, "MOST_STAMPED", 2)
    for name in "abc":
        (tmp_path / name).write_text("", "utf-8")
    assert stamp_of(tmp_path) is None
