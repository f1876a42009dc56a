"""Own how cases are drawn: the same ones for a seed, on every machine."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def dice(seed: int) -> random.Random:
    """Return what draws for a seed; nothing secret hangs on it."""
    return random.Random(seed)  # noqa: S311


def drawn(found: Sequence[T], limit: int | None, seed: int) -> list[T]:
    """Return at most so many, in their own order; all of them where there is no limit."""
    if limit is None or limit >= len(found):
        return list(found)
    return [found[at] for at in sorted(dice(seed).sample(range(len(found)), limit))]
