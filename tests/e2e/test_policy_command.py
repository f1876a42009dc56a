"""`glossator policy` tells what is allowed, what is wrong and why, to people and to programs."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tests.e2e.command_line import check_one_sentence, glossator

CONFIG = """\
schema = 1

[classes]
default = "internal"

[[classify]]
match = { path = ["payments/"] }
class = "restricted"

[[model]]
id = "gateway"
api = "openai"
origin = "https://llm.corp.example"
address = "private"
model = ["big"]
max_class = "internal"
key = "env:GATEWAY"

[[model]]
id = "plain"
api = "openai"
origin = "http://far.example"
address = "public"
model = ["big"]

[roles]
fix = ["gateway"]
"""


@pytest.fixture
def config(own_home: Path) -> Path:
    path = own_home / "config" / "glossator" / "config.toml"
    path.parent.mkdir()
    path.write_text(CONFIG)
    return path


@pytest.fixture
def repository(tmp_path: Path, config: Path) -> Path:
    assert config.exists()
    folder = tmp_path / "repository"
    (folder / "payments").mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    return folder


def test_show_tells_people_what_is_allowed_and_why(repository: Path, config: Path) -> None:
    (repository / ".glossator.toml").write_text("[limits]\nrequests_per_min = 7\n")
    ended = glossator("policy", "show", cwd=repository)
    assert (ended.status, ended.errors) == (0, "")
    for words in (
        "https://llm.corp.example:443 (private)",
        "up to internal",
        f'by user [[model]] "gateway" ({config})',
        "plain text",
        "requests_per_min  7",
        "restricted  payments/",
        str(repository / ".glossator.toml"),
    ):
        assert words in ended.output


def test_show_tells_programs_the_same(repository: Path) -> None:
    (repository / ".glossator.toml").write_text("[classes]\ndefault = 'confidential'\nx = 1\n")
    ended = glossator("policy", "show", "--json", cwd=repository)
    assert ended.status == 0
    found = json.loads(ended.output)
    assert found["schema"] == 1
    # The mistake of the workspace leaves what is on this machine.
    assert [it["id"] for it in found["models"]] == ["smollm2"]
    assert [it["id"] for it in found["refused"]] == ["plain", "gateway"]
    assert found["default_class"] == "restricted"
    assert [it["state"] for it in found["sources"]] == ["absent", "read", "read"]
    (warning,) = found["warnings"]
    assert "'x'" in warning
    assert warning in ended.errors


@pytest.mark.parametrize("text", ["[[[", "schema = 2", "\0"])
def test_a_broken_file_is_shown_as_one(repository: Path, config: Path, text: str) -> None:
    config.write_text(text)
    ended = glossator("policy", "show", cwd=repository)
    assert ended.status == 0
    assert f"user     broken  {config}" in ended.output
    assert "Traceback" not in ended.errors
    (sentence,) = ended.errors.splitlines()
    assert str(config) in sentence


def test_check_names_every_mistake_by_its_line(repository: Path, config: Path) -> None:
    config.write_text(CONFIG + "\n[limits]\ntokens = 3\n[document]\nwidht = 1\n")
    (repository / ".glossator.toml").write_text("\n[[model]]\nid = 'evil'\n")
    ended = glossator("policy", "check", cwd=repository)
    assert ended.status == 0
    found = [it.split(": ")[:2] for it in ended.output.splitlines()]
    assert found == [
        [f"{config}:19", "warning"],
        [f"{config}:30", "warning"],
        [f"{config}:32", "warning"],
        [f"{repository / '.glossator.toml'}:2", "warning"],
    ]
    managed = glossator("policy", "check", config, "--managed", "--json")
    assert managed.status == 2
    (file,) = json.loads(managed.output)["files"]
    assert file["layer"] == "managed"
    assert (30, "error", "unknown-key") in [
        (it["line"], it["severity"], it["kind"]) for it in file["problems"]
    ]


def test_check_of_what_is_right(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text("schema = 1\n")
    ended = glossator("policy", "check", "--managed", file)
    assert (ended.status, ended.output) == (0, f"{file}: no mistakes (managed)\n")
    check_one_sentence(glossator("policy", "check", tmp_path / "none.toml"), 2, "none.toml")
    check_one_sentence(glossator("policy", "check", tmp_path), 2, "not a regular file")


def test_nothing_to_check_is_told(tmp_path: Path) -> None:
    check_one_sentence(glossator("policy", "check", cwd=tmp_path), 0, "config.toml")


@pytest.mark.parametrize(
    ("file", "model", "status", "words"),
    [
        ("a.c", "gateway", 0, ["internal, by user [classes] default", "allowed: "]),
        ("payments/a.c", "gateway", 3, ["restricted", "refused: ", "rule: max_class of user"]),
        ("payments/a.c", "smollm2", 0, ["allowed: ", "rule: built-in model"]),
        ("a.c", "plain", 3, ["https://", 'rule: user [[model]] "plain"']),
        (".env", "smollm2", 3, ["may hold secrets"]),
    ],
)
def test_explain_names_the_rule(
    repository: Path, file: str, model: str, status: int, words: list[str]
) -> None:
    asked = ("policy", "explain", "--file", file, "--model", model)
    ended = glossator(*asked, cwd=repository)
    assert (ended.status, ended.errors) == (status, "")
    for word in words:
        assert word in ended.output
    found = json.loads(glossator(*asked, "--json", cwd=repository).output)
    assert found["allowed"] == (status == 0)


def test_explain_with_a_role_and_without_such_a_model(repository: Path) -> None:
    asked = ("policy", "explain", "--file", "a.c", "--model")
    assert glossator(*asked, "smollm2", "--role", "fix", cwd=repository).status == 3
    assert glossator(*asked, "gateway", "--role", "fix", cwd=repository).status == 0
    check_one_sentence(glossator(*asked, "nobody", cwd=repository), 2, "nobody", "gateway")


@pytest.mark.parametrize("layer", ["managed", "user", "workspace"])
def test_a_schema_is_a_schema(layer: str) -> None:
    ended = glossator("policy", "schema", layer)
    assert ended.status == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(ended.output))
