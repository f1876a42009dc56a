"""Own the table of the methods that the server answers, one module a method.

None of them decides what is offered or what a comment says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lsprotocol import types

from glossator_server.lsp.features.code_action import code_action
from glossator_server.lsp.features.did_change import did_change
from glossator_server.lsp.features.did_change_configuration import did_change_configuration
from glossator_server.lsp.features.did_change_workspace_folders import did_change_workspace_folders
from glossator_server.lsp.features.did_close import did_close
from glossator_server.lsp.features.did_open import did_open
from glossator_server.lsp.features.did_save import did_save
from glossator_server.lsp.features.execute_command import execute_command
from glossator_server.lsp.features.hover import hover
from glossator_server.lsp.features.initialize import initialize
from glossator_server.lsp.features.initialized import initialized
from glossator_server.lsp.features.set_trace import set_trace
from glossator_server.lsp.features.shutdown import shutdown
from glossator_server.lsp.features.work_done_progress_cancel import work_done_progress_cancel
from glossator_server.lsp.language_server import GlossatorServer

FEATURES: dict[str, Callable[..., Any]] = {
    types.INITIALIZE: initialize,
    types.INITIALIZED: initialized,
    types.SHUTDOWN: shutdown,
    types.SET_TRACE: set_trace,
    types.TEXT_DOCUMENT_DID_OPEN: did_open,
    types.TEXT_DOCUMENT_DID_CHANGE: did_change,
    types.TEXT_DOCUMENT_DID_SAVE: did_save,
    types.TEXT_DOCUMENT_DID_CLOSE: did_close,
    types.TEXT_DOCUMENT_CODE_ACTION: code_action,
    types.TEXT_DOCUMENT_HOVER: hover,
    types.WORKSPACE_EXECUTE_COMMAND: execute_command,
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: did_change_configuration,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: did_change_workspace_folders,
    types.WINDOW_WORK_DONE_PROGRESS_CANCEL: work_done_progress_cancel,
}


def register_features(server: GlossatorServer) -> None:
    """Tie every method to its function."""
    for method, function in FEATURES.items():
        server.feature(method)(function)
