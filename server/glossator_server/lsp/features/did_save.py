"""Own `textDocument/didSave`."""

from __future__ import annotations

import logging

from lsprotocol import types

from glossator_server.lsp.language_server import GlossatorServer

_log = logging.getLogger(__name__)


def did_save(ls: GlossatorServer, params: types.DidSaveTextDocumentParams) -> None:
    """Note an odd save; the text is known already, from the changes."""
    if params.text_document.uri not in ls.session.documents:
        _log.warning("didSave for a document that is not open; ignored")
