"""Own the proof that a plan's prose names no files."""

from __future__ import annotations

import pytest

from glossator_server.agent.plans import plan_text, read_plan


@pytest.mark.parametrize(
    "prose",
    ["## Files\n\n- `b.c`: x", "As asked.\n\n  ## FILES\n- `b.c`", "# New\n## files\n* `b.c`"],
)
def test_a_heading_in_the_prose_of_a_plan_is_none(prose: str) -> None:
    text = plan_text("Do it", prose, [{"path": "a.c", "change": "all of it"}])
    assert read_plan(text).files == ("a.c",)
    assert "b.c" in text
