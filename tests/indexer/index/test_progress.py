"""The time left follows the effort left, whatever the sizes of the files are."""

from __future__ import annotations

import pytest

from glossator_indexer.index import refreshing
from glossator_indexer.index.refreshing import Progress, effort_of
from glossator_indexer.records import IndexPhase, IndexProgress


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(refreshing, "time", clock)
    return clock


def told(clock: Clock, sizes: list[int], effort_a_second: float = 1e5) -> list[tuple[float, float]]:
    """Return the time left that is told and the true one, file by file."""
    said: list[IndexProgress] = []
    efforts = [effort_of(it) for it in sizes]
    progress = Progress(said.append, IndexPhase.READING, len(sizes), sum(efforts))
    # Workers take their time to start.
    clock.now += 5.0
    times = []
    for effort in efforts:
        clock.now += effort / effort_a_second
        progress.add(1, effort)
        times.append((said[-1].seconds_left, clock.now))
    return [(left, clock.now - now) for left, now in times if left is not None]


def test_the_time_left_does_not_jump_at_a_folder_of_huge_files(clock: Clock) -> None:
    sizes = [10_000] * 400 + [5_000_000] * 40 + [10_000] * 400
    lefts = told(clock, sizes)
    assert len(lefts) > 800
    assert all(left == pytest.approx(true, rel=0.02, abs=0.5) for left, true in lefts)


def test_the_time_left_follows_a_machine_that_becomes_slow(clock: Clock) -> None:
    said: list[IndexProgress] = []
    progress = Progress(said.append, IndexPhase.EMBEDDING, 1000)
    for at in range(500):
        clock.now += 0.1 if at < 100 else 0.5
        progress.add(1)
    assert said[-1].files_per_second == pytest.approx(2.0, rel=0.02)
    assert said[-1].seconds_left == pytest.approx(250.0, rel=0.02)


def test_more_effort_than_was_announced_leaves_no_time_less_than_none(clock: Clock) -> None:
    said: list[IndexProgress] = []
    progress = Progress(said.append, IndexPhase.READING, 3, 10.0)
    for _ in range(3):
        clock.now += 2.0
        progress.add(1, 8.0)
    assert said[-1].seconds_left == 0.0
    assert said[0].seconds_left is None
