"""Own `workspace/didChangeWatchedFiles`: files that change outside the editor."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types

from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.registering import IGNORE_FILES
from glossator_server.lsp.uris import path_of
from glossator_server.lsp.workspace_files import is_workspace_file, workspace_file_changed


def did_change_watched_files(
    ls: GlossatorServer, params: types.DidChangeWatchedFilesParams
) -> None:
    """Have the index take them in, or look at everything where what belongs into it changed."""
    if any(is_workspace_file(path_of(it.uri)) for it in params.changes):
        workspace_file_changed(ls)
    if ls.indexing is None:
        return
    paths = [
        path
        for it in params.changes
        if (path := path_of(it.uri)) is not None and _may_matter(path, it.type)
    ]
    if any(it.name in IGNORE_FILES for it in paths):
        ls.indexing.refresh()
    ls.indexing.files_changed(it for it in paths if it.name not in IGNORE_FILES)


def _may_matter(path: Path, change: types.FileChangeType) -> bool:
    """Tell whether a path may be a source or a folder of some; most of a build's files are none."""
    from glossator_indexer.languages.detection import indexed_language

    if ".git" in path.parts:
        return False
    if path.name in IGNORE_FILES or indexed_language(path.name) is not None:
        return True
    # What is gone can be looked at no more; what has no suffix may be a script.
    return change is types.FileChangeType.Deleted or not path.suffix or path.is_dir()
