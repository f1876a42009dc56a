"""When the index is brought up to date: once for many, not while paused, slowly when quiet."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.owner.refreshing import Refresher
from glossator_indexer.records import IndexPhase, IndexProgress
from tests.indexer.owner.conftest import eventually
from tests.indexer.owner.fake_index import FakeIndex, FakeOptions

WORK = FakeOptions(files=40, file_seconds=0.01)


@contextlib.asynccontextmanager
async def running(
    index: FakeIndex, quiet: Callable[[], bool] = lambda: False, warm_after: float = 60.0
) -> AsyncIterator[tuple[Refresher, list[IndexProgress]]]:
    """Run a refresher over an index, and end it."""
    seen: list[IndexProgress] = []
    refresher = Refresher(seen.append, quiet, warm_after)
    task = asyncio.create_task(refresher.run(index))
    try:
        yield refresher, seen
    finally:
        await refresher.end()
        await task


def refreshes(index: FakeIndex) -> int:
    """Return how many refreshes came to their end."""
    assert index.journal is not None
    return index.journal.read_text().count("refresh ends")


@pytest.fixture
def index(tmp_path: Path) -> FakeIndex:
    """Return an index of an empty folder, with something to do."""
    (tmp_path / "root").mkdir()
    return FakeIndex(tmp_path / "root", WORK, tmp_path / "journal")


async def test_who_waits_shares_a_refresh_that_begins_after(index: FakeIndex) -> None:
    async with running(index) as (refresher, _):
        since = time.monotonic()
        await asyncio.gather(*(refresher.wait_for(since) for _ in range(10)))
        assert refreshes(index) == 1


async def test_who_comes_during_a_refresh_waits_for_the_next(index: FakeIndex) -> None:
    async with running(index) as (refresher, _):
        await refresher.want()
        await asyncio.sleep(0.1)
        await refresher.wait_for(time.monotonic())
        assert refreshes(index) == 2


async def test_clients_that_come_one_after_the_other_cost_no_walk_each(index: FakeIndex) -> None:
    async with running(index) as (refresher, _):
        await refresher.wait_for(time.monotonic())
        for _ in range(20):
            await refresher.want_for_newcomer()
        await asyncio.sleep(0.1)
        assert not refresher.is_running
        assert refreshes(index) == 1


async def test_quiet_work_takes_twice_as_long_unless_somebody_waits(index: FakeIndex) -> None:
    def seconds(seen: list[IndexProgress], started: float) -> bool:
        return bool(seen) and seen[-1].phase is IndexPhase.READY and time.monotonic() > started

    async with running(index, lambda: True) as (refresher, seen):
        started = time.monotonic()
        await refresher.wait_for(started)
        waited_for = time.monotonic() - started
        seen.clear()
        started = time.monotonic()
        await refresher.want()
        async with asyncio.timeout(20):
            while not seconds(seen, started):  # noqa: ASYNC110 -- a thread is what is waited for
                await asyncio.sleep(0.01)
        assert time.monotonic() - started > 1.3 * waited_for


async def test_a_failure_is_told_to_who_waits_and_kept_for_the_status(tmp_path: Path) -> None:
    broken = FakeOptions(refresh_error="The disk is full; make room.")
    async with running(FakeIndex(tmp_path, broken)) as (refresher, seen):
        with pytest.raises(IndexUnavailableError, match=r"^The disk is full; make room\.$"):
            await refresher.wait_for(time.monotonic())
        assert refresher.problem == "The disk is full; make room."
        assert seen[-1].phase is IndexPhase.READY


async def test_the_end_lets_nobody_wait(index: FakeIndex) -> None:
    async with running(index) as (refresher, _):
        await refresher.pause()
        waiting = asyncio.create_task(refresher.wait_for(time.monotonic()))
        await asyncio.sleep(0.05)
    with pytest.raises(IndexUnavailableError):
        await waiting


async def test_nothing_is_called_paused_once_it_was_resumed(index: FakeIndex) -> None:
    async with running(index) as (refresher, seen):
        await refresher.wait_for(time.monotonic())
        await refresher.pause()
        assert refresher.progress.phase is IndexPhase.PAUSED
        # The work has not begun yet: nothing has run since.
        await refresher.resume()
        assert not refresher.is_running
        assert refresher.progress.phase is IndexPhase.WALKING
        await refresher.wait_for(time.monotonic())
        assert [it.phase for it in seen].count(IndexPhase.PAUSED) == 1


def noted(index: FakeIndex) -> list[str]:
    """Return what happened to an index."""
    assert index.journal is not None
    return index.journal.read_text().splitlines()


async def test_an_index_with_nothing_to_do_is_warmed_once(index: FakeIndex) -> None:
    async with running(index, warm_after=0.05) as (refresher, _):
        await refresher.wait_for(time.monotonic())
        await eventually(lambda: noted(index)[-1] == "warm")
        await asyncio.sleep(0.2)
        assert noted(index).count("warm") == 1
        await refresher.wait_for(time.monotonic())
        await eventually(lambda: noted(index).count("warm") == 2)


async def test_work_interrupts_warming_which_goes_on_later(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    index = FakeIndex(tmp_path / "root", FakeOptions(warm_seconds=1.0), tmp_path / "journal")
    async with running(index, warm_after=0.05) as (refresher, _):
        await refresher.wait_for(time.monotonic())
        await asyncio.sleep(0.3)
        began = time.monotonic()
        await refresher.wait_for(began)
        assert time.monotonic() - began < 0.5
        await eventually(lambda: "warming stopped" in noted(index) and noted(index)[-1] == "warm")


@pytest.mark.parametrize("reason", ["paused", "quiet", "ended"])
async def test_nothing_is_warmed_while(tmp_path: Path, reason: str) -> None:
    (tmp_path / "root").mkdir()
    index = FakeIndex(tmp_path / "root", FakeOptions(warm_seconds=60.0), tmp_path / "journal")
    is_quiet = threading.Event()
    async with running(index, is_quiet.is_set, warm_after=0.05) as (refresher, _):
        await refresher.wait_for(time.monotonic())
        await asyncio.sleep(0.2)
        if reason == "paused":
            await refresher.pause()
        elif reason == "quiet":
            is_quiet.set()
        else:
            await refresher.end()
        await eventually(lambda: noted(index)[-1] == "warming stopped")
        await asyncio.sleep(0.2)
        assert noted(index).count("warming stopped") == 1


class ThreeSteps(FakeIndex):
    """Says three things at once."""

    def refresh(self, report: Callable[[IndexProgress], None], stop: Callable[[], bool]) -> None:  # noqa: ARG002
        """Report three phases; the last one is not for the index to tell."""
        for phase in (IndexPhase.WALKING, IndexPhase.READING, IndexPhase.PAUSED):
            report(IndexProgress(phase))


async def test_what_is_done_next_is_told_at_once(tmp_path: Path) -> None:
    async with running(ThreeSteps(tmp_path)) as (refresher, seen):
        await refresher.wait_for(time.monotonic())
        phases = [it.phase for it in seen]
        assert phases == [IndexPhase.WALKING, IndexPhase.READING, IndexPhase.READY]
