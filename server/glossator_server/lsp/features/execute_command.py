"""Own `workspace/executeCommand`: from a command's name to its function."""

from __future__ import annotations

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from glossator_server.lsp.capabilities import COMMANDS
from glossator_server.lsp.commands import FUNCTIONS
from glossator_server.lsp.language_server import GlossatorServer


async def execute_command(ls: GlossatorServer, params: types.ExecuteCommandParams) -> object:
    """Run a command: work that takes long is started and answered with its job."""
    function = FUNCTIONS.get(params.command)
    if function is None:
        known = ", ".join(COMMANDS)
        raise JsonRpcInvalidParams(f"There is no command {params.command[:80]!r}; use {known}.")
    return await function(ls, params.arguments or [])
