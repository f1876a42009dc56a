"""Files that an editor opens: the newest stay, whatever they are called."""

from __future__ import annotations

import os

import pytest

from glossator_server.lsp import shown_files
from glossator_server.lsp.shown_files import write_anew, write_shown


@pytest.mark.usefixtures("own_home")
def test_the_file_that_was_just_written_is_never_the_one_that_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shown_files, "MOST_FILES", 2)
    for at, name in enumerate(("c.md", "b.md", "a.md")):
        path = write_anew("trials", name, "What came of it.\n")
        assert path is not None
        assert path.stat().st_mode & 0o777 == 0o600
        os.utime(path, (at, at))
    assert {it.name for it in path.parent.iterdir()} == {"a.md", "b.md"}
    shown = write_shown("trials", "plan.md", "A plan.\n")
    assert shown is not None
    assert shown.is_file()
