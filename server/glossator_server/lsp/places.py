"""Own how a file is now: as the editor has it, else as it is on disk.

It reads and must not write; what may be read was decided by whoever knows the path.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from glossator_server.errors import UsageError
from glossator_server.files import read_source
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.session import OpenDocument


@dataclass(frozen=True, slots=True)
class Place:
    """A file as it is now; `text` is None where there is none, `version` where it is not open."""

    path: Path
    uri: str
    text: str | None
    version: int | None
    is_open: bool


class Places:
    """The files of a workspace, by path; made anew for each look, because documents come and go."""

    def __init__(self, ls: GlossatorServer) -> None:
        self._documents = documents_by_path(ls)

    def at(self, path: Path) -> Place:
        """Return a file as it is now; raises `UsageError` where it cannot be read as a text."""
        document = self._documents.get(_followed(path))
        if document is not None:
            if not document.is_in_step:
                raise UsageError(
                    f"{document.uri} is out of step with the editor; close and open it again."
                )
            return Place(path, document.uri, document.text, document.version, is_open=True)
        text = read_source(path) if os.path.lexists(path) else None
        return Place(path, path.as_uri(), text, None, is_open=False)


def documents_by_path(ls: GlossatorServer) -> Mapping[Path, OpenDocument]:
    """Return the open documents by the file that each really is; the first of several counts."""
    found: dict[Path, OpenDocument] = {}
    for it in ls.session.documents.values():
        if it.path is not None:
            found.setdefault(_followed(it.path), it)
    return found


def place_of(ls: GlossatorServer, path: Path) -> tuple[Path, str]:
    """Return the workspace folder that a file lies in, else its own, and its path below that."""
    root = ls.session.root_of(path) or _followed(path).parent
    return root, inner_path(path, root)


def inner_path(path: Path, root: Path) -> str:
    """Return a file's path below the real root that it really lies in, with `/`."""
    return _followed(path).relative_to(root).as_posix()


def _followed(path: Path) -> Path:
    return Path(os.path.realpath(path))
