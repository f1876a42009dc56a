"""Summaries open with their verb."""

from __future__ import annotations

import pytest

from glossator_indexer.styles.voice import imperative


@pytest.mark.parametrize(
    ("written", "summary"),
    [
        ("The push function returns the last item.", "Return the last item."),
        ("The function push() copies an item.", "Copy an item."),
        ("This function pushes an item.", "Push an item."),
        ("This function is used to dump a ring.", "Dump a ring."),
        ("push() allocates a slot", "Allocate a slot"),
        ("It passes the item on.", "Pass the item on."),
        ("Function that fixes the order.", "Fix the order."),
        ("The push function is a helper function that allows you to add items", "Add items"),
        ("Push an item.", "Push an item."),
        ("Returns the last item.", "Returns the last item."),
        ("Push function table", "Push function table"),
        ("Items are pushed here.", "Items are pushed here."),
        ("The function is called with a pointer.", ""),
        ("push is a wrapper.", ""),
        ("push", "push"),
        ("", ""),
    ],
)
def test_a_summary_about_the_function_becomes_one_about_the_deed(
    written: str, summary: str
) -> None:
    assert imperative(written, "push") == summary
