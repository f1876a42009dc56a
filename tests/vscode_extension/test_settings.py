"""The manifest of the VS Code extension against the server's own declaration."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest

from glossator_server import __version__
from glossator_server.lsp.capabilities import COMMANDS
from glossator_server.settings import Settings
from tests.e2e.command_line import glossator

EXTENSION = Path(__file__).parents[2] / "vscode-extension"
MANIFEST: dict[str, Any] = json.loads((EXTENSION / "package.json").read_text("utf-8"))
CONTRIBUTED: dict[str, dict[str, Any]] = {
    name: one
    for group in MANIFEST["contributes"]["configuration"]
    for name, one in group["properties"].items()
}
OWN_LIST = (EXTENSION / "src" / "explicitSettings.ts").read_text("utf-8")
# What the extension keeps to itself, by its own word.
OWN = {
    f"glossator.{name}"
    for listed in re.findall(r"OWN_SETTINGS = \[(.*?)\]", OWN_LIST, re.DOTALL)
    for name in re.findall(r'"([\w.]+)"', listed)
}
MACHINE = {"glossator.path", "glossator.package", "glossator.python"}


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    script = EXTENSION / "scripts" / "contributed_settings.py"
    spec = importlib.util.spec_from_file_location("contributed_settings", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_manifest_has_the_settings_of_the_server(generator: ModuleType) -> None:
    asked = "run: python vscode-extension/scripts/contributed_settings.py"
    assert MANIFEST["contributes"]["configuration"] == generator.contributed(), asked


def test_the_extension_keeps_its_own_settings_from_the_server(generator: ModuleType) -> None:
    assert {it.removeprefix("glossator.") for it in OWN} == set(generator.OWN)


def test_what_names_a_program_is_no_business_of_a_folder() -> None:
    assert {name for name, it in CONTRIBUTED.items() if it["scope"] == "machine"} == MACHINE
    trust = MANIFEST["capabilities"]["untrustedWorkspaces"]
    assert set(trust["restrictedConfigurations"]) == MACHINE


@pytest.mark.parametrize("name", sorted(CONTRIBUTED))
def test_a_setting_is_described_and_its_default_may_stand_there(name: str) -> None:
    one = CONTRIBUTED[name]
    jsonschema.validate(one["default"], one)
    assert re.fullmatch(r"[A-Z`].*\.`?", one["markdownDescription"])
    if "enumDescriptions" in one:
        assert len(one["enumDescriptions"]) == len(one["enum"])


@pytest.mark.parametrize("name", sorted(CONTRIBUTED.keys() - OWN))
def test_the_server_takes_what_the_editor_lets_choose(name: str) -> None:
    one = CONTRIBUTED[name]
    # As the extension spells them to the server.
    *tables, key = re.sub(r"[A-Z]", lambda it: f"_{it[0].lower()}", name).split(".")[1:]
    for value in [one["default"], *one.get("enum", [])]:
        if value is None:
            continue  # That nothing is chosen is not told.
        layer: dict[str, Any] = {key: value}
        for table in reversed(tables):
            layer = {table: layer}
        assert Settings().narrowed(layer)[1] == ()


def test_each_command_of_the_extension_runs_one_that_the_server_has() -> None:
    source = (EXTENSION / "src" / "server.ts").read_text("utf-8")
    # VS Code shows questions: it has no need of a command that answers them.
    known = set(COMMANDS) - {"glossator.answer"}
    assert set(re.findall(r'"(glossator\.[\w.]+)"', source)) == known


def test_the_extension_has_the_version_of_the_server() -> None:
    assert MANIFEST["version"] == __version__


def test_the_configuration_that_the_extension_begins_is_one(tmp_path: Path) -> None:
    source = (EXTENSION / "src" / "configFile.ts").read_text("utf-8")
    (template,) = re.findall(r"CONFIG_TEMPLATE = `(.*?)`", source, re.DOTALL)
    for text in (template, re.sub(r"(?m)^# (?=\[|\w+ = )", "", template)):
        config = tmp_path / "config.toml"
        config.write_text(text, "utf-8")
        ended = glossator("policy", "check", config, "--json")
        assert [it["problems"] for it in json.loads(ended.output)["files"]] == [[]]
