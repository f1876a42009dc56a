"""Own `textDocument/didChange`."""

from __future__ import annotations

from lsprotocol import types

from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.prompting import show_prompt_problems


def did_change(ls: GlossatorServer, params: types.DidChangeTextDocumentParams) -> None:
    """Follow the editor's changes."""
    ls.documents.change(params)
    ls.drift.changed(params.text_document.uri)
    show_prompt_problems(ls, params.text_document.uri)
