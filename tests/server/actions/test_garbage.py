"""A sample of the benchmark "garbage in, valid out", judged by the kernel's own script.

The benchmark runs over thousands of functions; these files stand for them in every test run.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks import garbage
from benchmarks.hostile_replies import FAMILIES, Asked, reply_of
from benchmarks.kernel_tree import KernelDocWarning
from benchmarks.plain_lexer import code_words

SAMPLE = (
    "lib/bitmap.c",
    "lib/idr.c",
    "lib/list_sort.c",
    "mm/mempool.c",
    "mm/gup.c",
    "kernel/kthread.c",
    "kernel/workqueue.c",
)
ASKED = Asked("add", ("a", "b", "..."), returns=True, code="int add(int a, int b, ...)")


@pytest.mark.kernel
def test_hostile_replies_never_make_an_invalid_comment(kernel_tree: Path) -> None:
    rows = [row for path in SAMPLE for row in garbage.rows_of_file(kernel_tree, path)]
    applied = [row for row in rows if row.outcome == "applied"]
    assert len(rows) >= 100
    assert [row for row in applied if row.warnings or not (row.code_same and row.read)] == []
    assert len(applied) * 2 >= len(rows)
    usable = [row for row in rows if row.usable]
    assert len([row for row in usable if row.outcome == "applied"]) >= 0.95 * len(usable)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_the_same_seed_gives_the_same_reply(family: str) -> None:
    one, other = (reply_of(family, ASKED, random.Random(3)) for _ in range(2))
    assert one == other


def test_only_new_warnings_count_wherever_they_moved() -> None:
    before = [KernelDocWarning(1, "old"), KernelDocWarning(5, "twice")]
    after = [KernelDocWarning(9, "old"), *(KernelDocWarning(it, "twice") for it in (6, 7))]
    assert garbage.added_warnings(before, after) == [KernelDocWarning(7, "twice")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("int a; /* x */ int b;", "int a;\n// y\nint b;"),
        ("#define A 1 /* x */\nint b;", "#define A 1\nint b;"),
        ('char *s = "/* no */";', 'char *s = "/* no */"; // yes'),
        ("int a\\\nb;", "int ab;"),
    ],
)
def test_the_independent_lexer_sees_the_same_code(one: str, other: str) -> None:
    assert code_words(one) == code_words(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("int a; /* x */", "/* x int a; */"),
        ("// x\nint a;", "// x\\\nint a;"),
        ("// x\nint a;", "// x??/\nint a;"),
        ("#define A\n1", "#define A 1"),
        ('char *s = "/*";', 'char *s = "";'),
        ("/* a */ int b; /* c */", "/* a int b; /* c */"),
    ],
)
def test_the_independent_lexer_sees_what_comments_swallow(one: str, other: str) -> None:
    assert code_words(one) != code_words(other)


def rows(*outcomes: tuple[bool, str]) -> Sequence[dict[str, object]]:
    return [
        {
            "usable": usable,
            "outcome": outcome,
            "cause": "" if outcome == "applied" else "no-usable-text",
            "families": ["good"],
            "warnings": [],
            "code_same": True,
            "read": True,
        }
        for usable, outcome in outcomes
    ]


def test_the_summary_counts_shares() -> None:
    found = garbage.summary(rows((True, "applied"), (True, "dropped"), (False, "dropped")))
    assert found["applied of usable"] == "50.00%"
    assert found["applied of all"] == "33.33%"
    assert found["dropped by cause"] == {"no-usable-text": 2}
