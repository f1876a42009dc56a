"""Own how an editor sees what is wrong in a `.glossator.toml`, on the lines where it is.

An editor that asks is answered, any other that takes diagnostics is sent them; never both. What a
file means is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from lsprotocol import types

from glossator_gate.errors import ConfigurationError
from glossator_gate.policy import FileProblem, ProblemKind, decoded, read_regular_file
from glossator_indexer.types import Span
from glossator_server.lsp.convert import PositionMap
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.uris import path_of
from glossator_server.workspace_file import WORKSPACE_FILE

_LINE = re.compile(r"[^\n]*")
_SEVERITIES = {
    ProblemKind.BROKEN_FILE: types.DiagnosticSeverity.Error,
    ProblemKind.WRONG_VALUE: types.DiagnosticSeverity.Error,
    ProblemKind.UNKNOWN_KEY: types.DiagnosticSeverity.Warning,
    ProblemKind.IGNORED_KEY: types.DiagnosticSeverity.Warning,
}


def is_workspace_file(path: Path | None) -> bool:
    """Tell whether a path is that of a `.glossator.toml`."""
    return path is not None and path.name == WORKSPACE_FILE


def workspace_file_changed(ls: GlossatorServer) -> None:
    """Have what the files say now hold from now on, and show what is wrong in them."""
    take_workspace_files(ls, ls.session.read_workspace_files)


def take_workspace_files(ls: GlossatorServer, read: Callable[[], tuple[str, ...]]) -> None:
    """Have what `read` finds in the folders' files hold, and show what follows from it."""
    former = ls.session.settings
    ls.note_ignored_settings(read())
    show_workspace_files(ls)
    ls.settings_changed(former)


def show_workspace_files(ls: GlossatorServer) -> None:
    """Show what is wrong in the files of all folders, as they are on the disk."""
    if ls.editor.pulls_diagnostics:
        ls.refresh_diagnostics()
        return
    if not ls.editor.takes_diagnostics:
        return
    shown = {
        file.path: diagnostics_of_problems(ls, _text_of(file.path), file.problems, file.path)
        for file in ls.session.workspace_files.values()
    }
    for path in {*shown, *ls.shown_workspace_files}:
        # A file that is gone, or mended, has nothing wrong in it.
        if shown.get(path) or path in ls.shown_workspace_files:
            ls.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(path.as_uri(), shown.get(path, []))
            )
    ls.shown_workspace_files = {path for path, found in shown.items() if found}


def problems_of(ls: GlossatorServer, uri: str) -> list[types.Diagnostic]:
    """Return what is wrong in a file, by the editor's own text where it has it open."""
    path = path_of(uri)
    if path is None or not is_workspace_file(path):
        return []
    document = ls.session.documents.get(uri)
    text = _text_of(path) if document is None else document.text
    return diagnostics_of_problems(
        ls, text, ls.session.judge_workspace_file(text, path).problems, path
    )


def _text_of(path: Path) -> str:
    try:
        data = read_regular_file(path)
        return "" if data is None else decoded(data, path)
    except ConfigurationError:
        # What is wrong with it is told at its first line.
        return ""


def diagnostics_of_problems(
    ls: GlossatorServer, text: str, problems: tuple[FileProblem, ...], path: Path
) -> list[types.Diagnostic]:
    """Return what is wrong in a file of ours, each on its line of the text."""
    positions = PositionMap(text, ls.documents.encoding)
    starts = _starts(text) if problems else {}
    return [
        types.Diagnostic(
            range=positions.range(_span(text, starts, it.line)),
            message=_without_path(it.sentence, path),
            severity=_SEVERITIES[it.kind],
            code=it.kind.value,
            source="glossator",
        )
        for it in problems
    ]


def _starts(text: str) -> Mapping[int, int]:
    """Return where each line of a TOML text starts, by its number from 1."""
    starts = {1: 0}
    for match in re.finditer("\n", text):
        starts[len(starts) + 1] = match.end()
    return starts


def _span(text: str, starts: Mapping[int, int], line: int | None) -> Span:
    """Return what stands on a line, without its indentation and its end."""
    start = starts.get(line or 1, 0)
    match = _LINE.match(text, start)
    shown = match.group() if match else ""
    indentation = len(shown) - len(shown.lstrip())
    return Span(start + indentation, start + max(indentation, len(shown.rstrip())))


def _without_path(sentence: str, path: Path) -> str:
    # The editor shows the file's name beside it.
    return sentence.replace(str(path), "This file")
