"""A plan is a text that a person may change; what stands in its list may be changed, no more."""

from __future__ import annotations

import pytest

from glossator_server.agent.plans import plan_text, read_plan
from glossator_server.errors import UsageError

STEPS = [
    {"path": "src/net.c", "change": "add `x` to `y.c`\nand more"},
    {"path": "a b/ü.h", "change": "declare"},
]


def test_what_is_written_is_read_again() -> None:
    plan = read_plan(plan_text("Add `x`", "It is\n\n\n\nneeded.", STEPS))
    assert plan.title == "Add 'x'"
    assert plan.files == ("src/net.c", "a b/ü.h")


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("## Files\n- `a.c`\n", ("a.c",)),
        ("# T\n## files\r\n* [ ] `./a.c`: see `b.c`\r\n+ `c.c`, `d.c`\r\n", ("a.c", "c.c", "d.c")),
        ("## Files\n- `a.c`\n- `a.c`: twice\n\nprose `x.c`\n## More\n- `y.c`\n", ("a.c",)),
        ("## Files\n- `old.c` -> `new.c`: rename\n", ("old.c", "new.c")),
    ],
)
def test_what_a_person_leaves_of_a_plan_counts(text: str, files: tuple[str, ...]) -> None:
    assert read_plan(text).files == files


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no heading"),
        ("# T\n- `a.c`\n", "no heading"),
        ("## Files\nnothing\n", "names no file"),
        ("## Files\n" + "".join(f"- `{it}.c`\n" for it in range(101)), "at most 100"),
        ("x" * 60_000, "shorten it"),
    ],
)
def test_a_plan_that_says_too_little_is_refused(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_plan(text)


def test_nothing_in_a_title_or_step_makes_another_file() -> None:
    steps = [{"path": "a.c", "change": "x\n## Files\n- `evil.c`"}]
    text = plan_text("T\n## Files\n- `evil.c`", "S", steps)
    assert read_plan(text).files == ("a.c",)
