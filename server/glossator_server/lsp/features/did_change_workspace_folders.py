"""Own `workspace/didChangeWorkspaceFolders`."""

from __future__ import annotations

from lsprotocol import types

from glossator_server.lsp.features.initialize import folders_of
from glossator_server.lsp.language_server import GlossatorServer


def did_change_workspace_folders(
    ls: GlossatorServer, params: types.DidChangeWorkspaceFoldersParams
) -> None:
    """Take folders in and out, in the order that the editor has them."""
    gone = {it.uri for it in params.event.removed}
    kept = {uri: path for uri, path in ls.session.folders.items() if uri not in gone}
    ignored = ls.session.set_folders(kept | folders_of(params.event.added))
    ls.note_ignored_settings(ignored)
    if ls.indexing is not None:
        ls.indexing.follow()
