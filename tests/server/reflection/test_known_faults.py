"""Known faults in small programs, mended by a simulated model with real compilers and tests."""

from __future__ import annotations

import random

import pytest

from benchmarks.fixes import SEED, row_of
from glossator_server.evals.faults import Fault, written_faults
from tests.e2e.fixing import require_tools

_CHOSEN = random.Random(3).sample(written_faults(), 12)


@pytest.mark.sandbox
@pytest.mark.parametrize("fault", _CHOSEN, ids=lambda it: f"{it.program}-{it.id}")
async def test_what_is_shown_is_what_was_drawn_right(fault: Fault) -> None:
    """Solved are the faults for which a right answer was drawn, or that a tool knows to mend."""
    require_tools()
    row = await row_of(fault, SEED)
    assert row["right"] == (row["drew_right"] or row["by_tool"])
    assert row["shown"] == row["right"]
