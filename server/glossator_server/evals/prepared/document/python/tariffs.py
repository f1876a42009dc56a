# SPDX-License-Identifier: Apache-2.0
"""Prices of electricity over the day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class TariffError(Exception):
    """A tariff that cannot be used."""


@dataclass(frozen=True)
class Band:
    """A part of the day with one price."""

    start: int
    end: int
    price: float


def parse_bands(text: str) -> list[Band]:
    """Parse the bands of a tariff.

    Args:
        text: One band a line, as `start-end price`.

    Returns:
        The bands in the order of the text.

    Raises:
        TariffError: If a line is no band.
    """
    bands = []
    for line in text.splitlines():
        hours, _, price = line.partition(" ")
        start, dash, end = hours.partition("-")
        if not dash or not price:
            raise TariffError(line)
        bands.append(Band(int(start), int(end), float(price)))
    return bands


def check_bands(bands: Sequence[Band]) -> None:
    """Check that bands cover the whole day without a gap.

    Args:
        bands: The bands of one day, sorted by their start.

    Raises:
        TariffError: If an hour has no price or two prices.
    """
    at = 0
    for band in bands:
        if band.start != at:
            raise TariffError(f"hour {at}")
        at = band.end
    if at != 24:
        raise TariffError(f"hour {at}")


def price_at(bands: Iterable[Band], hour: int) -> float:
    """Return the price of an hour.

    Args:
        bands: The bands of the day.
        hour: The hour to look up, from 0 to 23.

    Returns:
        The price of a kilowatt-hour.

    Raises:
        TariffError: If no band has the hour.
    """
    for band in bands:
        if band.start <= hour < band.end:
            return band.price
    raise TariffError(f"hour {hour}")


def cost_of(bands: Sequence[Band], usage: Sequence[float]) -> float:
    """Return what a day of usage costs.

    Args:
        bands: The bands of the day.
        usage: The kilowatt-hours of each hour.

    Returns:
        The cost of the day.
    """
    return sum(price_at(bands, hour) * used for hour, used in enumerate(usage))


def cheapest_start(bands: Sequence[Band], hours: int) -> int:
    """Find the hour at which a run is cheapest.

    Args:
        bands: The bands of the day.
        hours: The length of the run in hours.

    Returns:
        The first hour of the cheapest run.
    """
    starts = range(24 - hours + 1)
    return min(starts, key=lambda it: sum(price_at(bands, it + at) for at in range(hours)))
