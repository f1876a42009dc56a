"""Trying again: how long to wait between attempts, when to stop, and a breaker."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


class GaveUp(Exception):
    """Every attempt failed; `__cause__` is the last error."""

    def __init__(self, attempts: int) -> None:
        super().__init__(f"failed {attempts} times")
        self.attempts = attempts


class BreakerOpen(Exception):
    """Too much failed lately, so that nothing was tried."""


@dataclass(frozen=True)
class RetryPolicy:
    """At most `attempts` attempts with growing waits, in seconds, between them."""

    attempts: int = 4
    first_wait: float = 0.5
    factor: float = 2.0
    longest_wait: float = 10.0
    jitter: float = 0.0
    retry_on: tuple[type[Exception], ...] = (OSError,)

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError("one attempt at least")
        if not 0.0 <= self.jitter <= 1.0:
            raise ValueError("jitter is a share between 0 and 1")

    def waits(self, rng: random.Random | None = None) -> Iterator[float]:
        """Yield the waits between attempts, one fewer than there are attempts."""
        wait = self.first_wait
        for _ in range(self.attempts - 1):
            bounded = min(wait, self.longest_wait)
            if rng is not None and self.jitter:
                bounded -= bounded * self.jitter * rng.random()
            yield bounded
            wait *= self.factor

    def longest_total(self) -> float:
        """Return how long all waits take together at most."""
        return sum(self.waits())

    def call(
        self,
        action: Callable[[], T],
        sleep: Callable[[float], None] = time.sleep,
        rng: random.Random | None = None,
    ) -> T:
        """Return the result of `action`, tried again while it raises an error of `retry_on`."""
        waits = self.waits(rng)
        tried = 0
        while True:
            tried += 1
            try:
                return action()
            except self.retry_on as error:
                wait = next(waits, None)
                if wait is None:
                    raise GaveUp(tried) from error
            sleep(wait)


class Breaker:
    """Stop calling what failed `limit` times in a row, until `pause` seconds have passed."""

    def __init__(
        self,
        limit: int,
        pause: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limit = limit
        self.pause = pause
        self._clock = clock
        self._failures = 0
        self._opened: float | None = None

    @property
    def state(self) -> str:
        """Return "closed", "open", or "half-open" when one call may try."""
        if self._opened is None:
            return "closed"
        waited = self._clock() - self._opened
        return "half-open" if waited >= self.pause else "open"

    def call(self, action: Callable[[], T]) -> T:
        """Return the result of `action`, or raise BreakerOpen without calling it."""
        if self.state == "open":
            raise BreakerOpen(f"{self._failures} failures in a row")
        try:
            result = action()
        except Exception:
            self._failures += 1
            if self._failures >= self.limit:
                self._opened = self._clock()
            raise
        self._failures = 0
        self._opened = None
        return result
