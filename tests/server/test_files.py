"""Which files are read at all, by their names, their targets and the policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from glossator_server.errors import UsageError
from glossator_server.files import read_snapshot
from glossator_server.settings import Settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "vault").mkdir()
    for name in ("a.c", ".env.c", ".env", "vault/b.c"):
        (tmp_path / name).write_text("int f(void);\n", "utf-8")
    (tmp_path / "link.c").symlink_to(".env")
    return tmp_path


@pytest.mark.parametrize("name", [".env.c", "link.c"])
def test_what_may_hold_secrets_is_not_read(folder: Path, name: str) -> None:
    with pytest.raises(UsageError, match="never read"):
        read_snapshot(folder / name, Settings())
