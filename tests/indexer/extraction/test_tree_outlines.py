"""Compare what is found in whole files of seven languages with what people wrote down for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from glossator_indexer.extraction.outline import Outline
from glossator_indexer.extraction.tree_entities import outline_of
from tests.conftest import Golden

CASES = Path(__file__).parents[2] / "cases" / "outlines"
MARK = "==== outline\n"
LANGUAGES = {"tsx": "typescript"}


@pytest.mark.parametrize("name", sorted(it.stem for it in CASES.glob("*.txt")))
def test_finds_what_the_case_lists(name: str, golden: Golden) -> None:
    path = CASES / f"{name}.txt"
    text = path.read_text("utf-8").partition(MARK)[0]
    said = "".join(f"{it}\n" for it in _described(text, LANGUAGES.get(name, name)))
    golden(path, f"{text}{MARK}", said)


def _described(text: str, language: str) -> Iterator[str]:
    outline = outline_of(text, language)
    yield f"imports {', '.join(outline.imports)}"
    for it in outline.entities:
        above = f"{it.first_line}/" if it.first_line != it.start_line else ""
        flags = f"{' documented' * it.is_documented}{' (no definition)' * (not it.is_definition)}"
        container = f" in {it.container}" if it.container else ""
        yield f"{it.kind} {it.name}{container} [{above}{it.start_line}-{it.end_line}]{flags}"
        yield f"    {it.signature}"
    yield from _references(outline, text.count("\n") + 1)


def _references(outline: Outline, last_line: int) -> Iterator[str]:
    calls, types = outline.references.between(1, last_line, "")
    yield f"calls {' '.join(calls)}"
    yield f"types {' '.join(types)}"
