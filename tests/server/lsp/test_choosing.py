"""What is taken of a change, what is left of it after that, and what is left without it."""

from __future__ import annotations

from pathlib import Path

import pytest

from glossator_server.change_set import ChangeSet, FileChange
from glossator_server.lsp.choosing import Taken, in_lines, part_of, rest_of, without
from glossator_server.lsp.proposals import Failing, OfferedChange
from glossator_server.proposal import Proposal

LINES = [f"line {it}\n" for it in range(40)]
BEFORE = "".join(LINES)
FIRST = "".join(["one\n", *LINES[1:]])
SECOND = "".join([*LINES[:-1], "last\n"])
BOTH = "".join(["one\n", *LINES[1:-1], "last\n"])
CHANGES = ChangeSet(
    Path("/project"),
    (
        FileChange("a.c", BEFORE, BOTH, version=3),
        FileChange("gone.c", "int gone;\n", None),
        FileChange("new.c", None, "int made;\n"),
        FileChange("said.c", "// glossator: do it\nint said;\n", "int said;\n"),
    ),
)


async def _again(changes: ChangeSet) -> Proposal | Failing:
    return Failing(f"nobody asks about {len(changes.files)} files")


def _offered() -> OfferedChange:
    proposal = Proposal(
        title="Change",
        symbol="",
        edits=(),
        evidence=(),
        model="",
        route="",
        notices=(),
        rounds=0,
        prompt_tokens=0,
        completion_tokens=0,
        seconds=0.0,
    )
    return OfferedChange(proposal, CHANGES, _again, along=frozenset({"said.c"}))


def _texts(changes: ChangeSet) -> dict[str, tuple[str | None, str | None]]:
    return {it.path: (it.before, it.after) for it in changes.files}


SAID = {"said.c": (CHANGES.files[3].before, CHANGES.files[3].after)}
GONE, NEW = {"gone.c": ("int gone;\n", None)}, {"new.c": (None, "int made;\n")}


@pytest.mark.parametrize(
    ("taken", "part", "rest", "others"),
    [
        (
            {"a.c": None},
            {"a.c": (BEFORE, BOTH)} | SAID,
            GONE | NEW,
            GONE | NEW | SAID,
        ),
        (
            {"a.c": frozenset({1}), "new.c": None},
            {"a.c": (BEFORE, FIRST)} | NEW | SAID,
            {"a.c": (FIRST, BOTH)} | GONE,
            {"a.c": (BEFORE, SECOND)} | GONE | SAID,
        ),
        (
            {"a.c": frozenset({1, 2}), "gone.c": None, "new.c": None},
            {"a.c": (BEFORE, BOTH)} | GONE | NEW | SAID,
            {},
            {},
        ),
        (
            {},
            {},
            {"a.c": (BEFORE, BOTH)} | GONE | NEW | SAID,
            {"a.c": (BEFORE, BOTH)} | GONE | NEW | SAID,
        ),
    ],
)
def test_what_goes_along_goes_with_the_first_part(
    taken: Taken, part: object, rest: object, others: object
) -> None:
    offered = _offered()
    assert _texts(part_of(offered, taken)) == part
    assert _texts(rest_of(offered, taken)) == rest
    assert _texts(without(offered, taken)) == others


def test_the_size_of_a_change_says_what_becomes_of_the_file() -> None:
    assert [in_lines(it) for it in CHANGES.files] == [
        "+2 -2",
        "deleted, +0 -1",
        "new, +1 -0",
        "+0 -1",
    ]
