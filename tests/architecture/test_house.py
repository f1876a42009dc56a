"""The house: ARCHITECTURE.md says what the contracts enforce, and what is said twice agrees."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "glossator_server": ROOT / "server/glossator_server",
    "glossator_indexer": ROOT / "indexer/glossator_indexer",
    "glossator_clients": ROOT / "clients/glossator_clients",
    "glossator_gate": ROOT / "clients/glossator_gate",
}
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
# Programs to be mended and searched are as people write them.
MODULES = [
    path
    for folder in PACKAGES.values()
    for path in sorted(folder.rglob("*.py"))
    if "prepared" not in path.parts
]


def test_the_layers_in_the_document_are_the_contracts() -> None:
    documented = {
        row[1]: [layer.strip() for layer in row[2].split(",")]
        for row in re.finditer(r"^\| `(glossator_[\w.]+)` \| (.+) \|$", ARCHITECTURE, re.MULTILINE)
    }
    enforced = {
        contract["containers"][0]: [
            " / ".join(f"`{name.strip()}`" for name in layer.split("|"))
            for layer in contract["layers"]
        ]
        for contract in PYPROJECT["tool"]["importlinter"]["contracts"]
        if "containers" in contract
    }
    assert documented == enforced


def test_every_invariant_names_a_test_or_contract_that_exists() -> None:
    section = ARCHITECTURE.split("## Invariants")[1].split("\n## ")[0]
    invariants = re.findall(r"^\d+\. .*?(?=^\d+\. |\Z)", section, re.MULTILINE | re.DOTALL)
    assert len(invariants) >= 12
    for invariant in invariants:
        held_by = re.findall(r"`((?:tests/|pyproject)[^`]*)`", invariant)
        assert held_by, invariant
        for reference in held_by:
            path, _, name = reference.partition("::")
            text = (ROOT / path).read_text("utf-8")
            assert name in text, reference


@pytest.mark.parametrize("path", MODULES, ids=lambda it: str(it.relative_to(ROOT)))
def test_each_module_says_what_it_is(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8")))
    assert docstring
    assert docstring.splitlines()[0].endswith((".", ":"))


def test_functions_and_files_stay_short() -> None:
    lengths = [
        node.end_lineno - node.lineno + 1
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    ]
    files = [len(path.read_text("utf-8").splitlines()) for path in MODULES]
    assert sum(length < 40 for length in lengths) >= 0.9 * len(lengths)
    assert sum(length < 400 for length in files) >= 0.9 * len(files)


def test_the_version_is_said_once() -> None:
    init = (PACKAGES["glossator_server"] / "__init__.py").read_text("utf-8")
    assert f'__version__ = "{PYPROJECT["project"]["version"]}"' in init
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f"## {PYPROJECT['project']['version']}" in changelog


def test_constraints_pin_every_direct_dependency() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in lines if "==" in line}
    project = PYPROJECT["project"]
    wanted = list(project["dependencies"])
    for extra in project["optional-dependencies"].values():
        wanted += extra
    names = {re.split(r"[<>=]", it)[0].lower().replace("_", "-") for it in wanted}
    assert names <= pinned


def test_constraints_name_no_registry() -> None:
    assert "://" not in (ROOT / "constraints.txt").read_text("utf-8")


def test_broad_excepts_stand_only_where_they_are_meant() -> None:
    meant = {
        "server/glossator_server/actions/registry.py",
        "server/glossator_server/lsp/indexing.py",
        "server/glossator_server/lsp/jobs.py",
        "server/glossator_server/lsp/protocol.py",
        "server/glossator_server/mcp/serving.py",
        "indexer/glossator_indexer/chroma_store/following.py",
        "indexer/glossator_indexer/chroma_store/server.py",
        "indexer/glossator_indexer/chroma_store/worker.py",
        "indexer/glossator_indexer/owner/conversation.py",
        "indexer/glossator_indexer/owner/refreshing.py",
        "indexer/glossator_indexer/owner/service.py",
        "indexer/glossator_indexer/pipeline/making.py",
        "indexer/glossator_indexer/team.py",
    }
    found = {
        str(path.relative_to(ROOT))
        for path in MODULES
        if "except Exception" in path.read_text("utf-8")
    }
    assert found <= meant
