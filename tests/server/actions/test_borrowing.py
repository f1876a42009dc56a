"""What a small model says of a symbol has to be of that symbol."""

from __future__ import annotations

import pytest

from glossator_indexer.neighbourhood import documented_symbols
from glossator_indexer.styles import STYLES
from glossator_indexer.symbols import find_symbols
from glossator_indexer.types import DocFields
from glossator_server.actions.borrowing import Foreign, foreign_words, without_borrowed
from tests.server.actions.checks import snapshot_of

SNAPSHOT = snapshot_of(
    """\
/**
 * sorted_insert() - Insert a value into the sorted list.
 * @list: The sorted list.
 * @value: What to insert.
 *
 * Return: The list.
 */
struct list *sorted_insert(struct list *list, int value);

/**
 * pool_drain() - Empty the pool.
 * @pool: The pool.
 */
void pool_drain(struct pool *pool);

int pool_take(struct pool *pool, const char *name)
{
	return lookup(pool->items, name);
}
"""
)
(SYMBOL,) = find_symbols(SNAPSHOT.source, "pool_take")
CODE = SNAPSHOT.text[SYMBOL.extent.start : SYMBOL.extent.end]
FOREIGN = foreign_words(SYMBOL, documented_symbols(SNAPSHOT.source, STYLES["kernel-doc"]))


def test_examples_with_a_word_of_the_name_are_not_foreign() -> None:
    assert FOREIGN.summaries == {"insert a value into the sorted list"}
    assert "empty" not in FOREIGN.stems


@pytest.mark.parametrize(
    ("words", "stays"),
    [
        ("Insert a value into the sorted list.", False),
        ("Return the sorted list", False),
        ("Insert it.", False),
        ("Return the items of the sorted list.", True),
        ("Take a named thing.", True),
        # Not of the code, but nobody else said it either.
        ("Fetch something by key.", True),
    ],
)
def test_a_summary_of_other_code_goes(words: str, *, stays: bool) -> None:
    assert without_borrowed(DocFields(words), CODE, FOREIGN).summary == (words if stays else "")


def test_parameters_are_judged_one_by_one() -> None:
    told = DocFields("Take.", (("pool", "The pool."), ("name", "The sorted list.")))
    assert without_borrowed(told, CODE, FOREIGN).parameters == (("pool", "The pool."), ("name", ""))


def test_where_no_example_is_foreign_nothing_goes() -> None:
    words = DocFields("Insert a value into the sorted list.")
    assert without_borrowed(words, CODE, Foreign()) == words
