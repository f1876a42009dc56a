"""An edited text must parse to exactly what the new text would, however broken it is."""

from __future__ import annotations

import random
from pathlib import PurePath

import pytest

from glossator_indexer.languages import language_for_path
from glossator_indexer.parsing import ParsedSource, parse, reparse, syntax_problems
from glossator_indexer.symbols import all_symbols
from glossator_indexer.types import Span, TextChange

C = language_for_path(PurePath("x.c"))

TEXT = """\
// SPDX-License-Identifier: GPL-2.0
#include <linux/list.h>
#define ADD(a, b) \\
\t((a) + (b))

struct pair {
	int left; /* the one */
	int right;
};

/**
 * first() - does a thing
 */
static int first(struct pair *pair)
{
#ifdef DEBUG
	if (pair->left) {
#else
	if (pair->right) {
#endif
		return -EINVAL;
	}
	return 0;
}
EXPORT_SYMBOL(first);

int old(a, b)
int a;
char *b;
{
	return "}{"[a] + '"';
}
extern "C" {
int inside(void) { return 1; }
}
"""

PIECES = (
    *("{", "}", "(", ")", ";", '"', "'", "/*", "*/", "//", "\\", "\\\n", "=", "x", " ", "", ""),
    *("#if X\n", "#else\n", "#endif\n", "\n", "\r", "\r\n", "\u2028", "é", "\f", "😀", "\x00"),
    *("int f(int a)\n{\n", "static int g(void)\n{\n}\n", "#define A(b) \\\n", "FOO(x)\n"),
    *('extern "C" {\n', "struct x {\n", "};\n", "int k(a)\nint a;\n"),
)


def random_changes(text: str, dice: random.Random) -> list[TextChange]:
    """Return one to three edits, each in the text that the edits before it leave."""
    changes: list[TextChange] = []
    length = len(text)
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        start = dice.randrange(length + 1)
        end = min(length, start + dice.choice((0, 0, 0, 1, 1, 2, 5, 30, 200)))
        new_text = "".join(dice.choice(PIECES) for _ in range(dice.choice((1, 1, 2, 3))))
        changes.append(TextChange(Span(start, end), new_text))
        length += len(new_text) - (end - start)
    return changes


def applied(text: str, changes: list[TextChange]) -> str:
    for change in changes:
        text = text[: change.span.start] + change.new_text + text[change.span.end :]
    return text


def check_same(edited: ParsedSource, fresh: ParsedSource) -> None:
    assert edited.text == fresh.text
    assert list(edited.starts) == list(fresh.starts)
    assert list(edited.pieces) == list(fresh.pieces)
    assert all_symbols(edited) == all_symbols(fresh)
    assert syntax_problems(edited) == syntax_problems(fresh)


@pytest.mark.parametrize("seed", range(12))
def test_edited_text_parses_as_the_new_text_would(seed: int) -> None:
    assert C is not None
    dice = random.Random(seed)
    for _ in range(6):
        source = parse(TEXT, C)
        for _ in range(12):
            changes = random_changes(source.text, dice)
            edited = reparse(source, changes)
            check_same(edited, parse(applied(source.text, changes), C))
            source = edited


def test_text_between_pieces_is_only_white_space() -> None:
    assert C is not None
    dice = random.Random(7)
    source = parse(TEXT, C)
    for _ in range(200):
        source = reparse(source, random_changes(source.text, dice))
        position = 0
        for start, piece in zip(source.starts, source.pieces, strict=True):
            assert not source.text[position:start].replace("\\", "").strip()
            assert source.text.startswith(piece.text, start)
            position = start + len(piece.text)
        assert not source.text[position:].replace("\\", "").strip()


def test_pieces_that_an_edit_does_not_touch_are_not_read_again() -> None:
    assert C is not None
    source = parse(TEXT, C)
    at = TEXT.index("return 0;")
    edited = reparse(source, [TextChange(Span(at, at), "x++;\n\t")])
    same = [piece for piece in source.pieces if any(piece is it for it in edited.pieces)]
    assert len(same) >= len(source.pieces) - 3


def test_a_sound_text_has_no_problems_and_a_broken_one_has_them_in_place() -> None:
    assert C is not None
    assert syntax_problems(parse("int f(void) { return 1; }\n", C)) == ()
    text = "int ok(void) { return 1; }\n\nint broken(void) { return 1 + ; }\n"
    problems = syntax_problems(parse(text, C))
    assert problems
    assert all(it.span.start >= text.index("int broken") for it in problems)


@pytest.mark.parametrize("text", ["", "\n", "\ufeff", "\x00", "}", "*/", "/*", '"', "#", "\\"])
def test_any_text_is_parsed(text: str) -> None:
    check_answers(text)


@pytest.mark.parametrize(
    "unit", ["(", "{", "struct a {\n", "int (", "a\n", "x={{\n}\n", "f(a,", "#if 1\n"]
)
def test_hostile_repetition_is_parsed(unit: str) -> None:
    check_answers(unit * 3000)


def check_answers(text: str) -> None:
    assert C is not None
    source = parse(text, C)
    assert source.text == text
    all_symbols(source)
    syntax_problems(source)
