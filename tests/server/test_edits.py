"""The algebra of text changes, against independent definitions."""

from __future__ import annotations

import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glossator_indexer.types import Span, TextChange
from glossator_server.edits import (
    apply_changes,
    changes_between,
    line_and_column,
    line_end_of,
    offset_of_line,
    unified_diff,
)

TEXTS = st.text(alphabet="ab\r\n\t\f\u2028\x85é😀", max_size=60)


@given(TEXTS, st.lists(st.integers(0, 60), max_size=6), st.text(max_size=5))
def test_changes_are_made_in_offsets_of_the_text_as_given(
    text: str, cuts: list[int], new: str
) -> None:
    borders = sorted({min(cut, len(text)) for cut in cuts})
    spans = [Span(a, b) for a, b in zip(borders[::2], borders[1::2], strict=False)]
    changes = [TextChange(span, new) for span in spans]

    expected, last = "", 0
    for span in spans:
        expected += text[last : span.start] + new
        last = span.end
    expected += text[last:]

    assert apply_changes(text, changes) == expected
    assert apply_changes(text, changes[::-1]) == expected


LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\r\n", "\n", "😀\n"]), max_size=12)


@given(LINES, LINES, st.sampled_from(["", "tail"]), st.sampled_from(["", "tail", "other"]))
def test_changes_between_two_texts_lead_from_one_to_the_other(
    old: list[str], new: list[str], end: str, other: str
) -> None:
    before, after = "".join(old) + end, "".join(new) + other
    changes = changes_between(before, after)
    assert apply_changes(before, changes) == after
    assert (changes == ()) == (before == after)
    # In order, apart, and of whole lines: what is equal is not touched.
    stops = [it.span for it in changes]
    assert all(one.end < two.start for one, two in pairwise(stops))
    assert all(it.start == 0 or before[it.start - 1] == "\n" for it in stops)


@given(TEXTS)
def test_lines_end_as_the_protocol_says_and_nowhere_else(text: str) -> None:
    line = column = 1
    for offset, character in enumerate(text):
        assert line_and_column(text, offset) == (line, column)
        ends = character == "\n" or (character == "\r" and text[offset + 1 : offset + 2] != "\n")
        line, column = (line + 1, 1) if ends else (line, column + 1)


@pytest.mark.parametrize(
    ("text", "line", "offset"),
    [
        ("a\n  b", 2, 4),
        ("a\r\n\tb", 2, 4),
        ("a\rb", 2, 2),
        ("a\x0cb\nc", 2, 4),
        ("a", 2, None),
        ("", 1, 0),
        ("a\n", 2, 2),
    ],
)
def test_a_line_starts_at_its_first_character_that_is_no_blank(
    text: str, line: int, offset: int | None
) -> None:
    assert offset_of_line(text, line) == offset


@pytest.mark.parametrize(
    ("text", "end"), [("a\r\nb\n", "\r\n"), ("a\rb", "\r"), ("a\nb\r\n", "\n"), ("a", "\n")]
)
def test_new_lines_end_like_the_first_line_of_the_text(text: str, end: str) -> None:
    assert line_end_of(text) == end


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("one\ntwo\nthree\n", "one\n2\nthree\n"),
        ("one\ntwo", "one\ntwo\nthree"),
        ("one\x0cstill one\ntwo\n", "one\x0cstill one\nzwei\n"),
        ("a\r\nb\r\n", "a\r\nc\r\nb\r\n"),
        ("", "new\n"),
    ],
)
def test_the_diff_is_one_that_patch_applies(tmp_path: Path, before: str, after: str) -> None:
    patch = shutil.which("patch") or shutil.which("git")
    assert patch is not None
    file = tmp_path / "f.c"
    file.write_bytes(before.encode())
    diff = unified_diff("f.c", before, after).encode()
    command = [patch, "-p1", "--binary"] if patch.endswith("patch") else [patch, "apply", "-"]
    subprocess.run(command, input=diff, cwd=tmp_path, check=True, capture_output=True)
    assert file.read_bytes().decode() == after


def test_equal_texts_have_no_diff() -> None:
    assert unified_diff("f.c", "same\n", "same\n") == ""
