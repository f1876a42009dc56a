"""Own the table of the methods that the server answers, one module a method.

None of them decides what is offered or what a comment says.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from lsprotocol import types

from glossator_server.lsp.language_server import GlossatorServer

# Each method's module, whose function has the same name.
FEATURES = {
    types.INITIALIZE: "initialize",
    types.INITIALIZED: "initialized",
    types.SHUTDOWN: "shutdown",
    types.SET_TRACE: "set_trace",
    types.TEXT_DOCUMENT_DID_OPEN: "did_open",
    types.TEXT_DOCUMENT_DID_CHANGE: "did_change",
    types.TEXT_DOCUMENT_DID_SAVE: "did_save",
    types.TEXT_DOCUMENT_DID_CLOSE: "did_close",
    types.TEXT_DOCUMENT_CODE_ACTION: "code_action",
    types.TEXT_DOCUMENT_HOVER: "hover",
    types.TEXT_DOCUMENT_CODE_LENS: "code_lens",
    types.TEXT_DOCUMENT_DIAGNOSTIC: "diagnostic",
    types.WORKSPACE_DIAGNOSTIC: "workspace_diagnostic",
    types.WORKSPACE_EXECUTE_COMMAND: "execute_command",
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: "did_change_configuration",
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: "did_change_workspace_folders",
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: "did_change_watched_files",
    types.WORKSPACE_SYMBOL: "workspace_symbol",
    types.WINDOW_WORK_DONE_PROGRESS_CANCEL: "work_done_progress_cancel",
}


def register_features(server: GlossatorServer) -> None:
    """Tie every method to its function, which is imported when it is first called.

    `initialize` is answered sooner for it; `initialized` imports the rest.
    """
    for method, name in FEATURES.items():
        server.feature(method)(_when_called(name))


def import_features() -> None:
    """Import every feature, so that no request of the user's waits for it."""
    for name in FEATURES.values():
        _function(name)


def _when_called(name: str) -> Callable[[GlossatorServer, Any], Any]:
    def call(ls: GlossatorServer, params: Any) -> Any:  # noqa: ANN401 -- lsprotocol's types
        return _function(name)(ls, params)

    return call


def _function(name: str) -> Callable[[GlossatorServer, Any], Any]:
    module = importlib.import_module(f"{__name__}.{name}")
    found: Callable[[GlossatorServer, Any], Any] = getattr(module, name)
    return found
