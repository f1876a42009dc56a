"""Typing and our edits meet in any order: no text is lost."""

from __future__ import annotations

import asyncio

from benchmarks.interleaving import order


async def test_in_no_order_is_a_text_lost() -> None:
    found = await asyncio.gather(*(order(seed) for seed in range(20_000, 20_120)))
    assert [it for it in found if it["trouble"]] == []
    assert any(it["applied"] and it["typed"] for it in found)
    assert any(not it["applied"] for it in found)
