"""Own the proof that each epoch reads everything once, in batches of one length."""

from __future__ import annotations

import random

import pytest

from glossator_server.tuning.batches import planned_steps

DRAWN = random.Random(5)
LENGTHS = [DRAWN.randint(20, 900) for _ in range(700)]


@pytest.mark.parametrize("step_tokens", [500, 8192])
def test_each_epoch_reads_all_once_within_its_bounds(step_tokens: int) -> None:
    steps = planned_steps(LENGTHS, step_tokens, 2048, seed=1, epoch=0)
    batches = [batch for step in steps for batch in step]
    assert sorted(it for batch in batches for it in batch) == list(range(len(LENGTHS)))
    padded = [len(batch) * max(LENGTHS[it] for it in batch) for batch in batches]
    assert max(padded) <= 2048
    assert sum(padded) < 1.1 * sum(LENGTHS)
    held = [sum(LENGTHS[it] for batch in step for it in batch) for step in steps]
    assert max(held) < step_tokens + 2048


def test_epochs_and_seeds_differ_and_the_same_is_the_same() -> None:
    plans = [planned_steps(LENGTHS, 8192, 2048, seed, epoch) for seed in (1, 2) for epoch in (0, 1)]
    assert len(set(plans)) == 4
    assert plans[1] == planned_steps(LENGTHS, 8192, 2048, seed=1, epoch=1)


def test_one_that_is_longer_than_a_batch_stands_alone() -> None:
    assert planned_steps([5000], 100, 100, seed=0, epoch=0) == (((0,),),)
    assert planned_steps([], 100, 100, seed=0, epoch=0) == ()
