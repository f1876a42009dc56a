"""Own `textDocument/diagnostic`: what is wrong in a `.glossator.toml`, for who asks."""

from __future__ import annotations

from lsprotocol import types

from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.workspace_files import problems_of


def diagnostic(
    ls: GlossatorServer, params: types.DocumentDiagnosticParams
) -> types.RelatedFullDocumentDiagnosticReport:
    """Answer with the keys that are left out; of other files, there is nothing to say."""
    found = problems_of(ls, params.text_document.uri)
    return types.RelatedFullDocumentDiagnosticReport(items=found)
