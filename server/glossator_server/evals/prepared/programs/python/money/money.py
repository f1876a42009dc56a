"""Sums of money in whole cents: exact addition, fair splitting and bills."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal

AMOUNT = re.compile(r"(-?)(\d+)(?:\.(\d{2}))? ([A-Z]{3})")


class CurrencyMismatch(ValueError):
    """Two sums of different currencies were put together."""


@dataclass(frozen=True)
class Money:
    """A sum in the smallest unit of its currency."""

    cents: int
    currency: str = "EUR"

    @classmethod
    def parse(cls, text: str) -> Money:
        """Read a sum like "-12.50 EUR"; raise ValueError for any other text."""
        match = AMOUNT.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"not a sum of money: {text!r}")
        sign, whole, cents, currency = match.groups()
        total = int(whole) * 100 + int(cents or 0)
        return cls(-total if sign else total, currency)

    def __add__(self, other: Money) -> Money:
        self._check(other)
        return Money(self.cents + other.cents, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._check(other)
        return Money(self.cents - other.cents, self.currency)

    def __str__(self) -> str:
        whole, cents = divmod(abs(self.cents), 100)
        sign = "-" if self.cents < 0 else ""
        return f"{sign}{whole}.{cents:02d} {self.currency}"

    def times(self, factor: Decimal) -> Money:
        """Multiply by `factor`, rounding half a cent to the even neighbour."""
        exact = Decimal(self.cents) * factor
        return Money(int(exact.quantize(Decimal(1), ROUND_HALF_EVEN)), self.currency)

    def split(self, parts: int) -> list[Money]:
        """Share out into `parts` sums that differ by at most a cent, larger ones first."""
        if parts < 1:
            raise ValueError("a sum is split into one part or more")
        share, rest = divmod(self.cents, parts)
        return [
            Money(share + (1 if i < rest else 0), self.currency) for i in range(parts)
        ]

    def _check(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")


def total(sums: Iterable[Money], currency: str = "EUR") -> Money:
    """Add up `sums`, which are all in `currency`; nothing adds up to zero."""
    result = Money(0, currency)
    for each in sums:
        result = result + each
    return result


@dataclass
class Bill:
    """Lines of goods with a tax rate each."""

    currency: str = "EUR"
    lines: list[tuple[str, int, Money, Decimal]] = field(default_factory=list)

    def add(
        self, name: str, count: int, price: Money, rate: Decimal = Decimal("0.19")
    ) -> None:
        """Put `count` pieces at `price` on the bill, taxed at `rate`."""
        if count <= 0:
            raise ValueError("a line has one piece or more")
        self.lines.append((name, count, price, rate))

    def net(self) -> Money:
        """Return the sum before tax."""
        return total(
            (price.times(Decimal(n)) for _, n, price, _ in self.lines), self.currency
        )

    def taxes(self) -> dict[Decimal, Money]:
        """Return the tax due by rate, rounded once a rate."""
        bases: dict[Decimal, Money] = {}
        for _, count, price, rate in self.lines:
            before = bases.get(rate, Money(0, self.currency))
            bases[rate] = before + price.times(Decimal(count))
        return {rate: base.times(rate) for rate, base in bases.items()}

    def gross(self) -> Money:
        """Return what is to be paid."""
        return self.net() + total(self.taxes().values(), self.currency)
