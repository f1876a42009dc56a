"""Own `textDocument/didOpen`."""

from __future__ import annotations

from lsprotocol import types

from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.prompting import is_prompt_file, show_prompt_problems


def did_open(ls: GlossatorServer, params: types.DidOpenTextDocumentParams) -> None:
    """Take the document over, and say at once if nothing can be done with it."""
    document = ls.documents.open(params.text_document)
    if is_prompt_file(document.path):
        show_prompt_problems(ls, document.uri)
        return
    if document.trouble is None:
        ls.drift.changed(document.uri)
        return
    if document.language is None:
        # Somebody who opens a README needs no message box about it.
        ls.note(document.trouble)
    else:
        ls.say(types.MessageType.Warning, document.trouble)
