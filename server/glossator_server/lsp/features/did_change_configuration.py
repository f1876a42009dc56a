"""Own `workspace/didChangeConfiguration`, and the question for the settings that it leads to."""

from __future__ import annotations

from collections.abc import Mapping

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from glossator_server.lsp.language_server import GlossatorServer


async def did_change_configuration(
    ls: GlossatorServer, params: types.DidChangeConfigurationParams
) -> None:
    """Take the editor's settings anew; editors that can be asked often send nothing here."""
    if ls.editor.answers_configuration:
        await pull_configuration(ls)
    elif isinstance(params.settings, Mapping):
        _take(ls, params.settings.get("glossator"))


async def pull_configuration(ls: GlossatorServer) -> None:
    """Ask the editor for the section `glossator`."""
    item = types.ConfigurationItem(section="glossator")
    try:
        answer = await ls.workspace_configuration_async(types.ConfigurationParams([item]))
    except JsonRpcException as trouble:
        ls.note(f"The editor does not tell its settings ({trouble.message}); defaults are used.")
        return
    if answer:
        # Null is how editors say that the section is empty, also when it was not before.
        _take(ls, {} if answer[0] is None else answer[0])


def _take(ls: GlossatorServer, section: object) -> None:
    if isinstance(section, Mapping):
        former = ls.session.settings
        ls.note_ignored_settings(ls.session.configure("configuration", section))
        if ls.session.settings.document != former.document:
            ls.refresh_diagnostics()
        ls.settings_changed(former)
