"""Own the order in which conversations are learned: which stand in one batch, which in one step.

It must not know what a conversation holds: lengths are enough.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

# Steps whose batches are cut together: the more, the less padding, and the less mixed the order.
_STEPS_A_POOL = 32

Batch = tuple[int, ...]
Step = tuple[Batch, ...]


def planned_steps(
    lengths: Sequence[int], step_tokens: int, batch_tokens: int, seed: int, epoch: int
) -> tuple[Step, ...]:
    """Return the steps of one epoch; the same arguments give the same steps, after a kill too.

    Each batch holds conversations of about one length, so that little is padding, and at most
    `batch_tokens` with it (or one conversation); each step holds about `step_tokens`.
    """
    shuffled = random.Random(f"{seed}/{epoch}")  # noqa: S311 -- an order, not a secret
    order = list(range(len(lengths)))
    shuffled.shuffle(order)
    steps: list[Step] = []
    for pool in _pools(order, lengths, step_tokens * _STEPS_A_POOL):
        batches = list(_batches(sorted(pool, key=lambda it: lengths[it]), lengths, batch_tokens))
        shuffled.shuffle(batches)
        steps.extend(_steps(batches, lengths, step_tokens))
    return tuple(steps)


def padded_batches(lengths: Sequence[int], batch_tokens: int) -> tuple[Batch, ...]:
    """Return batches of all conversations, the shortest first, for a look that teaches nothing."""
    order = sorted(range(len(lengths)), key=lambda it: lengths[it])
    return tuple(_batches(order, lengths, batch_tokens))


def _pools(order: Sequence[int], lengths: Sequence[int], tokens: int) -> Iterator[list[int]]:
    pool: list[int] = []
    held = 0
    for it in order:
        pool.append(it)
        held += lengths[it]
        if held >= tokens:
            yield pool
            pool, held = [], 0
    if pool:
        yield pool


def _batches(order: Sequence[int], lengths: Sequence[int], tokens: int) -> Iterator[Batch]:
    batch: list[int] = []
    for it in order:
        # In ascending order the newest is the longest, which all are padded to.
        if batch and lengths[it] * (len(batch) + 1) > tokens:
            yield tuple(batch)
            batch = []
        batch.append(it)
    if batch:
        yield tuple(batch)


def _steps(batches: Sequence[Batch], lengths: Sequence[int], tokens: int) -> Iterator[Step]:
    step: list[Batch] = []
    held = 0
    for batch in batches:
        step.append(batch)
        held += sum(lengths[it] for it in batch)
        if held >= tokens:
            yield tuple(step)
            step, held = [], 0
    if step:
        yield tuple(step)
