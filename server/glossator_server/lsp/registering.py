"""Own what the server asks the editor for after the handshake: settings, files, symbol searches.

Only what the editor announced for dynamic registration is asked for; it must not answer anything.
"""

from __future__ import annotations

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.workspace_file import WORKSPACE_FILE

SECTION = "glossator"
# What they say decides which files belong into an index.
IGNORE_FILES = (".gitignore", ".glossatorignore")
# Wherever the user's folder of configuration is.
PROMPT_FILES = "**/glossator/prompts/*.md"
# Each file is judged alone, and only those that the editor has open.
DIAGNOSTIC_OPTIONS = types.DiagnosticOptions(
    inter_file_dependencies=False, workspace_diagnostics=False, identifier="glossator"
)
_COMES_AND_GOES = types.WatchKind.Create | types.WatchKind.Delete


async def register_configuration(ls: GlossatorServer) -> None:
    """Have the editor tell when its settings change, where it can."""
    if ls.editor.registers_configuration:
        options = types.DidChangeConfigurationRegistrationOptions(section=SECTION)
        await _register(ls, types.WORKSPACE_DID_CHANGE_CONFIGURATION, options)


async def register_for_workspace_files(ls: GlossatorServer) -> None:
    """Have the editor tell when a `.glossator.toml` changes and ask what is wrong in it."""
    if not ls.session.folders:
        return
    if ls.editor.registers_watched_files:
        watcher = types.FileSystemWatcher(f"**/{WORKSPACE_FILE}")
        options = types.DidChangeWatchedFilesRegistrationOptions([watcher])
        await _register(ls, types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options, WORKSPACE_FILE)
    if ls.editor.registers_diagnostics:
        await _register(
            ls,
            types.TEXT_DOCUMENT_DIAGNOSTIC,
            types.DiagnosticRegistrationOptions(
                inter_file_dependencies=DIAGNOSTIC_OPTIONS.inter_file_dependencies,
                workspace_diagnostics=ls.session.settings.document.drift == "workspace",
                identifier=DIAGNOSTIC_OPTIONS.identifier,
                document_selector=[
                    types.TextDocumentFilterPattern(f"**/{WORKSPACE_FILE}"),
                    types.TextDocumentFilterPattern(PROMPT_FILES),
                    types.TextDocumentFilterPattern(f"**/*.{{{_endings()}}}"),
                ],
            ),
        )


async def register_for_index(ls: GlossatorServer) -> None:
    """Have the editor tell of changed files and ask for symbols, as far as the settings want it."""
    options = ls.session.settings.index
    watched = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
    if ls.editor.registers_watched_files and ls.session.folders:
        if not options.enabled:
            await _unregister(ls, watched)
        elif watched not in ls.registered:
            watchers = [types.FileSystemWatcher(it) for it in _watched_globs()]
            # A folder that is renamed or deleted is one event of its own, with no event a file.
            watchers.append(types.FileSystemWatcher("**/*", _COMES_AND_GOES))
            await _register(ls, watched, types.DidChangeWatchedFilesRegistrationOptions(watchers))
    symbols = types.WORKSPACE_SYMBOL
    if ls.editor.registers_workspace_symbols and not ls.announced_symbols:
        if not (options.enabled and options.workspace_symbol):
            await _unregister(ls, symbols)
        else:
            await _register(ls, symbols, types.WorkspaceSymbolRegistrationOptions())


def _watched_globs() -> tuple[str, ...]:
    return (f"**/*.{{{_endings()}}}", f"**/{{{','.join(IGNORE_FILES)}}}")


def _endings() -> str:
    from glossator_indexer.languages.c import C
    from glossator_indexer.languages.detection import TREE_LANGUAGES

    suffixes = sorted({suffix for it in (C, *TREE_LANGUAGES) for suffix in it.suffixes})
    return ",".join(it.removeprefix(".") for it in suffixes)


async def _register(
    ls: GlossatorServer, method: str, options: object, register_as: str | None = None
) -> None:
    """Register a method once; the second registration of one needs a name of its own."""
    name = register_as or method
    if name in ls.registered:
        return
    ls.registered.add(name)
    registration = types.Registration(name, method, options)
    try:
        await ls.client_register_capability_async(types.RegistrationParams([registration]))
    except JsonRpcException as trouble:
        ls.note(f"The editor does not register {method} ({trouble.message}); it goes on without.")


async def _unregister(ls: GlossatorServer, method: str) -> None:
    if method in ls.registered:
        ls.registered.discard(method)
        gone = types.Unregistration(method, method)
        await ls.client_unregister_capability_async(types.UnregistrationParams([gone]))
