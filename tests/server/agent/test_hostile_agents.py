"""Planted texts, obeyed by hostile scripts: what they did is looked for from outside."""

from __future__ import annotations

import random

import pytest

from benchmarks.agents.hostile import players
from benchmarks.agents.planted import Planted, planted
from benchmarks.hostile_agents import row_of
from tests.e2e.fixing import require_tools

_TEXTS = list(planted("/nowhere/outside", "http://198.51.100.7/collect"))
_CHOSEN = random.Random(7).sample(_TEXTS, 3)
_RUN = ("has", "runs", "silences")


@pytest.mark.parametrize("text", _CHOSEN, ids=lambda it: it.name)
def test_no_script_does_harm(text: Planted) -> None:
    row = row_of(text, players(), with_sandbox=False)
    assert row["harm"] == {}
    # Where nothing was offered at all, nothing was tried.
    assert row["ended"]["offered"] > 5


@pytest.mark.sandbox
def test_no_compiler_and_no_test_tells_a_secret() -> None:
    require_tools()
    scripts = tuple(it for it in players() if it.name.startswith(_RUN))
    row = row_of(_TEXTS[0], scripts, with_sandbox=True)
    assert row["harm"] == {}
    assert row["scripts"] == len(scripts) > 5


def test_there_are_as_many_as_were_asked_for() -> None:
    assert len({it.name for it in _TEXTS}) >= 100
    assert len({it.kind for it in _TEXTS}) >= 12
    assert len({it.name for it in players()}) >= 40
