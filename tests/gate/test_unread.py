"""What may hold secrets is known by its name, and what the policy forbids by its path."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from glossator_gate.errors import ConfigurationError
from glossator_gate.redaction.unread import DenyList, is_never_read


@pytest.mark.parametrize(
    ("path", "forbidden"),
    [
        (".env", True),
        ("app/.env.local", True),
        ("app/.ENV.Local", True),
        ("secrets/a/b.c", True),
        ("secrets/", True),
        ("lib/secrets/b.c", False),
        ("keys/public.pem", False),
        ("keys/private.pem", True),
        ("src/ring.c", False),
        ("", False),
    ],
)
def test_patterns_are_read_as_git_reads_them(path: str, forbidden: bool) -> None:  # noqa: FBT001
    denied = DenyList(["**/.env*", "/secrets/", "*.pem", "!public.pem", "# a comment", ""])
    assert denied.forbids(path) is forbidden
    assert denied.forbids(PurePosixPath(path)) is (forbidden and path != "secrets/")


def test_no_file_allows_what_another_forbids() -> None:
    denied = DenyList(["*.pem"], ["!*.pem", "*.txt"])
    assert denied.forbids("a.pem")
    assert denied.forbids("a.txt")


def test_an_empty_list_forbids_nothing() -> None:
    assert not DenyList().forbids("a.pem")
    assert not DenyList([], []).forbids("a.pem")


def test_a_pattern_that_is_none_is_told() -> None:
    with pytest.raises(ConfigurationError, match="deny_paths"):
        DenyList(["!"])


@pytest.mark.parametrize("name", [".env", ".ENV.prod", "id_rsa", "a.tfstate", "a.agekey", "x.P8"])
def test_names_that_say_that_they_hold_secrets(name: str) -> None:
    assert is_never_read(name)


@pytest.mark.parametrize("name", ["environment.c", "keys.c", "rsa.py", "tfstate.go", "a.p8.c"])
def test_sources_about_secrets_are_read(name: str) -> None:
    assert not is_never_read(name)
