"""Parts of a change: what is taken is exactly that, and what is left is the text as it was."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glossator_server.change_set import ChangeSet, FileChange
from glossator_server.changes.diffs import diff_of
from glossator_server.changes.hunks import chosen, hunks_of
from glossator_server.errors import UsageError

_LINES = st.lists(
    st.sampled_from(["a\n", "b\n", "c\r\n", "\x0cd\n", "e\u2028f\n", "g\rh\n", "\n"]), max_size=40
)
_TEXTS = st.builds(lambda lines, end: "".join(lines) + end, _LINES, st.sampled_from(["", "z"]))


@given(_TEXTS, _TEXTS, st.randoms())
def test_any_choice_of_hunks_is_those_and_no_other(
    before: str, after: str, rng: random.Random
) -> None:
    change = FileChange("a.c", before, after)
    changes = ChangeSet(Path("/r"), (change,))
    hunks = hunks_of(change)
    numbers = frozenset(it.number for it in hunks)
    assert chosen(changes, {"a.c": numbers}).files == (change,)
    some = frozenset(it for it in numbers if rng.random() < 0.5)
    part = chosen(changes, {"a.c": some}).files
    if not some:
        assert part == ((change,) if not numbers else ())
        return
    text = part[0].after or ""
    lines = _split(before)
    new = _split(after)
    for it in reversed(hunks):
        if it.number in some:
            lines[it.before.start : it.before.stop] = new[it.after.start : it.after.stop]
    assert text == "".join(lines)
    # The other hunks are what is left to be done.
    rest = hunks_of(FileChange("a.c", text, after))
    assert bool(rest) == (some != numbers)


def _split(text: str) -> list[str]:
    parts = text.split("\n")
    return [f"{it}\n" for it in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


@pytest.mark.parametrize(
    ("keep", "words"),
    [
        ({"x.c": None}, "no file x.c"),
        ({"a.c": frozenset({7})}, "no hunk 7"),
        ({"new.c": frozenset({2})}, "no hunk 2"),
    ],
)
def test_a_choice_of_what_is_not_there_is_refused(
    keep: dict[str, frozenset[int] | None], words: str
) -> None:
    files = (FileChange("a.c", "a\n", "b\n"), FileChange("new.c", None, "n\n"))
    with pytest.raises(UsageError, match=words):
        chosen(ChangeSet(Path("/r"), files), keep)


def test_a_rename_can_be_taken_without_its_edits() -> None:
    change = FileChange("b.c", "a\n", "b\n", moved_from="a.c")
    (part,) = chosen(ChangeSet(Path("/r"), (change,)), {"b.c": frozenset()}).files
    assert (part.moved_from, part.after) == ("a.c", "a\n")


@pytest.mark.parametrize("seed", range(40))
def test_git_applies_the_diff(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    changes = _random_set(tmp_path, rng)
    diff = diff_of(changes)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    applied = subprocess.run(
        ["git", "-c", "core.autocrlf=false", "apply", "--whitespace=nowarn", "-"],
        cwd=tmp_path,
        input=diff.encode(),
        capture_output=True,
    )
    assert applied.returncode == 0, (applied.stderr, diff)
    for path, text in changes.texts().items():
        assert (path.read_bytes().decode() if path.exists() else None) == text


def _random_set(root: Path, rng: random.Random) -> ChangeSet:
    files = []
    for name in ("a.c", "b c.c", 'd"e.c', "ü.c", "f/g.c", "tab\t.c"):
        before = _random_text(rng)
        kind = rng.randrange(5)
        if kind == 0:
            files.append(FileChange(name, None, _random_text(rng) + "x\n"))
            continue
        place = root / name
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(before.encode())
        after = _changed(before, rng)
        if kind == 1:
            files.append(FileChange(name, before, None))
        elif kind == 2:
            files.append(FileChange(f"moved/{name}", before, after, moved_from=name))
        elif before != after:
            files.append(FileChange(name, before, after))
    return ChangeSet(root, tuple(files) or (FileChange("only.c", None, "x"),))


def _random_text(rng: random.Random) -> str:
    ends = ["\n", "\r\n", " \n", "\x0c\n", "\u2028\n"]
    lines = [f"line {rng.randrange(9)}{rng.choice(ends)}" for _ in range(rng.randrange(1, 30))]
    return "".join(lines) + rng.choice(["", "end"])


def _changed(text: str, rng: random.Random) -> str:
    lines = _split(text)
    for _ in range(rng.randrange(3)):
        lines.insert(rng.randrange(len(lines) + 1), "new\n")
    return "".join(lines)
