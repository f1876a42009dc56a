"""Figures of the last values of a stream: mean, spread, quantiles and outliers."""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable, Iterator


class EmptyWindow(ValueError):
    """A figure was asked for before there was a value."""


class Window:
    """The last `size` values, whose figures are kept up to date."""

    def __init__(self, size: int, values: Iterable[float] = ()) -> None:
        if size < 1:
            raise ValueError("a window holds one value or more")
        self.size = size
        self._values: deque[float] = deque()
        self._sorted: list[float] = []
        self._sum = 0.0
        for value in values:
            self.push(value)

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[float]:
        return iter(self._values)

    @property
    def full(self) -> bool:
        """Whether the next value drives one out."""
        return len(self._values) == self.size

    def push(self, value: float) -> float | None:
        """Add a value and return the one that it drives out."""
        if math.isnan(value):
            raise ValueError("not a number")
        gone = self._drop() if self.full else None
        self._values.append(value)
        insort(self._sorted, value)
        self._sum += value
        return gone

    def mean(self) -> float:
        """Return the average."""
        self._check()
        return self._sum / len(self._values)

    def variance(self) -> float:
        """Return the mean squared distance from the mean, 0.0 for one value."""
        mean = self.mean()
        return sum((value - mean) ** 2 for value in self._values) / len(self)

    def deviation(self) -> float:
        """Return the standard deviation."""
        return math.sqrt(self.variance())

    def quantile(self, share: float) -> float:
        """Return the value below which `share` of the values lie, between two if need be."""
        self._check()
        if not 0.0 <= share <= 1.0:
            raise ValueError("a share lies between 0 and 1")
        place = share * (len(self._sorted) - 1)
        low = math.floor(place)
        high = min(low + 1, len(self._sorted) - 1)
        part = place - low
        return self._sorted[low] * (1 - part) + self._sorted[high] * part

    def median(self) -> float:
        """Return the value in the middle."""
        return self.quantile(0.5)

    def rank(self, value: float) -> float:
        """Return the share of values that are smaller than `value`."""
        self._check()
        return bisect_left(self._sorted, value) / len(self)

    def is_outlier(self, value: float, limit: float = 3.0) -> bool:
        """Say whether `value` is further than `limit` deviations from the mean."""
        if len(self) < 2:
            return False
        spread = self.deviation()
        if spread == 0.0:
            return value != self.mean()
        return abs(value - self.mean()) / spread > limit

    def _drop(self) -> float:
        gone = self._values.popleft()
        del self._sorted[bisect_left(self._sorted, gone)]
        self._sum -= gone
        return gone

    def _check(self) -> None:
        if not self._values:
            raise EmptyWindow("no value yet")


def moving_average(values: Iterable[float], size: int) -> list[float]:
    """Return the mean of every `size` values that follow each other."""
    window = Window(size)
    means: list[float] = []
    for value in values:
        window.push(value)
        if window.full:
            means.append(window.mean())
    return means


def smoothed(values: Iterable[float], weight: float) -> list[float]:
    """Return the exponential average after each value; a new value counts with `weight`."""
    result: list[float] = []
    for value in values:
        before = result[-1] if result else value
        result.append(before + weight * (value - before))
    return result
