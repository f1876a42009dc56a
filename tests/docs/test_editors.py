"""The table of editors names tests that there are, and leaves out nothing of what there is."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from lsprotocol import types
from lsprotocol.converters import get_converter

from glossator_server.lsp.capabilities import COMMANDS, server_capabilities

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/editors.md").read_text("utf-8")
SHOWN = ("tried", "recorded")
# What is tried is tried in the editor; a recorded editor is one that announces the same.
WORDS = re.compile(r"tried|recorded|untried|not needed|no: .+")


def _rows(text: str) -> list[list[str]]:
    lines = [it for it in text.splitlines() if it.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


HEAD, *FEATURES = _rows(PAGE.partition("## The tests")[0])
EDITORS = HEAD[2:]
SECTIONS = dict(re.findall(r"^### (.+?)\n(.*?)(?=^### |\Z)", PAGE, re.DOTALL | re.MULTILINE))
TESTS = {name: _rows(text)[1:] for name, text in SECTIONS.items()}
NAMED = sorted({test.strip("`") for rows in TESTS.values() for _, test in rows})


@cache
def _tests_in(module: str) -> frozenset[str]:
    tree = ast.parse((ROOT / "tests/e2e" / f"{module}.py").read_text("utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(it.name for it in tree.body if isinstance(it, functions))


@pytest.mark.parametrize("named", NAMED)
def test_a_named_test_is_there(named: str) -> None:
    module, _, name = named.partition("::")
    assert name in _tests_in(module)


def test_every_cell_is_said_in_plain_words() -> None:
    assert FEATURES
    for feature in FEATURES:
        assert len(feature) == len(HEAD)
        assert all(WORDS.fullmatch(it) for it in feature[2:]), feature


@pytest.mark.parametrize("editor", EDITORS)
def test_what_is_shown_has_its_test_and_no_other_has(editor: str) -> None:
    column = HEAD.index(editor)
    shown = [it[0] for it in FEATURES if it[column] in SHOWN]
    assert [feature for feature, _ in TESTS.get(editor, [])] == shown


def test_every_command_has_a_row() -> None:
    assert set(re.findall(r"`(glossator\.[\w.]+)`", _named_by())) == set(COMMANDS)


def test_every_announced_capability_has_a_row() -> None:
    announced = get_converter().unstructure(
        server_capabilities(types.PositionEncodingKind.Utf16), types.ServerCapabilities
    )
    assert set(announced) <= set(re.findall(r"`(\w+)`", _named_by()))


def _named_by() -> str:
    return "\n".join(it[1] for it in FEATURES)
