"""Own the bounds of a test that looks several times: how sure each look must be.

Pure. It must not know what is measured.

The error is spent as O'Brien and Fleming's bounds would spend it (Lan and DeMets, "Discrete
sequential boundaries for clinical trials", 1983): hardly any at the first look, most at the last.
Each look is held to its own part alone, so that the sum bounds the whole error (Bonferroni),
however the looks depend on each other. It costs a little power and needs no integrals.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import NormalDist

_NORMAL = NormalDist()


def spent_at(looks: Sequence[int], alpha: float) -> tuple[float, ...]:
    """Return the part of the error of each look, one-sided; their sum is `alpha`.

    `looks` are counts of cases, ascending.
    """
    whole = _NORMAL.inv_cdf(1 - alpha / 2)
    until = [2 * (1 - _NORMAL.cdf(whole / math.sqrt(it / looks[-1]))) for it in looks]
    return tuple(after - before for before, after in pairwise([0.0, *until]))


def chance_of_more(differences: Sequence[float]) -> float:
    """Return how likely so great a mean is where none is expected: Student's t, one-sided.

    The tail is Wallace's approximation ("Bounds on normal approximations to Student's", 1959),
    right to 1 % of the chance for 10 and more figures. Figures that are all the same say what a
    test of signs says of them.
    """
    count = len(differences)
    if count < 2:
        return 1.0
    mean = math.fsum(differences) / count
    squares = math.fsum((it - mean) ** 2 for it in differences)
    if mean == 0.0:
        return 0.5
    if squares <= 1e-18 * count * mean * mean:
        return 0.5**count if mean > 0 else 1 - 0.5**count
    free = count - 1
    t = mean / math.sqrt(squares / free / count)
    z = math.sqrt(free * math.log1p(t * t / free)) * (8 * free + 1) / (8 * free + 3)
    # Of the negative side, since there the smallest chances are exact.
    return _NORMAL.cdf(-z) if t > 0 else 1 - _NORMAL.cdf(-z)
