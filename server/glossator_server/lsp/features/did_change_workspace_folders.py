"""Own `workspace/didChangeWorkspaceFolders`."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from lsprotocol import types

from glossator_server.lsp.features.initialize import folders_of
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.registering import register_for_workspace_files
from glossator_server.lsp.workspace_files import take_workspace_files


def did_change_workspace_folders(
    ls: GlossatorServer, params: types.DidChangeWorkspaceFoldersParams
) -> Coroutine[Any, Any, None]:
    """Take folders in and out, in the order that the editor has them."""
    gone = {it.uri for it in params.event.removed}
    kept = {uri: path for uri, path in ls.session.folders.items() if uri not in gone}
    folders = kept | folders_of(params.event.added)
    take_workspace_files(ls, lambda: ls.session.set_folders(folders))
    # What comes next finds the folders as they are; only the editor's answer is waited for.
    return register_for_workspace_files(ls)
