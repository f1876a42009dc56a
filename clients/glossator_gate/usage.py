"""Own what models cost a user: every answer is kept, and what the policy limits is held to.

It must not hold text, nor ask a model. All processes of a user share one database.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import platformdirs

from glossator_gate.errors import LimitError
from glossator_gate.types import UsageLimits

_LOG = logging.getLogger(__name__)

_MINUTE_S = 60.0
# Somebody who types does not wait longer for a count.
_LOCK_S = 0.5
_TABLES = """
CREATE TABLE IF NOT EXISTS answers (
    at REAL, day TEXT, model TEXT, operation TEXT, role TEXT, prompt_tokens INTEGER,
    completion_tokens INTEGER, reasoning_tokens INTEGER, seconds REAL, cost REAL, currency TEXT
);
CREATE INDEX IF NOT EXISTS answers_by_day ON answers (day);
CREATE TABLE IF NOT EXISTS requests (at REAL, model TEXT);
CREATE INDEX IF NOT EXISTS requests_by_time ON requests (at);
"""


def default_path() -> Path:
    """Return the place of this user's database."""
    return platformdirs.user_state_path("glossator", appauthor=False) / "usage.sqlite"


@dataclass(frozen=True, slots=True)
class UsageRow:
    """One answer: which model, what for, its tokens, seconds, and cost where there is a price."""

    model: str
    operation: str
    role: str | None
    prompt_tokens: int
    completion_tokens: int
    reasoning_tokens: int
    seconds: float
    cost: float | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class ModelUsage:
    """What one model did in a day, in one currency."""

    model: str
    answers: int
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    cost: float | None
    currency: str | None

    @property
    def tokens_per_second(self) -> float | None:
        """Return how fast it wrote, None where nobody measured."""
        return self.completion_tokens / self.seconds if self.seconds > 0 else None


class UsageStore:
    """The database; any number of threads and processes may use it at once."""

    def __init__(self, path: Path | None = None, now: Callable[[], float] = time.time) -> None:
        self._path = default_path() if path is None else path
        self._now = now
        self._mutex = threading.Lock()
        self._opened: sqlite3.Connection | None = None

    @property
    def path(self) -> Path:
        """Return where the database is."""
        return self._path

    def admit(self, limits: UsageLimits, model: str) -> None:
        """Count a request, or raise `LimitError` where a limit is reached.

        Where nothing is limited, nothing is counted; where something is and the database cannot be
        read, nobody knows what is left, and nothing is admitted.
        """
        if limits == UsageLimits():
            return
        try:
            with self._connection() as database:
                database.execute("BEGIN IMMEDIATE")
                try:
                    self._check(database, limits)
                    now = self._now()
                    database.execute("INSERT INTO requests VALUES (?, ?)", (now, model))
                    stale = (now - 2 * _MINUTE_S,)
                    database.execute("DELETE FROM requests WHERE at < ?", stale)
                except BaseException:
                    database.rollback()
                    raise
                database.commit()
        except (sqlite3.Error, OSError) as error:
            raise LimitError(
                f"The policy limits what models may cost, and {self._path} cannot be read "
                f"({error}); move it away."
            ) from error

    def keep(self, row: UsageRow) -> None:
        """Keep what an answer cost; where that is impossible it is logged, and nobody waits."""
        now = self._now()
        values = (
            now, self._day(), row.model, row.operation, row.role, row.prompt_tokens,
            row.completion_tokens, row.reasoning_tokens, row.seconds, row.cost, row.currency,
        )  # fmt: skip
        try:
            with self._connection() as database:
                marks = ", ".join("?" * len(values))
                database.execute(f"INSERT INTO answers VALUES ({marks})", values)  # noqa: S608
                database.commit()
        except (sqlite3.Error, OSError) as error:
            _LOG.info("what an answer cost could not be kept in %s (%s)", self._path, error)

    def day(self, day: date | None = None) -> tuple[ModelUsage, ...]:
        """Return what each model did in a day (local time), today without one; costliest first.

        Nothing where the database cannot be read.
        """
        wanted = self._day() if day is None else day.isoformat()
        try:
            with self._connection() as database:
                rows = database.execute(
                    "SELECT model, COUNT(*), SUM(prompt_tokens), SUM(completion_tokens),"
                    " SUM(seconds), SUM(cost), currency FROM answers WHERE day = ?"
                    " GROUP BY model, currency ORDER BY SUM(cost) DESC, COUNT(*) DESC",
                    (wanted,),
                ).fetchall()
        except (sqlite3.Error, OSError) as error:
            _LOG.info("%s cannot be read (%s)", self._path, error)
            return ()
        return tuple(ModelUsage(*row) for row in rows)

    def close(self) -> None:
        """Close the database."""
        with self._mutex:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    def _check(self, database: sqlite3.Connection, limits: UsageLimits) -> None:
        if limits.requests_per_min is not None:
            since = (self._now() - _MINUTE_S,)
            (count,) = database.execute(
                "SELECT COUNT(*) FROM requests WHERE at > ?", since
            ).fetchone()
            if count >= limits.requests_per_min:
                raise LimitError(
                    f"The policy allows {limits.requests_per_min} requests a minute, and they are "
                    "used up; wait a little and try again."
                )
        if limits.tokens_per_day is not None:
            (tokens,) = database.execute(
                "SELECT TOTAL(prompt_tokens + completion_tokens) FROM answers WHERE day = ?",
                (self._day(),),
            ).fetchone()
            if tokens >= limits.tokens_per_day:
                raise LimitError(
                    f"The policy allows {limits.tokens_per_day} tokens a day, and they are used "
                    "up; go on tomorrow, or have limits.tokens_per_day raised."
                )
        for currency, most in (limits.cost_per_day or {}).items():
            (cost,) = database.execute(
                "SELECT TOTAL(cost) FROM answers WHERE day = ? AND currency = ?",
                (self._day(), currency),
            ).fetchone()
            if cost >= most:
                raise LimitError(
                    f"The policy allows models to cost {most:g} {currency} a day, and that is "
                    "spent; go on tomorrow, or have limits.cost_per_day raised."
                )

    def _day(self) -> str:
        return datetime.fromtimestamp(self._now()).astimezone().date().isoformat()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with self._mutex:
            if self._opened is not None and not self._path.exists():
                # Somebody moved it away: what is written from now on is to be found.
                self._opened.close()
                self._opened = None
            if self._opened is None:
                self._opened = self._open()
            try:
                yield self._opened
            except sqlite3.Error:
                with suppress(sqlite3.Error):
                    self._opened.close()
                self._opened = None
                raise

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self._path.exists():
            self._path.touch(mode=0o600)
        database = sqlite3.connect(
            self._path, timeout=_LOCK_S, isolation_level=None, check_same_thread=False
        )
        # A count that is lost with the power is no loss that anybody waits for.
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = OFF")
        database.executescript(_TABLES)
        return database
