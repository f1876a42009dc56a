"""Own the reading of document URIs: which file one means, if any.

It must not touch the file system, and write no URI: the editor's own spelling is always kept.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

_DRIVE = re.compile(r"/[A-Za-z]:(?=/|$)")


def path_of(uri: str) -> Path | None:
    """Return the path that a `file:` URI means, None for all else (untitled, notebook cells)."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme.lower() != "file" or parts.netloc.lower() not in ("", "localhost"):
        return None
    name = unquote(parts.path, errors="surrogateescape")
    if "\0" in name or not name.startswith("/") or _DRIVE.match(name):
        # A drive letter names a file of another machine, such as a Windows host's.
        return None
    return Path(name)


def name_of(uri: str) -> str:
    """Return the last part of a URI, for languages that are told by the file's suffix."""
    try:
        return unquote(urlsplit(uri).path).rpartition("/")[2]
    except ValueError:
        return ""
