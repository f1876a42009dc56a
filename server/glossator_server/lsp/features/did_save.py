"""Own `textDocument/didSave`."""

from __future__ import annotations

import logging

from lsprotocol import types

from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.uris import path_of
from glossator_server.lsp.workspace_files import is_workspace_file, workspace_file_changed

_log = logging.getLogger(__name__)


def did_save(ls: GlossatorServer, params: types.DidSaveTextDocumentParams) -> None:
    """Have the index take the file in; the text is known already, from the changes.

    What a `.glossator.toml` says holds from here on.
    """
    if is_workspace_file(path_of(params.text_document.uri)):
        workspace_file_changed(ls)
    document = ls.session.documents.get(params.text_document.uri)
    if document is None:
        _log.warning("didSave for a document that is not open; ignored")
        return
    document.is_saved = True
    ls.feedback.saved(params.text_document.uri)
    if ls.indexing is not None and document.path is not None:
        ls.indexing.file_saved(document.path)
