"""The files beside a file are read for their documented functions, whatever else they hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from glossator_indexer.neighbourhood import documented_beside
from glossator_indexer.styles import style_named

DOCUMENTED = """\
/**
 * ring_size() - Return the size of a ring.
 * @ring: The ring.
 *
 * Return: The size in bytes.
 */
int ring_size(struct ring *ring)
{
	return ring->size;
}
"""


def check_found(folder: Path, text: str, names: list[str]) -> None:
    (folder / "beside.c").write_text(text, "utf-8")
    found = documented_beside(folder / "new.c", style_named("kernel-doc"), lambda _: True)
    assert [it.symbol.name for it in found] == names


def test_functions_are_found_between_other_comments(tmp_path: Path) -> None:
    other = "/**\n * Copyright; see the licence.\n */\n\n/* plain */\n"
    check_found(tmp_path, f"{other}{DOCUMENTED}\n{other}int a;\n", ["ring_size"])


@pytest.mark.timeout(30)
def test_a_file_of_nothing_but_openings_holds_nothing_up(tmp_path: Path) -> None:
    check_found(tmp_path, DOCUMENTED + "/**\n" * 500_000, ["ring_size"])


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.c"
    outside.write_text(DOCUMENTED, "utf-8")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "linked.c").symlink_to(outside)
    check_found(folder, "int a;\n", [])
