"""Intervals, chances and verdicts, beside scipy's and beside what they promise."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from glossator_server.evals.statistics import (
    FEWEST_FOR_A_VERDICT,
    Verdict,
    chance,
    compare,
    estimate,
)
from glossator_server.evals.types import Better

_SAMPLES = {
    "skewed": np.random.default_rng(1).exponential(size=40),
    "shares": (np.random.default_rng(2).random(60) > 0.9) * 1.0,
    "even": np.random.default_rng(3).normal(size=25),
}


@pytest.mark.parametrize("name", _SAMPLES)
def test_intervals_are_those_of_scipy(name: str) -> None:
    values = _SAMPLES[name]
    found = estimate(list(values), 7)
    theirs = scipy.stats.bootstrap(
        (values,), np.mean, method="BCa", n_resamples=10_000, rng=np.random.default_rng(5)
    ).confidence_interval
    assert found.mean == pytest.approx(values.mean())
    # Two draws of the same size differ by a little.
    width = theirs.high - theirs.low
    assert found.low == pytest.approx(theirs.low, abs=0.06 * width)
    assert found.high == pytest.approx(theirs.high, abs=0.06 * width)


def test_an_interval_holds_the_true_mean_nearly_as_often_as_it_says() -> None:
    drawn = np.random.default_rng(11)
    held = 0
    for at in range(200):
        found = estimate(list(drawn.exponential(size=30)), at)
        held += found.low <= 1.0 <= found.high
    # A skewed sample of 30 is known to be held a little less often than 95 %.
    assert 0.88 <= held / 200 <= 0.99


@pytest.mark.parametrize("size", [5, 10, 40])
def test_chances_are_those_of_scipy(size: int) -> None:
    values = np.random.default_rng(size).normal(0.4, 1.0, size)
    theirs = scipy.stats.permutation_test(
        (values,), np.mean, permutation_type="samples", n_resamples=20_000, rng=1
    ).pvalue
    assert chance(list(values), 7) == pytest.approx(theirs, abs=0.02)


@pytest.mark.parametrize(
    ("baseline", "other", "better", "verdict"),
    [
        ([0.1] * 8, [0.2, 0.3] * 4, Better.HIGHER, Verdict.BETTER),
        ([0.1] * 8, [0.2, 0.3] * 4, Better.LOWER, Verdict.WORSE),
        ([0.2, 0.3] * 4, [0.1] * 8, Better.HIGHER, Verdict.WORSE),
        ([0.2, 0.3] * 4, [0.1] * 8, Better.LOWER, Verdict.BETTER),
        ([0.1, 0.3] * 4, [0.3, 0.1] * 4, Better.HIGHER, Verdict.SAME),
        ([0.1] * 8, [0.1] * 8, Better.HIGHER, Verdict.SAME),
    ],
)
def test_a_verdict_follows_the_interval(
    baseline: list[float], other: list[float], better: Better, verdict: Verdict
) -> None:
    assert compare(baseline, other, better, 7).verdict is verdict


def test_few_pairs_give_no_verdict() -> None:
    fewest = FEWEST_FOR_A_VERDICT
    few = compare([0.0] * (fewest - 1), [1.0] * (fewest - 1), Better.HIGHER, 7)
    assert few.verdict is Verdict.SAME
    enough = compare([0.0] * fewest, [1.0] * fewest, Better.HIGHER, 7)
    assert (enough.verdict, enough.p) == (Verdict.BETTER, pytest.approx(2 / 2**fewest))


def test_the_same_figures_give_the_same_words() -> None:
    values = list(_SAMPLES["skewed"])
    assert estimate(values, 7) == estimate(values, 7)
    assert estimate(values, 7) != estimate(values, 8)
    assert estimate([0.5], 7).low == estimate([0.5], 7).high == 0.5
    with pytest.raises(ValueError, match="nothing"):
        estimate([], 7)
