"""Own how values become places on a line, and where that line has its numbers.

Pure arithmetic; it must not draw.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

# Room for about so many numbers on a line of a picture.
_TICKS = 5


@dataclass(frozen=True, slots=True)
class Axis:
    """A line of `length` pixels from `start`, for values from `low` to `high`.

    Where `is_reversed` is true the greatest value is at its start.
    """

    low: float
    high: float
    start: float
    length: float
    is_reversed: bool = False

    def place(self, value: float) -> float:
        """Return where a value lies, in pixels; what lies outside is at the nearer end."""
        part = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + self.length * (1 - part if self.is_reversed else part)

    @property
    def ticks(self) -> list[float]:
        """Return round values between the ends, five or so."""
        step = _round_step((self.high - self.low) / _TICKS)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [at * step for at in range(first, last + 1)]

    def written(self, value: float) -> str:
        """Return a tick's number with as many places as tell it from the next one."""
        step = _round_step((self.high - self.low) / _TICKS)
        places = max(0, -math.floor(math.log10(step) + 1e-9))
        return f"{value + 0.0:.{places}f}".replace("-", "−") if round(value, 12) else "0"


def widened(low: float, high: float, part: float = 0.06) -> tuple[float, float]:
    """Return the ends of an axis that shows two values with some room, never of no length."""
    room = (high - low) * part or abs(high) * 0.1 or 0.5
    return low - room, high + room


def _round_step(step: float) -> float:
    """Return the least of 1, 2, 5 times a power of ten that is no less than a step."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step * (1 - 1e-9))
