"""What may hold secrets is known by its name."""

from __future__ import annotations

import pytest

from glossator_gate.redaction.unread import is_never_read


@pytest.mark.parametrize("name", [".env", ".ENV.prod", "id_rsa", "a.tfstate", "a.agekey", "x.P8"])
def test_names_that_say_that_they_hold_secrets(name: str) -> None:
    assert is_never_read(name)


@pytest.mark.parametrize("name", ["environment.c", "keys.c", "rsa.py", "tfstate.go", "a.p8.c"])
def test_sources_about_secrets_are_read(name: str) -> None:
    assert not is_never_read(name)
