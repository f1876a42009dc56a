"""Positions are right in all encodings, and edits land where the editor made them."""

from __future__ import annotations

import re

import pytest
from lsprotocol.types import Position, PositionEncodingKind, Range

from benchmarks import lsp_sync
from glossator_indexer.types import Span, TextChange
from glossator_server.lsp import convert
from glossator_server.lsp.convert import LineTable, PositionMap, choose_encoding, selected_lines

UTF8, UTF16, UTF32 = (
    PositionEncodingKind.Utf8,
    PositionEncodingKind.Utf16,
    PositionEncodingKind.Utf32,
)


@pytest.mark.parametrize(
    ("encoding", "column"), [(UTF8, 11), (UTF16, 6), (UTF32, 5)], ids=["utf-8", "utf-16", "utf-32"]
)
def test_a_column_counts_units_of_the_encoding(encoding: PositionEncodingKind, column: int) -> None:
    text = "first\né漢😀ab|\n"
    positions = PositionMap(text, encoding)
    bar = text.index("|")
    assert positions.position(bar) == Position(1, column)
    assert positions.offset(Position(1, column)) == bar
    assert positions.offset(Position(1, column + 1)) == bar + 1


@pytest.mark.parametrize(
    ("end", "lines"),
    [((2, 4), range(3, 4)), ((3, 1), range(3, 5)), ((3, 0), range(3, 4)), ((2, 0), range(3, 4))],
)
def test_who_selects_whole_lines_ends_before_the_next(end: tuple[int, int], lines: range) -> None:
    assert selected_lines(Range(Position(2, 0), Position(*end))) == lines


@pytest.mark.parametrize("separator", ["\f", "\v", "\x1c", "\x85", "\u2028", "\u2029"])
def test_only_the_protocols_line_ends_end_a_line(separator: str) -> None:
    positions = PositionMap(f"a{separator}b\nc", UTF16)
    assert positions.offset(Position(1, 0)) == 4


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_what_lies_outside_is_moved_to_the_nearest_place(line_end: str) -> None:
    positions = PositionMap(f"ab{line_end}cd", UTF16)
    assert positions.offset(Position(0, 99)) == 2
    assert positions.offset(Position(9, 0)) == len(positions.text)
    assert positions.offset(Position(1, 2**31 - 1)) == len(positions.text)


def test_a_position_within_a_character_means_its_start() -> None:
    assert PositionMap("😀a", UTF16).offset(Position(0, 1)) == 0
    assert PositionMap("漢a", UTF8).offset(Position(0, 2)) == 0


def test_an_editor_may_cut_a_pair_and_mend_it() -> None:
    positions = PositionMap("a😀b", UTF16)
    cut = positions.change(Range(Position(0, 2), Position(0, 3)), "")
    positions.apply(cut)
    assert positions.text == "a\ud83db"
    mended = positions.change(Range(Position(0, 2), Position(0, 2)), "\ude01")
    positions.apply(mended)
    assert positions.text == "a😁b"


def test_a_range_with_its_ends_exchanged_is_put_in_order() -> None:
    positions = PositionMap("abcd", UTF16)
    assert positions.span(Range(Position(0, 3), Position(0, 1))) == Span(1, 3)


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (None, UTF16),
        ([], UTF16),
        (["utf-16"], UTF16),
        (["utf-8", "utf-16"], UTF8),
        (["utf-32", "utf-8"], UTF32),
        (["utf-7", "utf-8"], UTF8),
        (["utf-7"], UTF16),
    ],
)
def test_speaks_the_editors_first_encoding(
    offered: list[str] | None, chosen: PositionEncodingKind
) -> None:
    assert choose_encoding(offered) is chosen


def test_typing_in_two_places_moves_the_lines_between() -> None:
    text = "a\nb\nc\nd\ne\n"
    lines = LineTable(text)
    for at, new_text in ((8, "x\n"), (2, "y\r"), (6, ""), (3, "\n"), (0, "z")):
        text = text[:at] + new_text + text[at:]
        lines.replace(TextChange(Span(at, at), new_text), text)
        fresh = LineTable(text)
        assert [lines.start(it) for it in range(len(lines))] == [
            fresh.start(it) for it in range(len(fresh))
        ]
        assert [lines.line_at(it) for it in range(len(text) + 1)] == [
            fresh.line_at(it) for it in range(len(text) + 1)
        ]


@pytest.mark.parametrize("encoding", list(PositionEncodingKind))
def test_follows_an_editor_through_random_edits(encoding: PositionEncodingKind) -> None:
    assert lsp_sync.divergences(encoding, edits=1500, seed=3) == []


def test_the_random_edits_find_lines_split_as_python_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = re.compile("\r\n|[\n\r\f\v\x1c\x1d\x1e\x85\u2028\u2029]")
    monkeypatch.setattr(convert, "_LINE_END", wrong)
    assert lsp_sync.divergences(UTF16, edits=300, seed=3)
