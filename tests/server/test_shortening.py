"""Words on one line, that are cut where they are too long."""

from __future__ import annotations

import pytest

from glossator_server.shortening import shortened


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("", ""),
        ("twelve chars", "twelve chars"),
        ("two\n  lines\t", "two lines"),
        ("thirteen char", "thirteen ch…"),
        ("a word and more", "a word and…"),
    ],
)
def test_words_are_one_line_that_says_where_there_are_more(words: str, shown: str) -> None:
    assert shortened(words, 12) == shown
