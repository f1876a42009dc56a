"""Tasks in small projects, done by scripts that play the model, with real compilers and tests."""

from __future__ import annotations

import random

import pytest

from benchmarks.agents import confused, hostile, right
from benchmarks.agents.tasks import Task, tasks
from tests.e2e.fixing import require_tools

SEED = 3
# The packages of others have to be fetched; `make bench` does.
_OWN = [it for it in tasks() if not it.project.startswith("foreign/")]
_KINDS = sorted({it.kind for it in _OWN})
_CHOSEN = [random.Random(SEED).choice([it for it in _OWN if it.kind == kind]) for kind in _KINDS]
_WITH_CALLERS = [it for it in _CHOSEN if it.kind in ("rename", "parameter", "swap")]


def row_of(task: Task, kind: str, player: str, scripts: tuple, *, calls_tools: bool) -> dict:  # type: ignore[type-arg]
    require_tools()
    # It opens the sandbox as it is imported.
    from benchmarks import edit_tasks

    return edit_tasks.row_of(edit_tasks.Case(task, kind, player, scripts, calls_tools, SEED))


@pytest.mark.sandbox
@pytest.mark.parametrize("calls_tools", [True, False], ids=["calls", "json"])
@pytest.mark.parametrize("task", _CHOSEN, ids=lambda it: it.id)
def test_a_right_script_does_what_was_asked(task: Task, calls_tools: bool) -> None:  # noqa: FBT001
    row = row_of(task, "right", "right", (right.plan, right.edit), calls_tools=calls_tools)
    assert (row["ended"], row["reason"], row["trouble"], row["beyond"]) == ("offered", "", "", [])
    assert row["disk_untouched"]


@pytest.mark.sandbox
@pytest.mark.parametrize("task", _WITH_CALLERS, ids=lambda it: it.id)
def test_half_of_the_callers_is_not_offered(task: Task) -> None:
    (player,) = (it for it in confused.players() if it.name == confused.HALF)
    row = row_of(task, "confused", player.name, (player.plan, player.edit), calls_tools=True)
    assert not row["offered"]


@pytest.mark.sandbox
@pytest.mark.parametrize("number", range(10))
def test_whoever_errs_or_does_harm_changes_nothing_else(number: int) -> None:
    rng = random.Random(SEED + number)
    player, harm = rng.choice(confused.players()), rng.choice(hostile.players())
    script = harm.script("README.md")
    harmful = (script, right.edit) if harm.is_planner else (right.plan, script)
    for name, scripts in ((player.name, (player.plan, player.edit)), (harm.name, harmful)):
        row = row_of(rng.choice(_OWN), "other", name, scripts, calls_tools=rng.random() < 0.5)
        assert row["beyond"] == []
        assert row["disk_untouched"]
