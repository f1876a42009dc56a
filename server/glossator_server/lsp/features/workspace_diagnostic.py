"""Own `workspace/diagnostic`: drift in all files of the folders, where the settings want it."""

from __future__ import annotations

from lsprotocol import types

from glossator_server.lsp.drifting import drift_of_workspace
from glossator_server.lsp.language_server import GlossatorServer


async def workspace_diagnostic(
    ls: GlossatorServer, params: types.WorkspaceDiagnosticParams
) -> types.WorkspaceDiagnosticReport:
    """Answer with what is wrong in files that are not open; nothing is sent twice."""
    known = {it.uri: it.value for it in params.previous_result_ids}
    return types.WorkspaceDiagnosticReport(await drift_of_workspace(ls, known))
