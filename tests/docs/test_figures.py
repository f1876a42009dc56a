"""The figures in the documents are those that the benchmarks stored."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/figures.md").read_text("utf-8")
ROWS = re.findall(r"^\| .+? \| `(.+?)` \| `([\w-]+)` `(.+?)` \|$", PAGE, re.MULTILINE)


RESULTS = sorted((ROOT / "benchmarks/results").glob("*.jsonl"))
# A JSON text that begins as a path of some machine does.
ABSOLUTE = re.compile(r'"(?:/|[A-Z]:\\\\)\w[^"]*/')


@pytest.mark.parametrize("result", RESULTS, ids=lambda it: it.stem)
def test_a_result_names_no_place_of_the_machine_that_it_ran_on(result: Path) -> None:
    assert ABSOLUTE.findall(result.read_text("utf-8")) == []


def test_every_row_names_its_source() -> None:
    lines = PAGE.splitlines()
    rows = [it for it in lines if it.startswith("| ") and not it.startswith("| what |")]
    assert len(ROWS) == len(rows)


@pytest.mark.parametrize(("value", "source", "key"), ROWS)
def test_a_figure_is_the_stored_one(value: str, source: str, key: str) -> None:
    path = ROOT / "benchmarks/results" / f"{source}.jsonl"
    with path.open(encoding="utf-8") as file:
        head = json.loads(file.readline())
    assert str(head["summary"][key]) == value
    assert head["clean"] is True
