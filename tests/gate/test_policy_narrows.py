"""However three files are written, nothing is allowed that one of them does not allow.

A sample; `make bench ONLY=policy` takes 10,000 triples and 500 damaged files.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks.policy import Desk, Tried, damaged_files, made_up_triples
from tests.gate.policies_made_up import Triple


def test_no_policy_is_wider_than_its_files(tmp_path: Path) -> None:
    tried = list(made_up_triples(tmp_path, range(300)))
    assert [it for it in tried if it.beyond] == []
    # Where little is allowed, little can be wrong.
    assert sum(it.allowed > 0 for it in tried) > 100


def test_no_damaged_file_makes_a_policy_wider(tmp_path: Path) -> None:
    tried = list(damaged_files(tmp_path, 120))
    assert [it for it in tried if it.beyond] == []
    assert len({it.kind for it in tried}) >= 12
    assert all(it.allowed > 0 for it in tried)


@pytest.mark.parametrize(
    "widened", ["max_class", "model", "deny_paths", "limits", "commands", "telemetry"]
)
def test_the_second_opinion_would_notice(tmp_path: Path, widened: str) -> None:
    # A policy of other files than those that it is compared with.
    assert any(it.beyond for it in _with_less(tmp_path, widened))


def _with_less(folder: Path, widened: str) -> list[Tried]:
    rng = random.Random(7)
    desk = Desk(folder)
    return [desk.compared(it, _stricter(it, widened, rng)) for it in desk.triples(range(60))]


def _stricter(files: Triple, widened: str, rng: random.Random) -> Triple:
    """Return the files with a managed one that allows less than was read."""
    managed = {**(files.managed or {"model": [], "limits": {}, "classify": []})}
    if widened == "max_class":
        managed["model"] = [{**it, "max_class": "public"} for it in managed["model"]]
    elif widened == "model":
        managed["model"] = managed["model"][: rng.randrange(2)]
    elif widened == "deny_paths":
        managed["redact"] = {"deny_paths": ["*"]}
    elif widened == "telemetry":
        managed.pop("telemetry", None)
    elif widened == "limits":
        managed["limits"] = {"tokens_per_day": 1, "cost_per_day": 0, "requests_per_min": 1}
    else:
        managed["execute"] = {"commands": []}
    managed.setdefault("index_server", [])
    managed.setdefault("web_search", [])
    return Triple(managed, files.user, files.workspace)
