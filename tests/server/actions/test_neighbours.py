"""Examples of a prompt come from the file, its folder, the repository, and then our own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from glossator_indexer.languages import language_for_id
from glossator_indexer.parsing import parse
from glossator_indexer.styles import STYLES
from glossator_indexer.symbols import find_symbols
from glossator_server.actions.neighbours import documented_around, neighbours_of
from glossator_server.snapshot import Snapshot

STYLE = STYLES["kernel-doc"]
TEXT = "int pool_take(struct pool *pool)\n{\n\treturn pool->free;\n}\n"


def documented(name: str, summary: str) -> str:
    """Return a documented function."""
    comment = (
        f"/**\n * {name}() - {summary}.\n * @pool: The pool.\n *\n * Return: What is left.\n */\n"
    )
    return f"{comment}int {name}(struct pool *pool)\n{{\n\treturn pool->left;\n}}\n"


def names(*examples: str, path: Path | None = None) -> list[str]:
    """Return the names of the neighbours of the text's function."""
    language = language_for_id("c")
    assert language is not None
    snapshot = Snapshot(
        "file:///a.c", path, 1, parse(TEXT, language), lends=lambda _: path is not None
    )
    symbol = find_symbols(snapshot.source, "pool_take")[0]
    shown = replace(snapshot, examples=examples)
    found = neighbours_of(shown, symbol, documented_around(shown, STYLE))
    return [it.symbol.name for it in found]


def test_examples_of_the_repository_come_before_our_own() -> None:
    assert names(documented("pool_give", "Give something back"))[0] == "pool_give"


def test_what_is_no_example_is_passed_over() -> None:
    without = names()
    assert names("", "\x00", "int undocumented(void);", "/** broken", "}}}") == without


def test_what_the_folder_has_is_not_told_twice(tmp_path: Path) -> None:
    text = documented("pool_give", "Give something back")
    (tmp_path / "pool.c").write_text(text)
    found = names(text, documented("pool_lend", "Lend something"), path=tmp_path / "a.c")
    assert found.count("pool_give") == 1
    assert "pool_lend" in found


def test_a_near_example_is_not_displaced_by_far_ones(tmp_path: Path) -> None:
    (tmp_path / "pool.c").write_text(documented("pool_take_all", "Take everything"))
    far = [documented(f"unlike{at}", "Do something else") for at in range(20)]
    assert names(*far, path=tmp_path / "a.c")[0] == "pool_take_all"
