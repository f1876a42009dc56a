"""Own what is promised of `examples/ringlog`: it compiles, and one comment in it has drifted."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from glossator_indexer.styles import kernel_doc
from glossator_indexer.types import Symbol
from tests.conftest import missing_part

PROJECT = Path(__file__).parents[3] / "examples" / "ringlog"
SOURCES = sorted(PROJECT.glob("*.[ch]"))


def test_the_example_compiles_without_a_warning(tmp_path: Path) -> None:
    compiler = shutil.which("gcc")
    if compiler is None:
        missing_part("gcc", "no gcc: install a C compiler")
    units = [str(it) for it in SOURCES if it.suffix == ".c"]
    flags = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-o", str(tmp_path / "ringlog")]
    outcome = subprocess.run([compiler, *flags, *units], capture_output=True, text=True)
    assert outcome.returncode == 0, outcome.stderr


def test_all_comments_of_the_example_are_exemplary_but_the_drifted_one(
    symbols_of: Callable[[str], tuple[Symbol, ...]],
) -> None:
    found = {}
    undocumented = 0
    for source in SOURCES:
        for symbol in symbols_of(source.read_text(encoding="utf-8")):
            if symbol.comment is None:
                undocumented += 1
            elif kernel_doc.parse(symbol.comment.text) is not None:
                findings = kernel_doc.check(symbol.comment.text, symbol)
                found[symbol.name] = {finding.rule for finding in findings}
    assert {name for name, rules in found.items() if rules} == {"ringlog_make_room"}
    drifted = {"missing-parameter", "stale-parameter", "missing-return"}
    assert found["ringlog_make_room"] == drifted
    assert len(found) >= 7
    assert undocumented >= 12


@pytest.mark.kernel
def test_the_script_agrees_on_the_example(
    kernel_doc_script: Callable[[Path], list[tuple[int, str]]],
) -> None:
    warned = {it.name: len(kernel_doc_script(it)) for it in SOURCES}
    assert {name for name, count in warned.items() if count} == {"ringlog.c"}
