"""Two editors and a command line on one repository, for as long as a test may take."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.index_editors import rows


@pytest.mark.timeout(180)
def test_nothing_is_lost_among_two_editors_and_a_command_line() -> None:
    seen = list(rows(6.0))
    assert [it for it in seen if it["lost"]] == []
    # Every kind of edit is among them.
    assert len(Counter(it["kind"] for it in seen)) == 6
