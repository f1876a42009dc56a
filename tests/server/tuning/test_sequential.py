"""Own the proof that looking several times errs no more often than is promised."""

from __future__ import annotations

import random

import pytest

from glossator_server.tuning.sequential import chance_of_more, spent_at


@pytest.mark.parametrize("looks", [(200,), (40, 80, 120, 160, 200), (10, 20), (7, 9, 100)])
def test_the_parts_of_all_looks_make_the_whole(looks: tuple[int, ...]) -> None:
    parts = spent_at(looks, 0.025)
    assert sum(parts) == pytest.approx(0.025)
    assert all(it >= 0 for it in parts)
    assert parts[-1] == max(parts)


def test_early_looks_spend_what_obrien_and_flemings_bounds_spend() -> None:
    # Of the tables of Lan and DeMets: five even looks at 2.5 % one-sided.
    expected = (0.000001, 0.000393, 0.003808, 0.012215, 0.025)
    until = [sum(spent_at((1, 2, 3, 4, 5), 0.025)[: it + 1]) for it in range(5)]
    assert until == pytest.approx(expected, rel=0.03, abs=1e-6)


@pytest.mark.parametrize(
    ("t", "free", "chance"),
    # Of a table of Student's t, one-sided.
    [
        (2.262, 9, 0.025),
        (2.821, 9, 0.01),
        (2.023, 39, 0.025),
        (3.307, 39, 0.001),
        (1.972, 199, 0.025),
    ],
)
def test_chances_are_those_of_students_table(t: float, free: int, chance: float) -> None:
    figures = _figures_of(t, free + 1)
    assert chance_of_more(figures) == pytest.approx(chance, rel=0.02)
    assert chance_of_more([-it for it in figures]) == pytest.approx(1 - chance, rel=0.001)


@pytest.mark.parametrize(
    ("figures", "least", "most"),
    [
        ([], 1, 1),
        ([0.5], 1, 1),
        ([0.0] * 40, 0.5, 0.5),
        ([0.1] * 40, 0, 1e-9),
        ([-0.1] * 40, 0.99, 1),
    ],
)
def test_figures_that_are_all_the_same_have_a_chance_too(
    figures: list[float], least: float, most: float
) -> None:
    assert least <= chance_of_more(figures) <= most


def test_where_nothing_is_better_hardly_anything_passes_at_any_look() -> None:
    looks, alpha = (20, 40, 60), 0.05
    parts = spent_at(looks, alpha)
    drawn = random.Random(3)
    passed = 0
    for _ in range(3000):
        # Skewed, as differences of scores are.
        figures = [drawn.gauss(0, 1) ** 3 for _ in range(looks[-1])]
        passed += any(chance_of_more(figures[:n]) <= it for n, it in zip(looks, parts, strict=True))
    assert passed / 3000 <= alpha + 0.01


def _figures_of(t: float, count: int) -> list[float]:
    """Return figures whose mean is t standard errors."""
    spread = [1.0 if it % 2 else -1.0 for it in range(count)]
    mean = sum(spread) / count
    squares = sum((it - mean) ** 2 for it in spread)
    error = (squares / (count - 1) / count) ** 0.5
    return [it - mean + t * error for it in spread]
