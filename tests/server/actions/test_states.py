"""Whether a comment is missing, drifted or in order."""

from __future__ import annotations

import pytest

from glossator_indexer.styles import STYLES
from glossator_indexer.symbols import all_symbols
from glossator_server.actions.states import (
    CommentState,
    comment_status,
    drifted_symbols,
    symbols_to_document,
)
from tests.server.actions.checks import snapshot_of

FUNCTION = "int add(int a)\n{\n\treturn a;\n}\n"


@pytest.mark.parametrize(
    ("comment", "state"),
    [
        ("", CommentState.MISSING),
        ("/* Adds. */\n", CommentState.MISSING),
        ("// Adds.\n", CommentState.MISSING),
        ("/********************\n * Adding\n *******************/\n", CommentState.MISSING),
        ("/// Adds.\n", CommentState.OTHER_STYLE),
        ("/*! Adds. */\n", CommentState.OTHER_STYLE),
        ("/**\n * add() - Add.\n * @a: One.\n *\n * Return: It.\n */\n", CommentState.PRESENT),
        ("/**\n * add - Add.\n * @a: One.\n *\n * Returns: It.\n */\n", CommentState.PRESENT),
        ("/**\n * add() - Add.\n * @b: One.\n *\n * Return: It.\n */\n", CommentState.DRIFTED),
        ("/**\n * sub() - Add.\n * @a: One.\n *\n * Return: It.\n */\n", CommentState.DRIFTED),
        ("/**\n * add() - Add.\n *\n * Return: It.\n */\n", CommentState.DRIFTED),
    ],
)
def test_the_state_of_a_comment(comment: str, state: CommentState) -> None:
    source = snapshot_of(comment + FUNCTION).source
    (symbol,) = all_symbols(source)
    assert comment_status(symbol, STYLES["kernel-doc"], source).state is state


def test_a_drifted_comment_says_what_it_disagrees_about() -> None:
    text = "/**\n * add() - Add.\n * @b: One.\n *\n * Return: It.\n */\n" + FUNCTION
    source = snapshot_of(text).source
    (symbol,) = all_symbols(source)
    status = comment_status(symbol, STYLES["kernel-doc"], source)
    assert {it.name for it in status.findings} == {"a", "b"}


def test_a_comment_on_the_line_before_a_gap_belongs_to_nobody() -> None:
    text = "/**\n * add() - Add.\n * @a: One.\n *\n * Return: It.\n */\n\n\nint x;\n" + FUNCTION
    source = snapshot_of(text).source
    symbol = next(it for it in all_symbols(source) if it.name == "add")
    assert comment_status(symbol, STYLES["kernel-doc"], source).state is CommentState.MISSING


def test_what_document_all_works_on() -> None:
    text = """\
int declared(int a);
#define PRIVATE(x) (x)
struct point { int x; };
struct { int y; } anonymous;
typedef int number;
enum colour { RED };
int main(void) { return 0; }
/* Ordinary. */
static int used(int a) { return a; }
/**
 * drifted() - Drift.
 * @old: Gone.
 */
void drifted(int new);
"""
    wanted = [it.name for it in symbols_to_document(snapshot_of(text))]
    assert wanted == ["point", "colour", "used", "drifted"]
    assert [it.name for it in drifted_symbols(snapshot_of(text))] == ["drifted"]
