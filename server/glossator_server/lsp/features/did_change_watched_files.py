"""Own `workspace/didChangeWatchedFiles`: files that change outside the editor."""

from __future__ import annotations

from lsprotocol import types

from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.registering import IGNORE_FILES
from glossator_server.lsp.uris import path_of


def did_change_watched_files(
    ls: GlossatorServer, params: types.DidChangeWatchedFilesParams
) -> None:
    """Have the index take them in, or look at everything where what belongs into it changed."""
    paths = [path for it in params.changes if (path := path_of(it.uri)) is not None]
    if ls.indexing is None:
        return
    if any(it.name in IGNORE_FILES for it in paths):
        ls.indexing.refresh()
    ls.indexing.files_changed(it for it in paths if it.name not in IGNORE_FILES)
