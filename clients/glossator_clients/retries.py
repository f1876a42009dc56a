"""Own when a request may be sent again, and after how long.

It must not send anything. What it lets through was not begun: nothing had left, or the server said
that it would not take it now.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime

from glossator_clients.errors import ModelError, ModelUnavailableError

# For servers that do not say how long; a model that is being loaded needs some seconds.
_WAITS_S = (0.25, 1.0)
# Nobody sits longer before a screen that shows nothing.
_LONGEST_WAIT_S = 30.0


class BusyError(Exception):
    """The server takes no request now; `final` is what to raise where waiting does not help.

    `after_s` is how long it asks to be left alone, None where it does not say.
    """

    def __init__(self, final: ModelError, after_s: float | None) -> None:
        super().__init__(str(final))
        self.final = final
        self.after_s = after_s

    @classmethod
    def of(cls, origin: str, after_s: float | None) -> BusyError:
        """Return the error of a server that answers and takes no more requests."""
        wait = "wait a little" if after_s is None else f"wait {after_s:.0f} s"
        final = ModelUnavailableError(
            f"{origin} takes no more requests at the moment; {wait} and try again."
        )
        return cls(final, after_s)


class Patience:
    """How often one call still tries, and how long it waits before."""

    def __init__(self, total_s: float) -> None:
        self._end = time.monotonic() + total_s
        self._waits: Iterator[float] = iter(_WAITS_S)

    @property
    def left_s(self) -> float:
        """Return what is left of the time for the whole call."""
        return max(0.0, self._end - time.monotonic())

    def wait_s(self, busy: BusyError) -> float | None:
        """Return how long to wait before the next try, None where there is none."""
        wait = next(self._waits, None)
        if wait is None:
            return None
        if busy.after_s is not None:
            wait = max(wait, busy.after_s)
        return wait if wait <= min(_LONGEST_WAIT_S, self.left_s) else None


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that an answer's `Retry-After` names, as a number or as a date."""
    with suppress(ValueError, OverflowError):
        if (milliseconds := headers.get("retry-after-ms")) is not None:
            return _positive(float(milliseconds) / 1000)
    text = headers.get("retry-after")
    if text is None:
        return None
    with suppress(ValueError, OverflowError):
        return _positive(float(text))
    with suppress(ValueError, OverflowError, TypeError):
        return _positive(parsedate_to_datetime(text).timestamp() - time.time())
    return None


def _positive(seconds: float) -> float | None:
    # A clock that is a little ahead makes a date of the past.
    return max(0.0, seconds) if math.isfinite(seconds) else None
