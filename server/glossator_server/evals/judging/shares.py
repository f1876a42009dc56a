"""Own shares with their intervals, which hold where a share is all or nothing, too.

Pure and seeded.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean

from glossator_server.evals.statistics import CONFIDENCE, estimate

_Z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)


@dataclass(frozen=True, slots=True)
class Share:
    """A share from 0 to 1 of `of` things, with its interval of 95 %."""

    value: float
    low: float
    high: float
    of: int


def share_of(found: Sequence[bool]) -> Share:
    """Return the share of what is true, with Wilson's interval (1927); raises on an empty list."""
    return _wilson(sum(found) / len(found), len(found))


def mean_share(values: Sequence[float], seed: int) -> Share:
    """Return the mean of values from 0 to 1, a value each of what was drawn by itself.

    The interval is the bootstrap's; where all values are the same, which leaves nothing to
    resample, Wilson's. Raises `ValueError` for an empty list.
    """
    if len(set(values)) == 1:
        return _wilson(fmean(values), len(values))
    found = estimate(values, seed)
    return Share(found.mean, found.low, found.high, found.n)


def _wilson(value: float, count: int) -> Share:
    squared = _Z**2 / count
    middle = (value + squared / 2) / (1 + squared)
    half = _Z * math.sqrt(value * (1 - value) / count + squared / (4 * count)) / (1 + squared)
    return Share(value, max(0.0, middle - half), min(1.0, middle + half), count)
