"""Own how an editor sees that a comment and its code have drifted apart, and how it is mended.

An editor that asks is answered, any other that takes diagnostics is sent them after a pause in
typing; never both. No model is asked. What drift is, is decided elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from lsprotocol import types

from glossator_gate.errors import GlossatorError
from glossator_indexer.styles import styles_of
from glossator_indexer.symbols import all_symbols
from glossator_indexer.types import Finding, Span, Symbol
from glossator_server.actions.states import CommentState, comment_status, style_of
from glossator_server.errors import UsageError
from glossator_server.files import sources_by_path
from glossator_server.lsp.convert import PositionMap
from glossator_server.lsp.findings import SOURCE, diagnostics_of_findings
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.snapshot import Snapshot

# As long as people pause between two words.
PAUSE_SECONDS = 0.4
# Between two of them the loop looks after the editor.
FILES_AT_A_TIME = 20
UPDATE_ALL = "Update all drifted comments in this file"


def drift_in(snapshot: Snapshot, encoding: types.PositionEncodingKind) -> list[types.Diagnostic]:
    """Return what comments and code of a text disagree about, in order."""
    if not styles_of(snapshot.source.language.id):
        return []
    positions = PositionMap(snapshot.text, encoding)
    style = style_of(snapshot)
    found: list[types.Diagnostic] = []
    for symbol in all_symbols(snapshot.source):
        if symbol.comment is None:
            continue
        status = comment_status(symbol, style, snapshot.source)
        if status.state is CommentState.DRIFTED:
            found += (_diagnostic(symbol, it, positions) for it in status.findings)
    return found


async def problems_of_document(ls: GlossatorServer, uri: str) -> list[types.Diagnostic]:
    """Return the drift of an open document, where it is wanted, and what a review of it found."""
    document = ls.session.documents.get(uri)
    snapshot = None if document is None else document.snapshot(ls.session.settings.document)
    if document is None or snapshot is None:
        return []
    found = [] if ls.editor.is_sent_findings else findings_of_document(ls, uri)
    if _is_off(ls, document.path):
        return found
    return [*await asyncio.to_thread(drift_in, snapshot, ls.documents.encoding), *found]


def findings_of_document(ls: GlossatorServer, uri: str) -> list[types.Diagnostic]:
    """Return what a review of an open document found, as far as it still holds."""
    document = ls.session.documents.get(uri)
    snapshot = None if document is None else document.snapshot(ls.session.settings.document)
    if snapshot is None:
        return []
    return diagnostics_of_findings(ls.findings, snapshot, ls.documents.encoding)


async def drift_of_workspace(
    ls: GlossatorServer, known: dict[str, str]
) -> list[types.WorkspaceDocumentDiagnosticReport]:
    """Return the drift of all files of the folders; `known` are results that the editor has."""
    reports: list[types.WorkspaceDocumentDiagnosticReport] = []
    is_wanted = ls.session.settings.document.drift == "workspace"
    # What is wrong in a text depends on the settings, too.
    settings = sha256(repr(ls.session.settings).encode()).hexdigest()[:16]
    for folder in list(ls.session.folders.values()) if is_wanted else ():
        paths = await asyncio.to_thread(_paths_below, folder)
        for at in range(0, len(paths), FILES_AT_A_TIME):
            chunk = paths[at : at + FILES_AT_A_TIME]
            reports += await asyncio.to_thread(_reports, ls, chunk, known, settings)
    told = {it.uri for it in reports} | set(ls.session.documents)
    # A file that is gone, or no longer looked at, has nothing wrong in it.
    reports += (
        types.WorkspaceFullDocumentDiagnosticReport(it, []) for it in known if it not in told
    )
    return reports


class DriftShower:
    """Sends drift to an editor that does not ask, each document's after a pause in its changes.

    To one that asks but cannot be told when, it sends what reviews find, and nothing else.
    """

    def __init__(self, ls: GlossatorServer) -> None:
        self._ls = ls
        self._waiting: dict[str, asyncio.Task[None]] = {}
        self._shown: set[str] = set()

    def changed(self, uri: str) -> None:
        """Look at a document again, when it has been left alone for a moment."""
        editor = self._ls.editor
        if not editor.takes_diagnostics:
            return
        if editor.pulls_diagnostics and not editor.is_sent_findings:
            return
        self._stop(uri)
        task = asyncio.create_task(self._show(uri), name="show drift")
        self._waiting[uri] = task

    def all_changed(self) -> None:
        """Look at all documents again: what is shown may have been chosen anew."""
        for uri in self._ls.session.documents:
            self.changed(uri)

    def closed(self, uri: str) -> None:
        """Take back what is shown of a document that is closed."""
        self._stop(uri)
        if uri in self._shown:
            self._publish(uri, None, [])

    def end(self) -> None:
        """Stop looking."""
        for task in self._waiting.values():
            task.cancel()
        self._waiting.clear()

    def _stop(self, uri: str) -> None:
        waiting = self._waiting.pop(uri, None)
        if waiting is not None:
            waiting.cancel()

    async def _show(self, uri: str) -> None:
        await asyncio.sleep(PAUSE_SECONDS)
        document = self._ls.session.documents.get(uri)
        version = None if document is None else document.version
        if self._ls.editor.is_sent_findings:
            found = findings_of_document(self._ls, uri)
        else:
            found = await problems_of_document(self._ls, uri)
        is_current = document is self._ls.session.documents.get(uri)
        if document is not None and is_current and document.version == version:
            self._publish(uri, version, found)

    def _publish(self, uri: str, version: int | None, found: list[types.Diagnostic]) -> None:
        # What has nothing wrong in it, and had nothing before, is not worth a message.
        if found or uri in self._shown:
            params = types.PublishDiagnosticsParams(uri, found, version)
            self._ls.text_document_publish_diagnostics(params)
        self._shown = self._shown | {uri} if found else self._shown - {uri}


def quick_fixes(params: types.CodeActionParams, version: int | None) -> Iterator[types.CodeAction]:
    """Yield what mends the drift that the editor asks about: in that comment, in the whole file."""
    ours = [it for it in params.context.diagnostics if _symbol_of(it) is not None]
    uri = params.text_document.uri
    for name in dict.fromkeys(_symbol_of(it) for it in ours):
        argument = {"uri": uri, "version": version, "symbol": name}
        title = f"Update the comment of `{name}`"
        yield types.CodeAction(
            title=title,
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[it for it in ours if _symbol_of(it) == name],
            command=types.Command(title, "glossator.document", arguments=[argument]),
        )
    if ours:
        argument = {"uri": uri, "version": version, "only": "drifted"}
        yield types.CodeAction(
            title=UPDATE_ALL,
            kind=types.CodeActionKind.QuickFix,
            diagnostics=ours,
            command=types.Command(UPDATE_ALL, "glossator.documentAll", arguments=[argument]),
        )


def _symbol_of(diagnostic: types.Diagnostic) -> str | None:
    data = diagnostic.data
    name = data.get("symbol") if isinstance(data, dict) and diagnostic.source == SOURCE else None
    return name if isinstance(name, str) else None


def _is_off(ls: GlossatorServer, path: Path | None) -> bool:
    return ls.session.settings.document.for_path(path).drift == "off"


def _paths_below(folder: Path) -> tuple[Path, ...]:
    try:
        return sources_by_path(folder).paths
    except UsageError:
        # A folder that is gone, or not for us, has nothing to show.
        return ()


def _reports(
    ls: GlossatorServer, paths: Sequence[Path], known: dict[str, str], settings: str
) -> list[types.WorkspaceDocumentDiagnosticReport]:
    """Return what is wrong in files that no editor has open, or that it is as it was."""
    # Imported where it is used: an editor's server walks only where it was asked to.
    from glossator_indexer.walking import generated_by_content

    reports: list[types.WorkspaceDocumentDiagnosticReport] = []
    for path in paths:
        uri = path.as_uri()
        if uri in ls.session.documents or _is_off(ls, path):
            continue
        try:
            status = path.stat()
            result = f"{status.st_mtime_ns}-{status.st_size}-{settings}"
            if known.get(uri) == result:
                reports.append(types.WorkspaceUnchangedDocumentDiagnosticReport(uri, result))
                continue
            # What the policy denies is not read.
            snapshot = ls.session.snapshot(uri, path)
        except (OSError, GlossatorError):
            continue
        is_generated = generated_by_content(snapshot.text)
        found = [] if is_generated else drift_in(snapshot, ls.documents.encoding)
        if found or uri in known:
            reports.append(
                types.WorkspaceFullDocumentDiagnosticReport(uri, found, result_id=result)
            )
    return reports


def _diagnostic(symbol: Symbol, finding: Finding, positions: PositionMap) -> types.Diagnostic:
    return types.Diagnostic(
        range=positions.range(_place(symbol, finding)),
        message=f"{finding.message}.",
        severity=types.DiagnosticSeverity.Information,
        code=finding.rule,
        source=SOURCE,
        data={"symbol": symbol.qualified_name},
    )


def _place(symbol: Symbol, finding: Finding) -> Span:
    """Return the words of the comment's line that is wrong, or the symbol's name."""
    comment = symbol.comment
    # What is missing has no line of its own.
    if comment is None or finding.rule.startswith("missing"):
        return symbol.name_span
    lines = comment.text.split("\n")
    if not 0 <= finding.line < len(lines):
        return symbol.name_span
    start = comment.span.start + sum(len(it) + 1 for it in lines[: finding.line])
    line = lines[finding.line].rstrip("\r")
    indent = len(line) - len(line.lstrip())
    return Span(start + indent, start + len(line.rstrip()))
