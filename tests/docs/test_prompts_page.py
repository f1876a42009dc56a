"""The page about prompts says of each use and each key what the code does."""

from __future__ import annotations

from pathlib import Path

import pytest

from glossator_server.prompts.reading import FRONT_MATTER
from glossator_server.prompts.uses import USES, Section, Use

PAGE = (Path(__file__).parents[2] / "docs/reference/prompts.md").read_text("utf-8")


def section(name: str, it: Section) -> str:
    words = [*(f"**{value}**" for value in it.needs), *it.knows]
    told = f"`{name}` ({', '.join(words)})" if words else f"`{name}`"
    return f"[{told}]" if it.optional else told


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_every_use_is_told_with_its_sections(use: Use) -> None:
    schema = f" `{use.schema}` " if use.schema else " "
    sections = ", ".join(section(*it) for it in use.sections.items())
    assert f"| `{use.name}` | `{use.role}` |{schema}| {sections} |" in PAGE


def test_every_key_is_told() -> None:
    keys = PAGE.partition("## Front matter")[2].partition("## Sections")[0]
    told = [it.split("`")[1] for it in keys.splitlines() if it.startswith("| `")]
    assert sorted(told) == sorted(FRONT_MATTER)
