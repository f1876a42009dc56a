"""Own which record is learned from and which is measured with: whole projects, or whole folders.

Pure; what is nearly the same never stands on both sides.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from glossator_gate.policy import matcher
from glossator_server.datasets.near_duplicates import NearDuplicates, Signature
from glossator_server.datasets.records import Record


class Split(StrEnum):
    """The files of an export."""

    TRAIN = "train"
    VALID = "valid"
    TEST = "test"


# Of the size that a split is to have.
_FAR_TOO_LARGE = 1.5


@dataclass(frozen=True, slots=True)
class SplitOptions:
    """How records are divided: `by` "project", "folder" or "auto"; shares are of all examples.

    What the globs of `hold_out` name (paths below a project's root, or `project/path`) is for the
    test alone, and then nothing else is, unless `test_share` is given.
    """

    by: str = "auto"
    hold_out: tuple[str, ...] = ()
    valid_share: float = 0.05
    test_share: float | None = None
    seed: int = 0

    @property
    def share_of_test(self) -> float:
        """Return the share of examples that the test gets beside what is held out."""
        if self.test_share is not None:
            return self.test_share
        return 0.0 if self.hold_out else 0.05


def splits_of(records: Sequence[Record], options: SplitOptions) -> dict[str, Split]:
    """Return for each record, by its id, the split that it belongs to."""
    held_out = matcher(options.hold_out)
    chosen: dict[str, Split] = {}
    rest: list[Record] = []
    for it in records:
        if held_out(it.path) or held_out(f"{it.project}/{it.path}"):
            chosen[it.id] = Split.TEST
        else:
            rest.append(it)
    by_project = options.by == "project" or (
        options.by == "auto" and len({it.project for it in rest}) > 2
    )
    unit_of = (lambda it: it.project) if by_project else (lambda it: f"{it.project}/{it.folder}")
    sizes: Counter[str] = Counter()
    units: dict[str, list[Record]] = defaultdict(list)
    for it in rest:
        units[unit_of(it)].append(it)
        sizes[unit_of(it)] += not it.left_out
    for unit, split in _divided(sizes, options, largest_first=by_project).items():
        chosen |= {it.id: split for it in units[unit]}
    return chosen


def _divided(
    sizes: Mapping[str, int], options: SplitOptions, *, largest_first: bool
) -> dict[str, Split]:
    """Return the split of each unit; the small ones of projects, any of folders, are set aside."""

    def order(unit: str) -> tuple[int, str]:
        chance = hashlib.sha256(f"{options.seed}/{unit}".encode()).hexdigest()
        return (sizes[unit] if largest_first else 0, chance)

    whole = sum(sizes.values())
    found = dict.fromkeys(sizes, Split.TRAIN)
    waiting = sorted(sizes, key=order)
    smallest = min(filter(None, sizes.values()), default=0)
    for split, share in (
        (Split.TEST, options.share_of_test),
        (Split.VALID, options.valid_share),
    ):
        wanted, taken = share * whole, 0
        # One unit is left to learn from; one that is far too large for a split is learned from.
        for unit in [it for it in waiting if found[it] is Split.TRAIN][:-1]:
            if taken < wanted and sizes[unit] <= max(_FAR_TOO_LARGE * wanted, smallest):
                found[unit] = split
                taken += sizes[unit]
    return found


def repeated(
    records: Sequence[tuple[Record, Signature]], splits: Mapping[str, Split]
) -> dict[str, str]:
    """Return the ids of examples that nearly repeat another one, with the filter's name.

    What is learned from gives way to what is measured with, the validation to the test.
    """
    known = NearDuplicates()
    again: dict[str, str] = {}
    for split in (Split.TEST, Split.VALID, Split.TRAIN):
        for it, signature in records:
            if splits[it.id] is not split:
                continue
            same = next(known.like(signature), None)
            if same is None:
                known.add(it.id, signature)
            elif splits[str(same)] is split:
                again[it.id] = "duplicate"
            else:
                again[it.id] = "near-duplicate of another split"
    return again
