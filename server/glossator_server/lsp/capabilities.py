"""Own what the editor can do, folded once into named bools, and what the server says it can do.

Nobody else looks into the editor's capability tree.
"""

from __future__ import annotations

from dataclasses import dataclass

from lsprotocol import types

# Every command stands here: some editors refuse a command that was not announced.
COMMANDS = (
    "glossator.document",
    "glossator.documentAll",
    "glossator.fix",
    "glossator.edit",
    "glossator.review",
    "glossator.ask",
    "glossator.explain",
    "glossator.do",
    "glossator.answer",
    "glossator.cancel",
    "glossator.status",
    "glossator.search",
    "glossator.proposal.apply",
    "glossator.proposal.discard",
    "glossator.prompt.try",
    "glossator.index.pause",
    "glossator.index.resume",
)


@dataclass(frozen=True, slots=True)
class EditorCapabilities:
    """What the editor announced; all False for one that announced nothing."""

    applies_edits: bool = False
    versions_edits: bool = False
    shows_progress: bool = False
    reads_markdown: bool = False
    takes_code_action_literals: bool = False
    tags_generated_actions: bool = False
    answers_configuration: bool = False
    registers_configuration: bool = False
    registers_watched_files: bool = False
    registers_workspace_symbols: bool = False
    takes_diagnostics: bool = False
    pulls_diagnostics: bool = False
    registers_diagnostics: bool = False
    refreshes_diagnostics: bool = False
    refreshes_lenses: bool = False
    shows_documents: bool = False
    annotates_edits: bool = False
    # Of "create", "rename" and "delete", those that an edit may ask for.
    file_operations: frozenset[str] = frozenset()
    # Our own extension of the protocol: answers that stream, changes and plans as data.
    panels: bool = False

    @property
    def is_sent_findings(self) -> bool:
        """Tell whether findings are sent to an editor that asks for all else.

        It cannot be told to ask again, and would ask when the code has changed.
        """
        return self.takes_diagnostics and self.pulls_diagnostics and not self.refreshes_diagnostics


def fold(announced: types.ClientCapabilities) -> EditorCapabilities:
    """Return the capabilities that matter to us."""
    workspace = announced.workspace or types.WorkspaceClientCapabilities()
    document = announced.text_document or types.TextDocumentClientCapabilities()
    window = announced.window or types.WindowClientCapabilities()
    edit = workspace.workspace_edit or types.WorkspaceEditClientCapabilities()
    configuration = (
        workspace.did_change_configuration or types.DidChangeConfigurationClientCapabilities()
    )
    watched = workspace.did_change_watched_files or types.DidChangeWatchedFilesClientCapabilities()
    symbols = workspace.symbol or types.WorkspaceSymbolClientCapabilities()
    pull = document.diagnostic or types.DiagnosticClientCapabilities()
    refresh = workspace.diagnostics or types.DiagnosticWorkspaceClientCapabilities()
    lenses = workspace.code_lens or types.CodeLensWorkspaceClientCapabilities()
    action = document.code_action or types.CodeActionClientCapabilities()
    hover = document.hover or types.HoverClientCapabilities()
    tags = action.tag_support.value_set if action.tag_support else ()
    return EditorCapabilities(
        applies_edits=bool(workspace.apply_edit),
        # What creates files is a `documentChanges` too: Neovim announces this, and not the former.
        versions_edits=bool(edit.document_changes or edit.resource_operations),
        shows_progress=bool(window.work_done_progress),
        # The order is the editor's preference.
        reads_markdown=list(hover.content_format or ())[:1] == [types.MarkupKind.Markdown],
        takes_code_action_literals=action.code_action_literal_support is not None,
        tags_generated_actions=types.CodeActionTag.LlmGenerated in tags,
        answers_configuration=bool(workspace.configuration),
        registers_configuration=bool(configuration.dynamic_registration),
        registers_watched_files=bool(watched.dynamic_registration),
        registers_workspace_symbols=bool(symbols.dynamic_registration),
        takes_diagnostics=document.publish_diagnostics is not None,
        pulls_diagnostics=document.diagnostic is not None,
        registers_diagnostics=bool(pull.dynamic_registration),
        refreshes_diagnostics=bool(refresh.refresh_support),
        refreshes_lenses=bool(lenses.refresh_support),
        shows_documents=bool(window.show_document and window.show_document.support),
        annotates_edits=edit.change_annotation_support is not None,
        file_operations=frozenset(
            str(getattr(it, "value", it)) for it in edit.resource_operations or ()
        ),
    )


def server_capabilities(encoding: types.PositionEncodingKind) -> types.ServerCapabilities:
    """Return what the server announces."""
    return types.ServerCapabilities(
        position_encoding=encoding,
        text_document_sync=types.TextDocumentSyncOptions(
            open_close=True,
            change=types.TextDocumentSyncKind.Incremental,
            save=types.SaveOptions(include_text=False),
        ),
        hover_provider=True,
        code_action_provider=types.CodeActionOptions(
            code_action_kinds=[
                types.CodeActionKind.QuickFix,
                types.CodeActionKind.RefactorRewrite,
                types.CodeActionKind.Source,
            ],
        ),
        # Empty answers where they are off, so that they can be switched on without a restart.
        code_lens_provider=types.CodeLensOptions(),
        execute_command_provider=types.ExecuteCommandOptions(commands=list(COMMANDS)),
        workspace=types.WorkspaceOptions(
            workspace_folders=types.WorkspaceFoldersServerCapabilities(
                supported=True, change_notifications=True
            )
        ),
    )
