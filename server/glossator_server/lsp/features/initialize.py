"""Own `initialize`: what the editor can do, where it works, what it wants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from lsprotocol import types

from glossator_server.lsp.capabilities import fold, server_capabilities
from glossator_server.lsp.convert import choose_encoding
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.registering import DIAGNOSTIC_OPTIONS
from glossator_server.lsp.uris import path_of


def initialize(ls: GlossatorServer, params: types.InitializeParams) -> types.InitializeResult:
    """Take the editor's side in, once; answer with ours."""
    general = params.capabilities.general
    encoding = choose_encoding(general.position_encodings if general else None)
    ls.documents.encoding = encoding
    ls.editor = fold(params.capabilities)
    ls.editor_name = params.client_info.name if params.client_info else ""
    ls.watch_parent(params.process_id)
    # Anything before our answer but log messages would break the protocol: they wait for
    # `initialized`.
    ls.ignored_settings = ls.session.set_folders(_folders(params))
    options = params.initialization_options
    if isinstance(options, Mapping):
        own = options.get("glossator", options)
        if isinstance(own, Mapping):
            # What the editor can show is no setting.
            ls.editor = replace(ls.editor, panels=own.get("panels") is True)
            own = {key: it for key, it in own.items() if key != "panels"}
            ls.ignored_settings = ls.session.configure("initialization", own)
    capabilities = server_capabilities(encoding)
    if ls.editor.pulls_diagnostics and not ls.editor.registers_diagnostics:
        capabilities.diagnostic_provider = types.DiagnosticOptions(
            inter_file_dependencies=DIAGNOSTIC_OPTIONS.inter_file_dependencies,
            workspace_diagnostics=ls.session.settings.document.drift == "workspace",
            identifier=DIAGNOSTIC_OPTIONS.identifier,
        )
    wanted = ls.session.settings.index
    if wanted.enabled and wanted.workspace_symbol:
        # Off by default: it doubles the answers of other servers.
        ls.announced_symbols = True
        capabilities.workspace_symbol_provider = True
    return types.InitializeResult(
        capabilities=capabilities,
        server_info=types.ServerInfo(name=ls.name, version=ls.version),
    )


def folders_of(folders: Iterable[types.WorkspaceFolder]) -> dict[str, Path]:
    """Return the folders that lie on this machine, by their URI."""
    paths = ((it.uri, path_of(it.uri)) for it in folders)
    return {uri: path for uri, path in paths if path is not None}


def _folders(params: types.InitializeParams) -> dict[str, Path]:
    if params.workspace_folders:
        return folders_of(params.workspace_folders)
    # Older editors know one root only, and the oldest no URI for it.
    if params.root_uri:
        return folders_of([types.WorkspaceFolder(params.root_uri, "")])
    if params.root_path and Path(params.root_path).is_absolute():
        return {Path(params.root_path).as_uri(): Path(params.root_path)}
    return {}
