"""Sets of whole numbers that are kept as sorted intervals without overlap."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Interval:
    """The numbers from `start` up to, but without, `end`."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"empty interval: {self.start} to {self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def __contains__(self, number: int) -> bool:
        return self.start <= number < self.end

    def overlap(self, other: Interval) -> Interval | None:
        """Return the numbers of both, or None if there are none."""
        start = max(self.start, other.start)
        end = min(self.end, other.end)
        return Interval(start, end) if start < end else None


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the same numbers in as few intervals as possible, sorted."""
    result: list[Interval] = []
    for each in sorted(intervals):
        if result and each.start <= result[-1].end:
            last = result.pop()
            result.append(Interval(last.start, max(last.end, each.end)))
        else:
            result.append(each)
    return result


class IntervalSet:
    """A set of numbers that cost memory by interval, not by number."""

    def __init__(self, intervals: Iterable[Interval] = ()) -> None:
        self._intervals = merged(intervals)

    def __iter__(self) -> Iterator[Interval]:
        return iter(self._intervals)

    def __len__(self) -> int:
        return sum(len(each) for each in self._intervals)

    def __contains__(self, number: int) -> bool:
        index = bisect_right(self._intervals, number, key=lambda each: each.start)
        return index > 0 and number in self._intervals[index - 1]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, IntervalSet):
            return NotImplemented
        return self._intervals == other._intervals

    def __repr__(self) -> str:
        inside = ", ".join(f"{each.start}-{each.end - 1}" for each in self._intervals)
        return f"IntervalSet({inside})"

    def add(self, start: int, end: int) -> None:
        """Add the numbers from `start` up to, but without, `end`."""
        self._intervals = merged([*self._intervals, Interval(start, end)])

    def remove(self, start: int, end: int) -> None:
        """Take away the numbers from `start` up to, but without, `end`."""
        gone = Interval(start, end)
        kept: list[Interval] = []
        for each in self._intervals:
            if each.overlap(gone) is None:
                kept.append(each)
                continue
            if each.start < gone.start:
                kept.append(Interval(each.start, gone.start))
            if each.end > gone.end:
                kept.append(Interval(gone.end, each.end))
        self._intervals = kept

    def union(self, other: IntervalSet) -> IntervalSet:
        """Return the numbers of either set."""
        return IntervalSet([*self, *other])

    def intersection(self, other: IntervalSet) -> IntervalSet:
        """Return the numbers that both sets hold."""
        found: list[Interval] = []
        for mine in self:
            for theirs in other:
                both = mine.overlap(theirs)
                if both is not None:
                    found.append(both)
        return IntervalSet(found)

    def gaps(self) -> list[Interval]:
        """Return what lies between neighbouring intervals."""
        pairs = zip(self._intervals, self._intervals[1:])
        return [Interval(left.end, right.start) for left, right in pairs]
