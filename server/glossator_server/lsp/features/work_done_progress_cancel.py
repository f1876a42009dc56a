"""Own `window/workDoneProgress/cancel`: the cancel button of an editor that has one."""

from __future__ import annotations

from lsprotocol import types

from glossator_server.lsp.language_server import GlossatorServer


def work_done_progress_cancel(
    ls: GlossatorServer, params: types.WorkDoneProgressCancelParams
) -> None:
    """Cancel the job whose progress it is."""
    ls.cancel_token(params.token)
