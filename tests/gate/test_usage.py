"""Own the proof that what is spent is kept, and that limits hold across processes."""

from __future__ import annotations

import logging
import sqlite3
import stat
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from glossator_gate.errors import LimitError
from glossator_gate.types import UsageLimits
from glossator_gate.usage import ModelUsage, UsageRow, UsageStore

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC).timestamp()
ROW = UsageRow("coder", "chat", "document", 100, 20, 5, 2.0, 0.25, "EUR")


@dataclass
class Clock:
    at: float = NOON

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "usage.sqlite"


def test_a_day_sums_up_what_each_model_did(path: Path) -> None:
    clock = Clock()
    store = UsageStore(path, clock)
    other = UsageRow("small", "chat", None, 1, 1, 0, 0.0)
    for row in (ROW, ROW, other):
        store.keep(row)
    clock.at += 24 * 3600
    store.keep(ROW)
    assert UsageStore(path, Clock()).day() == (
        ModelUsage("coder", 2, 200, 40, 4.0, 0.5, "EUR"),
        ModelUsage("small", 1, 1, 1, 0.0, None, None),
    )
    assert [it.tokens_per_second for it in UsageStore(path, Clock()).day()] == [10.0, None]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_so_many_requests_a_minute_whoever_asks(path: Path) -> None:
    clock, limits = Clock(), UsageLimits(requests_per_min=3)
    one, other = UsageStore(path, clock), UsageStore(path, clock)
    one.admit(limits, "a")
    clock.at += 30
    one.admit(limits, "b")
    other.admit(limits, "a")
    with pytest.raises(LimitError, match="3 requests a minute"):
        other.admit(limits, "a")
    clock.at += 31
    other.admit(limits, "a")
    with pytest.raises(LimitError):
        one.admit(limits, "a")


def test_of_many_at_once_no_more_than_allowed_get_through(path: Path) -> None:
    limits, admitted = UsageLimits(requests_per_min=5), []
    stores = [UsageStore(path, Clock()) for _ in range(4)]

    def ask(store: UsageStore) -> None:
        for _ in range(5):
            try:
                store.admit(limits, "m")
            except LimitError:
                continue
            admitted.append(1)

    threads = [threading.Thread(target=ask, args=(it,)) for it in stores]
    for it in threads:
        it.start()
    for it in threads:
        it.join()
    assert len(admitted) == 5


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (UsageLimits(tokens_per_day=240), "240 tokens"),
        (UsageLimits(cost_per_day={"EUR": 0.5}), "0.5 EUR a day"),
    ],
)
def test_what_a_day_may_cost_is_held_to_until_the_next(
    path: Path, limits: UsageLimits, words: str
) -> None:
    clock = Clock()
    store = UsageStore(path, clock)
    store.keep(ROW)
    store.admit(limits, "coder")
    store.keep(ROW)
    with pytest.raises(LimitError, match=words):
        store.admit(limits, "coder")
    clock.at += 24 * 3600
    store.admit(limits, "coder")


def test_two_currencies_are_not_one(path: Path) -> None:
    store = UsageStore(path, Clock())
    store.keep(ROW)
    store.keep(replace(ROW, cost=80.0, currency="JPY"))
    store.admit(UsageLimits(cost_per_day={"EUR": 0.3}), "coder")
    store.admit(UsageLimits(cost_per_day={"USD": 0.1}), "other")
    with pytest.raises(LimitError, match="50 JPY"):
        store.admit(UsageLimits(cost_per_day={"EUR": 0.3, "JPY": 50.0}), "coder")


def test_where_nothing_is_limited_no_request_needs_the_database(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    UsageStore(tmp_path / "state" / "usage.sqlite").admit(UsageLimits(), "m")


@pytest.mark.parametrize("content", [b"no database", b"SQLite format 3\0" + b"x" * 5000])
def test_a_damaged_database_closes_limits_and_nothing_else(
    path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    store = UsageStore(path)
    with caplog.at_level(logging.INFO):
        store.keep(ROW)
        assert store.day() == ()
    assert len(caplog.records) == 2
    with pytest.raises(LimitError, match="move it away"):
        store.admit(UsageLimits(tokens_per_day=1), "m")
    path.unlink()
    store.admit(UsageLimits(tokens_per_day=1), "m")


def test_one_that_somebody_holds_is_not_waited_for(path: Path) -> None:
    store = UsageStore(path)
    store.keep(ROW)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(LimitError):
        store.admit(UsageLimits(requests_per_min=9), "m")
    holder.rollback()
    holder.close()
    store.admit(UsageLimits(requests_per_min=9), "m")
    store.close()
