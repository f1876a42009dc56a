from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks.index_damage import DAMAGES, STORES, WHOLE_DAMAGES
from benchmarks.index_kills import damages, kills

# `benchmarks/index_kills.py` does 200 kills and all damages of 10,000 chunks.
_KILLS = 3


@pytest.mark.parametrize("seed", [1])
def test_every_damage_of_every_store_is_repaired(tmp_path: Path, seed: int) -> None:
    cases = list(damages(tmp_path, random.Random(seed), files=8, functions=2))
    assert len(cases) == len(STORES) * (len(DAMAGES) + len(WHOLE_DAMAGES))
    assert [it for it in cases if it["wrong"]] == []


def test_nothing_acknowledged_is_lost_by_a_kill(tmp_path: Path) -> None:
    found = list(kills(tmp_path, _KILLS, random.Random(7)))
    assert [it for it in found if it["wrong"]] == []
