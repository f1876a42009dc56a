"""A URI means a file of this machine, or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from glossator_server.lsp.uris import path_of


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///a/b.c", "/a/b.c"),
        ("FILE:///a/b.c", "/a/b.c"),
        ("file://localhost/a.c", "/a.c"),
        ("file:///a%20b/%C3%A9.c", "/a b/é.c"),
        ("file:///a b/é.c", "/a b/é.c"),
        ("file:///100%25.c", "/100%.c"),
        ("file:///%zz.c", "/%zz.c"),
        ("file:///a%23b.c", "/a#b.c"),
        ("file:///c%3A/b.c", None),
        ("file:///C:/b.c", None),
        ("file://server/share/b.c", None),
        ("file:relative.c", None),
        ("file:///a%00b.c", None),
        ("untitled:Untitled-1", None),
        ("vscode-notebook-cell:/a.ipynb#W0sZmlsZQ", None),
        ("http://[", None),
        ("", None),
        ("a.c", None),
    ],
)
def test_the_path_of(uri: str, path: str | None) -> None:
    assert path_of(uri) == (Path(path) if path else None)


def test_every_path_comes_back() -> None:
    for name in ("/a/b.c", "/a b/ü#?%.c", "/漢/😀.c"):
        assert path_of(Path(name).as_uri()) == Path(name)
