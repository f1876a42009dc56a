"""Own `initialized`: from here on the server may speak."""

from __future__ import annotations

from lsprotocol import types

from glossator_server.lsp.features import import_features
from glossator_server.lsp.features.did_change_configuration import pull_configuration
from glossator_server.lsp.indexing import start_indexing
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.registering import (
    register_configuration,
    register_for_workspace_files,
)
from glossator_server.lsp.workspace_files import show_workspace_files


async def initialized(ls: GlossatorServer, params: types.InitializedParams) -> None:  # noqa: ARG001
    """Get ready, say what was left out of the settings, and ask for the editor's."""
    import_features()
    ls.note_ignored_settings(ls.ignored_settings)
    # Filling prompts takes long to import: an editor's first questions come before it.
    from glossator_server.prompts.files import prompt_problems

    ls.note_ignored_settings(prompt_problems())
    show_workspace_files(ls)
    await register_configuration(ls)
    if ls.editor.answers_configuration:
        await pull_configuration(ls)
    start_indexing(ls)
    ls.got_ready.set()
    await register_for_workspace_files(ls)
