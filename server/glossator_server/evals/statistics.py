"""Own what may be concluded from paired figures: intervals, chances, and a verdict in one word.

Pure and seeded: the same figures give the same words. It must not know what was measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist
from typing import TYPE_CHECKING

from glossator_server.evals.types import Better

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RESAMPLES = 10_000
CONFIDENCE = 0.95
# With fewer pairs no chance of signs can be below 5 %: 2 / 2^6 is the first that is.
FEWEST_FOR_A_VERDICT = 6
# All ways to set so many signs are counted, of more a sample is drawn.
_MOST_COUNTED = 12
# Figures that are drawn at once: some 30 megabytes.
_AT_ONCE = 4_000_000
_NORMAL = NormalDist()


class Verdict(StrEnum):
    """What the interval of a difference says; `SAME` is "no difference was shown"."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its interval of 95 %, over `n` figures."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a configuration differs from the baseline; `p` is of a two-sided test of signs."""

    difference: Estimate
    p: float
    verdict: Verdict


def estimate(values: Sequence[float], seed: int) -> Estimate:
    """Return the mean with its interval, bias-corrected and accelerated (Efron 1987).

    Raises `ValueError` where there are no figures.
    """
    import numpy as np

    if not values:
        raise ValueError("there is nothing to estimate from")
    found = np.asarray(values, np.float64)
    mean = float(found.mean())
    if len(found) == 1 or float(np.ptp(found)) == 0.0:
        return Estimate(mean, mean, mean, len(found))
    drawn = np.sort(_resampled_means(found, np.random.default_rng(seed)))
    low, high = (float(np.quantile(drawn, it)) for it in _quantiles(found, drawn))
    return Estimate(mean, low, high, len(found))


def compare(
    baseline: Sequence[float], other: Sequence[float], better: Better, seed: int
) -> Comparison:
    """Compare the figures of the same cases, in the same order."""
    differences = [b - a for a, b in zip(baseline, other, strict=True)]
    found = estimate(differences, seed)
    return Comparison(found, chance(differences, seed), _verdict(found, better))


def chance(differences: Sequence[float], seed: int) -> float:
    """Return how often signs at random make so great a mean difference (Fisher 1935).

    All signs are tried where there are few pairs, else a sample, with one added for what was seen.
    """
    import numpy as np

    found = np.asarray(differences, np.float64)
    seen = abs(float(found.sum()))
    # What is equal but for rounding is as great.
    bound = seen - 1e-9 * max(1.0, float(np.abs(found).sum()))
    if len(found) <= _MOST_COUNTED:
        ways = np.arange(2 ** len(found))[:, None] >> np.arange(len(found)) & 1
        return float(np.mean(np.abs((1 - 2 * ways) @ found) >= bound))
    random = np.random.default_rng(seed)
    as_great = 0
    for rows in _batches(len(found)):
        signs = random.integers(0, 2, (rows, len(found)), np.int8) * 2 - 1
        as_great += int(np.sum(np.abs(signs @ found) >= bound))
    return (as_great + 1) / (RESAMPLES + 1)


def _verdict(difference: Estimate, better: Better) -> Verdict:
    if difference.n < FEWEST_FOR_A_VERDICT or difference.low <= 0.0 <= difference.high:
        return Verdict.SAME
    is_higher = difference.low > 0.0
    return Verdict.BETTER if is_higher == (better is Better.HIGHER) else Verdict.WORSE


def _resampled_means(
    values: NDArray[np.float64], random: np.random.Generator
) -> NDArray[np.float64]:
    import numpy as np

    size = len(values)
    drawn = [values[random.integers(0, size, (rows, size))].mean(axis=1) for rows in _batches(size)]
    return np.concatenate(drawn)


def _batches(size: int) -> list[int]:
    most = max(1, _AT_ONCE // size)
    whole, rest = divmod(RESAMPLES, most)
    return [most] * whole + ([rest] if rest else [])


def _quantiles(values: NDArray[np.float64], drawn: NDArray[np.float64]) -> tuple[float, float]:
    """Return which shares of the resampled means the interval lies between."""
    import numpy as np

    mean = values.mean()
    # Half of the ties, or means of few distinct figures would be taken for biased.
    below = (np.sum(drawn < mean) + np.sum(drawn <= mean)) / 2 / len(drawn)
    bias = _NORMAL.inv_cdf(float(np.clip(below, 1e-6, 1 - 1e-6)))
    # The jackknife's means differ from the mean by a multiple of each figure's own difference.
    off = values - mean
    acceleration = float((off**3).sum() / (6.0 * (off**2).sum() ** 1.5))
    outside = (1.0 - CONFIDENCE) / 2

    def share(at: float) -> float:
        moved = bias + _NORMAL.inv_cdf(at)
        return _NORMAL.cdf(bias + moved / (1.0 - acceleration * moved))

    return share(outside), share(1.0 - outside)
