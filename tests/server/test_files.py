"""Which files are read at all, by their names, their targets and the policy; how one is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from glossator_indexer.types import Span, TextChange
from glossator_server.edits import file_edit
from glossator_server.errors import UsageError
from glossator_server.files import read_snapshot, write_edit, write_report
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


def test_a_file_whose_name_is_as_long_as_can_be_is_written(tmp_path: Path) -> None:
    path = tmp_path / f"{'é' * 126}.c"
    path.write_text("int f(void);\n", "utf-8")
    path.chmod(0o640)
    snapshot = read_snapshot(path, Settings())
    write_edit(file_edit(snapshot, [TextChange(Span(0, 0), "/* f */\n")]))
    assert path.read_text("utf-8") == "/* f */\nint f(void);\n"
    write_report(path, "report")
    assert path.read_text("utf-8") == "report"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [it for it in tmp_path.iterdir() if it.is_file()] == [path]
