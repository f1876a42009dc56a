"""Own `textDocument/diagnostic`: what is wrong in a file of ours, and drift, for who asks."""

from __future__ import annotations

from lsprotocol import types

from glossator_server.lsp.drifting import problems_of_document
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.prompting import problems_of_prompt
from glossator_server.lsp.workspace_files import problems_of


async def diagnostic(
    ls: GlossatorServer, params: types.DocumentDiagnosticParams
) -> types.RelatedFullDocumentDiagnosticReport:
    """Answer with the keys that are left out, or with what comments and code disagree about."""
    uri = params.text_document.uri
    found = problems_of(ls, uri) or problems_of_prompt(ls, uri)
    found = found or await problems_of_document(ls, uri)
    return types.RelatedFullDocumentDiagnosticReport(items=found)
