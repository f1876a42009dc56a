"""What of the search's hits is shown first, and which part of a long function."""

from __future__ import annotations

import pytest

from glossator_indexer.records import EntityKind, Hit
from glossator_server.actions.ask_ranking import (
    LONG_FIRST,
    MOST_LINES,
    MOST_LINES_BEHIND,
    MOST_PARTS,
    fused,
    ordered,
    parts,
    rarities,
)
from glossator_server.actions.questions import Piece
from glossator_server.actions.support import content_words, stem


def _hit(path: str, line: int = 1) -> Hit:
    return Hit(path, line, line + 3, path, EntityKind.FUNCTION, 1.0, ())


def _long(lines: int, said: dict[int, str], path: str = "long.c") -> Piece:
    return Piece(path, 101, tuple(said.get(at, "x = 0;") for at in range(lines)))


def test_what_is_in_both_lists_comes_before_what_is_first_in_one() -> None:
    a, b, c = _hit("a.c"), _hit("b.c"), _hit("c.c")
    assert [it.path for it in fused([(1.0, [a, b]), (1.0, [c, b])])] == ["b.c", "a.c", "c.c"]


def test_a_list_that_counts_little_only_adds_behind() -> None:
    a, b, test = _hit("a.c"), _hit("b.c"), _hit("test_a.py")
    assert fused([(1.0, [a, b]), (0.1, [test, b])])[-1] is test


def test_a_place_is_found_once_though_two_lists_have_it() -> None:
    assert len(fused([(1.0, [_hit("a.c"), _hit("a.c", 9)]), (1.0, [_hit("a.c")])])) == 2


def test_a_short_piece_is_shown_whole() -> None:
    piece = _long(MOST_LINES, {})
    assert parts(piece, {"buffer": 1.0}, MOST_LINES) == [piece]


@pytest.mark.parametrize("at", [0, 41, 130, 199])
def test_of_a_long_function_the_part_with_the_words_is_shown(at: int) -> None:
    piece = _long(200, {at: "grow_buffer(limit);"})
    first, *others = parts(piece, {"buffer": 1.0, "limit": 2.0}, 40)
    assert first.start_line <= 101 + at <= first.end_line
    assert "grow_buffer(limit);" in first.lines
    assert len(others) < MOST_PARTS
    assert all(abs(it.start_line - first.start_line) >= 30 for it in others)


def test_a_rare_word_counts_more_than_two_that_everything_has() -> None:
    piece = _long(200, {20: "size = length;", 150: "quota();"})
    first = parts(piece, {"size": 0.3, "length": 0.3, "quota": 2.0}, 40)[0]
    assert "quota();" in first.lines


def test_rare_is_what_few_of_the_pieces_have() -> None:
    pieces = [Piece(f"{at}.c", 1, ("size = 0;",)) for at in range(5)] + [
        Piece("q.c", 1, ("quota();",))
    ]
    rarity = rarities(content_words("quota or size?"), pieces)
    assert rarity[stem("quota")] > rarity[stem("size")] > 0


def test_words_lift_a_piece_over_some_that_search_found_better() -> None:
    pieces = [Piece(f"{at}.c", 1, ("x = 0;",)) for at in range(8)]
    right = Piece("right.c", 1, ("quota of the buffer",))
    found = ordered([*pieces, right], {"quota": 1.0, "buffer": 1.0})
    assert found.index(right) < 5


def test_behind_the_first_ones_pieces_are_shorter() -> None:
    pieces = [_long(200, {}, f"{at}.c") for at in range(LONG_FIRST + 1)]
    lengths = {it.path: len(it.lines) for it in ordered(pieces, {"quota": 1.0})}
    assert lengths["0.c"] == MOST_LINES
    assert lengths[f"{LONG_FIRST}.c"] == MOST_LINES_BEHIND
