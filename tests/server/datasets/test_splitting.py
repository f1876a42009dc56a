"""What is learned from and what is measured with: whole units, in the wanted shares."""

from __future__ import annotations

from dataclasses import replace

import pytest

from glossator_server.datasets.records import Record
from glossator_server.datasets.splitting import Split, SplitOptions, splits_of, unit_for
from tests.server.datasets.repositories import RING, read_text


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return read_text(tmp_path_factory.mktemp("one"), "ring.c", RING).records[0][0]


def several(record: Record, paths: dict[str, int]) -> list[Record]:
    """Return so many records of each path, `project/folder/file`."""
    return [
        replace(record, id=f"{path} {at}", project=path.split("/")[0], path=path.split("/", 1)[1])
        for path, count in paths.items()
        for at in range(count)
    ]


@pytest.mark.parametrize(
    ("paths", "unit"),
    [
        ([f"p{at}/src/a.c" for at in range(3)], "project"),
        ([f"p/f{at}/a.c" for at in range(8)], "folder"),
        ([f"p/f{at % 2}/a{at}.c" for at in range(8)], "file"),
    ],
)
def test_the_largest_unit_of_which_there_is_enough_stays_together(
    record: Record, paths: list[str], unit: str
) -> None:
    records = several(record, dict.fromkeys(paths, 10))
    assert unit_for(records, SplitOptions()) == unit
    splits = splits_of(records, SplitOptions())
    for path in paths:
        assert len({splits[it.id] for it in records if it.path == path.split("/", 1)[1]}) in (1, 3)
    assert set(splits.values()) == set(Split)


def test_shares_are_met_and_no_split_gets_a_unit_that_is_far_too_large(record: Record) -> None:
    paths = {f"p/f{at}/a.c": 10 for at in range(100)} | {"p/huge/a.c": 1000}
    for seed in range(20):
        options = SplitOptions(valid_share=0.05, test_share=0.1, seed=seed)
        counts = dict.fromkeys(Split, 0)
        for split in splits_of(several(record, paths), options).values():
            counts[split] += 1
        assert 100 <= counts[Split.VALID] <= 120
        assert 200 <= counts[Split.TEST] <= 220


def test_the_same_seed_divides_in_the_same_way_and_another_does_not(record: Record) -> None:
    records = several(record, {f"p/f{at}/a.c": 5 for at in range(40)})
    first, again, other = (splits_of(records, SplitOptions(seed=it)) for it in (1, 1, 2))
    assert first == again != other


def test_what_is_held_out_is_named_below_its_project_or_with_it(
    record: Record,
) -> None:
    records = several(record, {"p/mm/a.c": 2, "q/mm/a.c": 2, "p/lib/mm/a.c": 2, "p/fs/a.c": 9})
    for globs, held in ((("/mm",), 4), (("p/mm",), 2), (("mm",), 6)):
        splits = splits_of(records, SplitOptions(hold_out=globs, valid_share=0.0))
        assert sum(it is Split.TEST for it in splits.values()) == held
