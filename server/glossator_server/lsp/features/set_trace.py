"""Own `$/setTrace`."""

from __future__ import annotations

from lsprotocol import types

from glossator_server.lsp.language_server import GlossatorServer


def set_trace(ls: GlossatorServer, params: types.SetTraceParams) -> None:
    """Remember how much the editor wants to be told; nothing is traced yet."""
    ls.protocol.trace = params.value
