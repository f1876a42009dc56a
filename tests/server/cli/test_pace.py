"""The time that is left, from the pace of late."""

from __future__ import annotations

import pytest

from glossator_server.cli.pace import Pace, duration


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_time_left_follows_the_pace_of_late() -> None:
    clock = Clock()
    pace = Pace(2, clock)
    pace.expect("a.c", 60)
    assert pace.in_words() == "0/60+ symbols, 0/2 files"
    pace.expect("b.c", 40)
    assert pace.seconds_left is None
    for _ in range(30):
        clock.now += 10
        pace.symbol_done(100)
    assert pace.seconds_left == pytest.approx(700)
    assert pace.tokens_per_second == pytest.approx(10)
    # A model that became ten times as fast is believed once the slow ones are out of sight.
    for _ in range(30):
        clock.now += 1
        pace.symbol_done(100)
    pace.file_done()
    assert pace.seconds_left == pytest.approx(40)
    assert pace.in_words() == "60/100 symbols, 1/2 files, 40 s left, 100 tokens/s"


def test_one_slow_symbol_moves_the_estimate_little() -> None:
    clock = Clock()
    pace = Pace(1, clock)
    pace.expect("a.c", 100)
    for step in [1.0] * 40 + [24.0]:
        clock.now += step
        pace.symbol_done(0)
    assert pace.seconds_left is not None
    assert 59 < pace.seconds_left < 3 * 59
    assert pace.tokens_per_second is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "0 s"), (89, "89 s"), (90, "2 min"), (3540, "59 min"), (3700, "1 h 02 min")],
)
def test_durations_are_said_as_people_do(seconds: float, words: str) -> None:
    assert duration(seconds) == words
