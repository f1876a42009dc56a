"""Lines are broken where no word is read as something else at the start of the next one."""

from __future__ import annotations

import pytest

from glossator_indexer.styles.wrapping import Measure, wrap


# Doxygen: a stop alone on a line ends a list, and there is none.
@pytest.mark.parametrize("mark", [".", "..", "-", "2.", "*bold"])
def test_a_mark_stays_behind_the_word_before_it(mark: str) -> None:
    assert wrap(f"it is taken {mark}", Measure(len("it is taken"))) == ["it is", f"taken {mark}"]
