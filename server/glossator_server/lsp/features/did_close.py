"""Own `textDocument/didClose`."""

from __future__ import annotations

from lsprotocol import types

from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.prompting import show_prompt_problems


def did_close(ls: GlossatorServer, params: types.DidCloseTextDocumentParams) -> None:
    """Hand the document back."""
    ls.feedback.closing(params.text_document.uri)
    ls.documents.close(params.text_document.uri)
    show_prompt_problems(ls, params.text_document.uri)
    ls.findings.forget(params.text_document.uri)
    ls.drift.closed(params.text_document.uri)
    if ls.indexing is not None:
        ls.indexing.buffers_changed()
