"""Ranges of days: overlaps, months, working days and recurring dates."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True, order=True)
class DateRange:
    """All days from `first` to `last`, both of them included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"{self.last} is before {self.first}")

    @classmethod
    def of_month(cls, year: int, month: int) -> DateRange:
        """Return the days of a month."""
        _, days = calendar.monthrange(year, month)
        return cls(date(year, month, 1), date(year, month, days))

    @classmethod
    def parse(cls, text: str) -> DateRange:
        """Read "2024-02-01..2024-02-29", or one day."""
        first, dots, last = text.partition("..")
        begin = date.fromisoformat(first.strip())
        return cls(begin, date.fromisoformat(last.strip()) if dots else begin)

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def __iter__(self) -> Iterator[date]:
        day = self.first
        while day <= self.last:
            yield day
            day += DAY

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def overlap(self, other: DateRange) -> DateRange | None:
        """Return the days of both ranges, or None if there are none."""
        first = max(self.first, other.first)
        last = min(self.last, other.last)
        return DateRange(first, last) if first <= last else None

    def minus(self, other: DateRange) -> list[DateRange]:
        """Return what is left of this range without the days of `other`."""
        both = self.overlap(other)
        if both is None:
            return [self]
        left: list[DateRange] = []
        if self.first < both.first:
            left.append(DateRange(self.first, both.first - DAY))
        if both.last < self.last:
            left.append(DateRange(both.last + DAY, self.last))
        return left

    def months(self) -> list[DateRange]:
        """Return the range cut at the ends of months."""
        parts: list[DateRange] = []
        first = self.first
        while first <= self.last:
            whole = DateRange.of_month(first.year, first.month)
            parts.append(DateRange(first, min(whole.last, self.last)))
            first = whole.last + DAY
        return parts

    def working_days(self, holidays: Collection[date] = ()) -> int:
        """Count the days from Monday to Friday that are no holidays."""
        return sum(
            1 for day in self if day.weekday() < SATURDAY and day not in holidays
        )


def add_months(day: date, months: int) -> date:
    """Return the same day some months later, or the last of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    _, days = calendar.monthrange(year, month + 1)
    return date(year, month + 1, min(day.day, days))


def monthly(start: date, within: DateRange) -> Iterator[date]:
    """Yield the monthly returns of `start` that lie `within` a range."""
    count = 0
    day = start
    while day <= within.last:
        if day >= within.first:
            yield day
        count += 1
        # Counted from the start, so that a short month does not shift the later ones.
        day = add_months(start, count)


def age(born: date, today: date) -> int:
    """Return the number of birthdays up to and with `today`."""
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    return today.year - born.year - (0 if had_birthday else 1)
