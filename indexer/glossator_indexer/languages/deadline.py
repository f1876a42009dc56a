"""Own how long the reading of one text may take, so that hostile text costs no more than that.

It must not know what is read; who reads asks now and then.
"""

from __future__ import annotations

import time

# Asking the clock costs as much as a small step does, so that loops ask once in so many steps.
STEPS = 64


class OutOfTimeError(Exception):
    """The time for a text is up; who gave the time catches it and keeps what was read so far."""


class Deadline:
    """An end that comes after `seconds` at the earliest, and after twice as many of this thread's.

    A busy machine does not bring it nearer: once the time is up by the clock on the wall, as much
    of the processor is left. That clock is asked first, because the other one is a system call.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds
        self._end_of_work: float | None = None

    def check(self) -> None:
        """Raise `OutOfTimeError` where the time is up."""
        if time.monotonic() <= self._end:
            return
        worked = time.thread_time()
        if self._end_of_work is None:
            self._end_of_work = worked + self._seconds
        if worked > self._end_of_work:
            raise OutOfTimeError


NO_DEADLINE = Deadline(float("inf"))
