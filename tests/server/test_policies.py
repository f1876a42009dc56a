"""Files have the class and the leave that the policy gives them, as its files say now."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from glossator_gate.errors import PolicyError
from glossator_gate.policy import PolicyPlaces, load_policy
from glossator_gate.types import DataClass
from glossator_server.files import read_snapshot
from glossator_server.policies import CurrentPolicy, WorkspacePolicy
from glossator_server.settings import Settings

CONFIG = """
schema = 1
[classes]
default = "internal"
[[classify]]
match = { path = ["secret/**"] }
class = "restricted"
[redact]
deny_paths = ["/vault/"]
"""


@pytest.fixture
def places(tmp_path: Path) -> PolicyPlaces:
    user = tmp_path / "config.toml"
    user.write_text(CONFIG, "utf-8")
    return PolicyPlaces(tmp_path / "etc" / "policy.toml", user, os.getuid())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    for name in ("a.c", "secret/b.c", "vault/c.c"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("int f(void);\n", "utf-8")
    (root / "link.c").symlink_to("vault/c.c")
    (root / "other.c").symlink_to("secret/b.c")
    return root


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.c", "internal"), ("secret/b.c", "restricted"), ("other.c", "restricted")],
)
def test_a_text_is_as_secret_as_where_it_lies(
    places: PolicyPlaces, folder: Path, name: str, expected: str
) -> None:
    holds = WorkspacePolicy(load_policy(places), folder)
    snapshot = holds.admitted(read_snapshot(folder / name, Settings()))
    assert snapshot.data_class is DataClass(expected)
    assert holds.class_of(None) is DataClass.INTERNAL


def test_a_text_learns_from_what_is_no_stricter_and_not_denied(
    places: PolicyPlaces, folder: Path
) -> None:
    holds = WorkspacePolicy(load_policy(places), folder)
    names = ("a.c", "secret/b.c", "vault/c.c", "link.c", "other.c")

    def lent(name: str) -> set[str]:
        snapshot = holds.admitted(read_snapshot(folder / name, Settings()))
        return {it for it in names if snapshot.lends(folder / it)}

    assert lent("a.c") == {"a.c"}
    assert lent("secret/b.c") == {"a.c", "secret/b.c", "other.c"}


@pytest.mark.parametrize("name", ["vault/c.c", "link.c", "vault/../vault/c.c"])
def test_what_is_denied_is_not_read(places: PolicyPlaces, folder: Path, name: str) -> None:
    holds = WorkspacePolicy(load_policy(places), folder)
    with pytest.raises(PolicyError, match="deny_paths"):
        holds.check_readable(folder / name)
    holds.check_readable(folder / "a.c")
    holds.check_readable(None)


def test_a_file_that_changes_holds_at_once_and_one_that_does_not_is_read_once(
    places: PolicyPlaces,
) -> None:
    current = CurrentPolicy(places)
    before = current.now()
    assert current.now() is before
    places.user.write_text(CONFIG.replace("internal", "restricted"), "utf-8")
    assert WorkspacePolicy(current.now(), None).class_of(None) is DataClass.RESTRICTED
