"""Own whose turn it is to write: one writer at a time, and a save before the next bulk batch."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator


class Turns:
    """A lock with two doors. Those who come by `save` go before those who come by `bulk`."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._saves_waiting = 0
        self._taken = False

    @contextlib.contextmanager
    def save(self) -> Iterator[None]:
        """Hold the turn for something that a user waits for."""
        with self._condition:
            self._saves_waiting += 1
            self._condition.wait_for(lambda: not self._taken)
            self._saves_waiting -= 1
            self._taken = True
        try:
            yield
        finally:
            self._release()

    @contextlib.contextmanager
    def bulk(self) -> Iterator[None]:
        """Hold the turn for one batch of many."""
        with self._condition:
            self._condition.wait_for(lambda: not self._taken and not self._saves_waiting)
            self._taken = True
        try:
            yield
        finally:
            self._release()

    def _release(self) -> None:
        with self._condition:
            self._taken = False
            self._condition.notify_all()
