"""Own which record is learned from and which is measured with: whole projects, or whole folders.

Pure; what is nearly the same never stands on both sides.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
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


AUTO = "auto"
# With fewer, whole ones would leave nothing to divide.
_FEWEST_PROJECTS = 2
_FEWEST_FOLDERS = 8
# Of the size that a split is to have.
_FAR_TOO_LARGE = 1.5


@dataclass(frozen=True, slots=True)
class SplitOptions:
    """How records are divided: `by` "auto", "project", "folder" or "file".

    Shares are of all examples.
    What the globs of `hold_out` name (paths below a project's root, or `project/path`) is for the
    test alone, and then nothing else is, unless `test_share` is given.
    """

    by: str = AUTO
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


def unit_for(records: Sequence[Record], options: SplitOptions) -> str:
    """Return what stays together: what was chosen, else what leaves enough to divide.

    What is held out is not divided, and does not count.
    """
    if options.by != AUTO:
        return options.by
    is_held_out = _holding_out(options)
    good = [it for it in records if not it.left_out and not is_held_out(it)]
    if len({it.project for it in good}) > _FEWEST_PROJECTS:
        return "project"
    folders = {(it.project, it.folder) for it in good}
    return "folder" if len(folders) >= _FEWEST_FOLDERS else "file"


def splits_of(records: Sequence[Record], options: SplitOptions) -> dict[str, Split]:
    """Return for each record, by its id, the split that it belongs to."""
    is_held_out = _holding_out(options)
    chosen: dict[str, Split] = {}
    rest: list[Record] = []
    for it in records:
        if is_held_out(it):
            chosen[it.id] = Split.TEST
        else:
            rest.append(it)
    unit = unit_for(records, options)
    sizes: Counter[str] = Counter()
    units: dict[str, list[Record]] = defaultdict(list)
    for it in rest:
        name = _UNITS[unit](it)
        units[name].append(it)
        sizes[name] += not it.left_out
    # Of projects the small ones are set aside, of folders and files any.
    order = (lambda name: sizes[name]) if unit == "project" else (lambda _: 0)
    for name, split in _divided(sizes, options, order).items():
        chosen |= {it.id: split for it in units[name]}
    return chosen


def _holding_out(options: SplitOptions) -> Callable[[Record], bool]:
    named = matcher(options.hold_out)
    return lambda it: named(it.path) or named(f"{it.project}/{it.path}")


_UNITS: Mapping[str, Callable[[Record], str]] = {
    "project": lambda it: it.project,
    "folder": lambda it: f"{it.project}/{it.folder}",
    "file": lambda it: f"{it.project}/{it.path}",
}


def _divided(
    sizes: Mapping[str, int], options: SplitOptions, order: Callable[[str], int]
) -> dict[str, Split]:
    """Return the split of each unit; those that come first in order are asked first."""

    def place(unit: str) -> tuple[int, str]:
        chance = hashlib.sha256(f"{options.seed}/{unit}".encode("utf-8", "surrogatepass"))
        return (order(unit), chance.hexdigest())

    whole = sum(sizes.values())
    found = dict.fromkeys(sizes, Split.TRAIN)
    waiting = sorted(filter(sizes.__getitem__, sizes), key=place)
    for split, share in (
        (Split.TEST, options.share_of_test),
        (Split.VALID, options.valid_share),
    ):
        wanted, taken = share * whole, 0
        # One unit is left to learn from; one that is far too large for a split is learned from.
        free = [it for it in waiting if found[it] is Split.TRAIN]
        for unit in free[:-1]:
            if taken < wanted and sizes[unit] <= _FAR_TOO_LARGE * wanted:
                found[unit] = split
                taken += sizes[unit]
        if wanted and not taken and len(free) > 1:
            found[min(free, key=sizes.__getitem__)] = split
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
