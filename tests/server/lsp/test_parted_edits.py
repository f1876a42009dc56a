"""A person types while changes of several files are applied: nothing that was typed is lost."""

from __future__ import annotations

import asyncio

import pytest

from benchmarks.parted_edits import order

# The benchmark lets ten thousand happen.
ORDERS, AT_ONCE = 200, 20


@pytest.mark.parametrize("first", range(0, ORDERS, AT_ONCE))
async def test_no_order_of_a_persons_edits_and_ours_loses_a_line(first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        row = await asyncio.to_thread(order, seed)
        assert row["wrong"] == [], row


@pytest.mark.parametrize("first", range(0, ORDERS, AT_ONCE))
async def test_what_arrives_later_than_it_is_waited_for_is_not_denied(first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        row = await asyncio.to_thread(order, seed, patience=0.0)
        assert row["wrong"] == [], row
