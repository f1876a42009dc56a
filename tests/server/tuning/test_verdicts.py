"""Own the proof that the gate lets through what is better, and nothing that is worse anywhere."""

from __future__ import annotations

import random

import pytest

from glossator_server.evals.suites.document import DocumentSuite
from glossator_server.tuning.gate import REPEATED, SECRETS
from glossator_server.tuning.verdicts import Decision, Figures, GatePlan, Look, look

MEASURES = (*DocumentSuite().measures, SECRETS, REPEATED)
USUAL = {
    "rouge_l": 0.4,
    "chrf": 0.4,
    "meaning": 0.5,
    "length": 0.7,
    "valid": 1.0,
    "first_try": 0.9,
    "mentions": 0.9,
    "style_findings": 0.2,
    "drift": 0.0,
    "secrets": 0.0,
    "repeated": 0.0,
}
LOWER = {"style_findings", "drift", "secrets", "repeated"}


def pairs(count: int, gains: dict[str, float], seed: int = 1) -> list[tuple[Figures, Figures]]:
    """Return figures in which the candidate gains so much on average, with noise."""
    drawn = random.Random(seed)
    made: list[tuple[Figures, Figures]] = []
    for _ in range(count):
        before = {name: it + drawn.gauss(0, 0.1) for name, it in USUAL.items()}
        after = {
            name: it
            + (0 if name not in gains else gains[name] * (-1 if name in LOWER else 1))
            + drawn.gauss(0, 0.1)
            for name, it in before.items()
        }
        made.append((before, after))
    return made


def last(plan: GatePlan, found: list[tuple[Figures, Figures]]) -> Look:
    """Return the look at which the gate ends."""
    for at, count in enumerate(plan.looks):
        seen = look(plan, at, MEASURES, found[:count], seed=7)
        if seen.decision is not Decision.OPEN:
            return seen
    raise AssertionError("the last look decides")


BETTER = {"rouge_l": 0.1, "chrf": 0.1, "meaning": 0.1}


def test_what_is_better_passes_before_all_cases_are_seen() -> None:
    seen = last(GatePlan(), pairs(200, BETTER))
    assert seen.decision is Decision.PASSED
    assert seen.cases < 200
    assert seen.reasons == ()


@pytest.mark.parametrize("worse", GatePlan().not_worse)
def test_what_is_better_but_worse_in_one_thing_is_refused(worse: str) -> None:
    seen = last(GatePlan(), pairs(200, {**BETTER, worse: -0.2}))
    assert seen.decision is Decision.REFUSED
    assert any(it.startswith(f"{worse} is worse") for it in seen.reasons)


@pytest.mark.parametrize("lacking", GatePlan().better)
def test_what_is_better_in_some_named_measures_only_is_refused(lacking: str) -> None:
    gains = {name: it for name, it in BETTER.items() if name != lacking}
    seen = last(GatePlan(), pairs(200, {**gains, lacking: -0.01}))
    assert seen.decision is Decision.REFUSED
    assert any(it.startswith(lacking) for it in seen.reasons)


def test_what_does_nothing_is_refused() -> None:
    found = [(before, before) for before, _ in pairs(200, {})]
    assert last(GatePlan(), found).decision is Decision.REFUSED


def test_harm_ends_it_at_the_first_look() -> None:
    seen = last(GatePlan(), pairs(200, dict.fromkeys(USUAL, -0.3)))
    assert (seen.decision, seen.cases) == (Decision.REFUSED, 40)


def test_what_does_nothing_hardly_ever_passes_by_chance() -> None:
    plan = GatePlan(better=("rouge_l",), not_worse=(), looks=(20, 40, 60), alpha=0.05)
    passed = sum(last(plan, pairs(60, {}, seed)).decision is Decision.PASSED for seed in range(40))
    assert passed <= 5


@pytest.mark.parametrize(
    ("cases", "looks"),
    [(200, (40, 80, 120, 160, 200)), (1000, (40, 80, 120, 160, 200)), (50, (10, 20, 30, 40, 50)),
     (25, (12, 25)), (3, (3,))],
)  # fmt: skip
def test_fewer_cases_are_looked_at_as_often_as_they_allow(
    cases: int, looks: tuple[int, ...]
) -> None:
    assert GatePlan().cut_to(cases).looks == looks


def test_a_case_that_failed_has_no_figure_for_some_measures() -> None:
    found = [({"valid": 1.0, "rouge_l": 0.5}, {"valid": 0.0}) for _ in range(200)]
    seen = last(GatePlan(), found)
    assert seen.decision is Decision.REFUSED
    assert any("valid is worse" in it for it in seen.reasons)
