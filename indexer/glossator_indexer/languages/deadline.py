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
    """An end in this thread's processor time, which a busy machine does not bring nearer."""

    def __init__(self, seconds: float) -> None:
        self._end = time.thread_time() + seconds

    def check(self) -> None:
        """Raise `OutOfTimeError` where the time is up."""
        if time.thread_time() > self._end:
            raise OutOfTimeError


NO_DEADLINE = Deadline(float("inf"))
