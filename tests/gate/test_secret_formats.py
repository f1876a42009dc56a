"""Secrets as providers publish their formats are found in what carries them; code is left alone."""

from __future__ import annotations

import sysconfig
import time
from pathlib import Path

import pytest

from benchmarks.redaction import hostile_texts
from benchmarks.secret_formats import CARRIERS, FAMILIES
from glossator_gate.redaction import redact
from glossator_gate.redaction.finding import PLACEHOLDER

# One in three of each family's texts; all of them are in the benchmark.
SEEDS = range(5)
# Of 250,000 characters: the slowest takes about one on a busy core, what grows faster takes many.
MOST_SECONDS = 8.0


def test_there_are_families_and_secrets_enough() -> None:
    assert len({it.name for it in FAMILIES}) == len(FAMILIES) >= 60
    assert all(it.source for it in FAMILIES)
    assert len({it.made(seed).secret for it in FAMILIES for seed in SEEDS}) >= 800


@pytest.mark.parametrize("carrier", sorted(CARRIERS))
def test_99_of_100_are_gone(carrier: str) -> None:
    left: list[str] = []
    for family in FAMILIES:
        for seed in SEEDS:
            carried = CARRIERS[carrier].carry(family, seed)
            assert carried.left_in(carried.text) is not None
            if carried.left_in(PLACEHOLDER.sub("", redact(carried.text).text)) is not None:
                left.append(f"{family.name} {seed}")
    assert len(left) <= 0.01 * len(FAMILIES) * len(SEEDS), left


def test_pythons_own_library_is_left_alone() -> None:
    lines = count = 0
    for path in sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py")):
        text = path.read_bytes().decode("utf-8", "replace")
        lines += text.count("\n")
        count += redact(text).count
    assert lines > 50_000
    assert count <= lines / 1000 / 10


@pytest.mark.timeout(60)
@pytest.mark.parametrize(("part", "text"), hostile_texts(250_000).items(), ids=lambda it: it[:12])
def test_texts_that_are_made_to_take_long_do_not(part: str, text: str) -> None:
    begun = time.process_time()
    redact(text)
    assert time.process_time() - begun < MOST_SECONDS, part
