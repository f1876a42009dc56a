"""Which servers may hold a team's index: only what the managed and the user's file agree on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from glossator_gate.errors import ConfigurationError
from glossator_gate.policy import destination_of_server, load_policy
from glossator_gate.types import Policy, PolicyPlaces
from glossator_server.settings import Settings
from glossator_server.workspace_file import read_workspace

HEAD = "schema = 1\n"


def server(origin: str = "http://127.0.0.1:8000", more: str = "", name: str = "team") -> str:
    return f'[[index_server]]\nid = "{name}"\napi = "chroma"\norigin = "{origin}"\n{more}\n'


def policy(folder: Path, user: str | None, managed: str | None = None) -> Policy:
    places = PolicyPlaces(folder / "etc" / "policy.toml", folder / "config.toml", os.getuid())
    places.managed.parent.mkdir(mode=0o755)
    for path, text in ((places.managed, managed), (places.user, user)):
        if text is not None:
            path.write_text(HEAD + text)
            path.chmod(0o644)
    return load_policy(places)


def test_a_user_lists_a_server_of_this_machine(tmp_path: Path) -> None:
    found = policy(tmp_path, server(more='timeout_s = 3\nmax_class = "internal"'))
    (entry,) = found.index_servers
    assert (entry.id, str(entry.origin)) == ("team", "http://127.0.0.1:8000")
    assert (entry.timeout_s, entry.max_class) == (3.0, "internal")
    assert found.warnings == ()
    destination = destination_of_server(entry)
    assert (destination.origin, destination.key) == (entry.origin, None)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('[[index_server]]\nid = "a"\napi = "qdrant"\norigin = "http://127.0.0.1:1"', "chroma"),
        ('[[index_server]]\nid = "a"\napi = "chroma"', "origin"),
        (server("http://127.0.0.1:1/path"), "no origin"),
        (server(more="timeout_s = 0"), "timeout_s"),
        (server(more="command = 'x'"), "unknown key 'command'"),
        (server() + server("http://127.0.0.1:2"), "twice"),
        ("index_server = 3", "double brackets"),
        (server("http://example.org", 'address = "public"'), "plain text"),
    ],
)
def test_what_is_wrong_with_a_server_is_told(table: str, words: str, tmp_path: Path) -> None:
    found = policy(tmp_path, table)
    assert any(words in warning for warning in found.warnings)
    assert len(found.index_servers) == ("unknown key" in words or "twice" in words)


@pytest.mark.parametrize(
    ("origin", "address"), [("http://10.0.0.7:8000", "private"), ("https://example.org", "public")]
)
def test_a_server_elsewhere_gets_what_its_entry_says_and_else_what_is_public(
    origin: str, address: str, tmp_path: Path
) -> None:
    mistrusted = server(origin, f'address = "{address}"')
    (entry,) = policy(tmp_path, mistrusted).index_servers
    assert (entry.address, entry.max_class) == (address, "public")
    trusted = server(origin, f'address = "{address}"\nmax_class = "confidential"')
    (tmp_path / "config.toml").write_text(HEAD + trusted)
    places = PolicyPlaces(tmp_path / "none.toml", tmp_path / "config.toml", os.getuid())
    (entry,) = load_policy(places).index_servers
    assert entry.max_class == "confidential"


def test_both_files_must_list_a_server_and_the_narrower_holds(tmp_path: Path) -> None:
    user = server(more='timeout_s = 9\nmax_class = "restricted"', name="mine")
    user += server("http://127.0.0.1:9", name="other")
    found = policy(tmp_path, user, server(more='timeout_s = 5\nmax_class = "public"'))
    (entry,) = found.index_servers
    assert (entry.id, entry.timeout_s, entry.max_class) == ("mine", 5.0, "public")
    assert any("other" in warning and "administrator" in warning for warning in found.warnings)


def test_the_managed_files_servers_hold_where_the_user_has_no_file(tmp_path: Path) -> None:
    assert [it.id for it in policy(tmp_path, None, server()).index_servers] == ["team"]


def test_a_managed_file_without_servers_leaves_none(tmp_path: Path) -> None:
    assert policy(tmp_path, server(), "").index_servers == ()


def test_a_key_is_only_ever_referred_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (entry,) = policy(tmp_path, server(more='key = "env:TEAM_KEY"')).index_servers
    monkeypatch.setenv("TEAM_KEY", "secret")
    assert destination_of_server(entry).key == "secret"
    monkeypatch.delenv("TEAM_KEY")
    with pytest.raises(ConfigurationError, match="TEAM_KEY"):
        destination_of_server(entry)


def test_a_workspace_file_cannot_add_a_server(tmp_path: Path) -> None:
    (tmp_path / ".glossator.toml").write_text(server("http://127.0.0.1:6666"))
    found = read_workspace(tmp_path, Settings(), Policy(models=()))
    ignored = found.sentences
    assert found.policy.index_servers == ()
    assert len(ignored) == 1
    assert "index_server is ignored" in ignored[0]
