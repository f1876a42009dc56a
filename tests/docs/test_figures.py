"""The figures in the documents are those that the benchmarks stored."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/figures.md").read_text("utf-8")
ROWS = re.findall(r"^\| .+? \| `(.+?)` \| `([\w-]+)` `(.+?)` \|$", PAGE, re.MULTILINE)


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
